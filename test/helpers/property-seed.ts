import fc from 'fast-check'

/** Property tests draw other values in every run, except in CI. */
if (process.env.CI !== undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 4120 })
