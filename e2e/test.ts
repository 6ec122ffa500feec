import { test as base } from '@playwright/test'
import { startHouse, type TestHouse } from './house.ts'

/** One fleet and one Evenkeel for all tests of a run: they start in ten seconds, and learn in twenty more. */
export const test = base.extend<object, { house: TestHouse }>({
  house: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of a fixture's needs from this pattern.
    async ({}, use) => {
      const house = await startHouse({
        targets: [{ kind: 'redis', name: '<b onmouseover="window.hacked=1">bold', url: 'redis://127.0.0.1:1' }],
      })
      await use(house)
      await house.stop()
    },
    { scope: 'worker', timeout: 120_000 },
  ],
})
export { expect } from '@playwright/test'
