import type { Reporter, TestModule } from 'vitest/node'

/** Names every skipped test at the end of a run; its title carries the reason (`describeWith` in peers.ts). */
export class SkipsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped = modules.flatMap(module =>
      [...module.children.allTests('skipped')].map(test => `${module.relativeModuleId}: ${test.fullName}`),
    )
    if (skipped.length > 0) process.stdout.write(`\nskipped tests (${skipped.length}):\n${skipped.map(line => `  ${line}\n`).join('')}`)
  }
}
