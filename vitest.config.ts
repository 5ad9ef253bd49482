import { defineConfig } from 'vitest/config'
import { SkipsReporter } from './test/helpers/skips-reporter.ts'

const common = { pool: 'threads', testTimeout: 60_000, hookTimeout: 60_000 } as const

export default defineConfig({
  test: {
    // Most tests wait for programs and daemons: a second worker pays even on two cores.
    maxWorkers: '100%',
    reporters: ['default', new SkipsReporter()],
    projects: [
      // Some of these have sockets and processes too: what CI sees fail once and never again was the machine.
      { test: { ...common, name: 'unit', include: ['test/unit/**/*.test.ts'], retry: process.env.CI === undefined ? 0 : 1 } },
      // A landing does not depend on luck: CI draws the same values each time, everybody else new ones.
      { test: { ...common, name: 'property', include: ['test/property/**/*.test.ts'], setupFiles: ['test/helpers/property-seed.ts'] } },
      // Daemons and programs of others, on a machine that may be busy: what fails once and never again was the machine.
      { test: { ...common, name: 'programs', include: ['test/{cli,interop}/**/*.test.ts'], retry: 1 } },
    ],
  },
})
