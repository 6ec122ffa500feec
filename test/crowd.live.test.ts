import { expect, test } from 'vitest'
import { watchCrowd } from './crowd.ts'
import { watchPages } from './manyPages.ts'

/**
 * Short, and with slack for a machine that others use too: crowd.long.test.ts holds all sizes against their goals. What it shows in any case is
 * that a fleet beyond the limits is read within them, and that what is left out is reported everywhere.
 */
test('a HAProxy with 5,000 servers does not block the event loop, and what is left out is reported', { timeout: 120_000 }, async () => {
  const cost = await watchCrowd({ pools: 500, servers: 10 }, 12)
  const [edge] = cost.targets
  expect(edge).toMatchObject({ state: 'up' })
  expect(edge!.capabilities).toContainEqual({
    feature: 'all servers',
    available: false,
    because: expect.stringContaining('3,000 of 5,000 servers are left out, those of pool-200, pool-201, pool-202 and 297 more pools'),
  })
  expect(cost.metrics).toContain('evenkeel_left_out{target="edge",what="servers"} 3000')
  expect(cost.rss).toBeLessThan(600)
  expect(cost.end).toBeLessThan(15)
  // It was over three seconds.
  expect(cost.turn).toBeLessThan(200)
})

/** crowd.long.test.ts has a thousand of them. */
test('a hundred open pages cost nobody a poll, and all of them end with the same findings', { timeout: 120_000 }, async () => {
  expect(await watchPages(100)).toBeLessThan(5)
})
