import { expect, test } from 'vitest'
import { type Cost, watchCrowd } from './crowd.ts'
import type { Crowd } from './fakeHaproxy.ts'
import { watchPages } from './manyPages.ts'

const LEFT = /servers are left out/
const SIZES: [what: string, crowd: Crowd, reported: RegExp | null][] = [
  ['2,000 servers in one pool', { pools: 1, servers: 2_000 }, null],
  ['5,000 servers in 500 pools', { pools: 500, servers: 10 }, LEFT],
  ['5,000 servers in 10 pools', { pools: 10, servers: 500 }, LEFT],
  ['100,000 rows', { pools: 1_000, servers: 100 }, /more than 8 MiB/],
  ['2,000 new names a second', { pools: 10, servers: 200, newNames: 2_000 }, /names change faster|series of one target are not kept/],
  ['2,000 servers, all down', { pools: 10, servers: 200, down: true }, null],
  ['2,000 new names a second, all down', { pools: 10, servers: 200, newNames: 2_000, down: true }, /names change faster|not kept/],
]

/** A minute of each. On a machine that others use too `/healthz` waits for them; the longest turn of the event loop does not count that. */
test.each(SIZES)('%s: nothing freezes', { timeout: 240_000 }, async (what, crowd, reported) => {
  const cost = await watchCrowd(crowd, 60)
  console.log(lineOf(what, cost))
  expect(Math.min(cost.worst, cost.turn)).toBeLessThan(100)
  expect(cost.rss).toBeLessThan(600)
  expect(cost.end).toBeLessThan(15)
  expect(cost.overview).toBeLessThan(100 + cost.baseline)
  const words = JSON.stringify(cost.targets)
  if (reported) expect(words).toMatch(reported)
  else expect(words).not.toMatch(LEFT)
})

test('a thousand open pages cost nobody a poll, and all of them end with the same findings', { timeout: 600_000 }, async () => {
  expect(await watchPages(1_000)).toBeLessThan(5)
})

const lineOf = (what: string, { worst, p99, baseline, turn, rss, end, overview, pools }: Cost) =>
  `| ${what} | ${worst.toFixed(0)} ms (99 %: ${p99.toFixed(0)} ms; idle beside it ${baseline.toFixed(0)} ms) | ${turn.toFixed(0)} ms | ${rss.toFixed(0)} MB | ${end.toFixed(1)} s | ${overview.toFixed(0)} / ${pools.toFixed(0)} ms |`
