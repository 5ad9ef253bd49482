import type { Reporter, TestModule } from 'vitest/node'

/** Names every skipped test at the end of a run; its title carries the reason (`describeWith` in peers.ts). */
export class SkipsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped = modules.flatMap(module =>
      // One suite that is skipped inside another stays pending.
      [...module.children.allTests('skipped'), ...module.children.allTests('pending')].map(
        test => `${module.relativeModuleId}: ${test.fullName}`,
      ),
    )
    if (skipped.length > 0) process.stdout.write(`\nskipped tests (${skipped.length}):\n${skipped.map(line => `  ${line}\n`).join('')}`)
  }
}
