import { test as base } from '@playwright/test'
import { startEvenkeel, type TestServer } from './evenkeel.ts'

/** One fleet and one Evenkeel for all tests of a run: they start in ten seconds, and learn in twenty more. */
export const test = base.extend<object, { evenkeel: TestServer }>({
  evenkeel: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of a fixture's needs from this pattern.
    async ({}, use) => {
      const evenkeel = await startEvenkeel({
        targets: [{ kind: 'redis', name: '<b onmouseover="window.hacked=1">bold', url: 'redis://127.0.0.1:1' }],
      })
      await use(evenkeel)
      await evenkeel.stop()
    },
    { scope: 'worker', timeout: 120_000 },
  ],
})
export { expect } from '@playwright/test'
