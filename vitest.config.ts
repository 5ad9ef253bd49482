import { defineConfig } from 'vitest/config'
import { SkipsReporter } from './test/helpers/skips-reporter.ts'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'threads',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default', new SkipsReporter()],
  },
})
