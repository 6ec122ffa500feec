import { expect, test } from 'vitest'
import { type LimitState, limited, UNUSED } from './limit.ts'

const TWO = { count: 2, perMs: 3_600_000 }
const MINUTE = 60_000

/** What goes at each moment: a number of notices, or `digest of N groups`. */
function play(limit: { count: number; perMs: number } | null, moments: [at: number, arriving: number][]) {
  let state: LimitState = UNUSED
  let waiting = 0
  const told: [number, number | string][] = []
  for (const [at, arriving] of moments) {
    waiting += arriving
    const { send, digest, state: next } = limited(limit, state, Array.from({ length: waiting }, () => 1), at) // biome-ignore format: one line
    state = next
    if (digest) told.push([at, `digest of ${waiting}`])
    else if (send > 0) told.push([at, send])
    waiting = digest ? 0 : waiting - send
  }
  return told
}

test('without a limit all goes at once', () => {
  expect(play(null, [[1, 500]])).toEqual([[1, 500]])
})

test('what is over the limit goes as one digest a minute after the first of it', () => {
  expect(
    play(TWO, [
      [0, 1],
      [10_000, 3],
      [20_000, 1],
      [69_999, 0],
      [70_000, 1],
      [71_000, 0],
    ]),
  ).toEqual([
    [0, 1],
    [10_000, 1],
    [70_000, 'digest of 4'],
  ])
})

test('the limit is over any span of its length', () => {
  expect(
    play({ count: 2, perMs: MINUTE }, [
      [0, 1],
      [30_000, 1],
      [59_999, 0],
      [60_000, 1],
      [89_000, 1],
      [149_000, 1],
    ]),
  ).toEqual([
    [0, 1],
    [30_000, 1],
    [60_000, 1],
    [149_000, 'digest of 2'],
  ])
})

test('a digest of which nothing is left is none, and the limit is as it was', () => {
  const state = { sentAt: [0, 1], digests: 0, digestAt: 100 }
  expect(limited(TWO, state, [], 100)).toEqual({ send: 0, digest: false, state: { sentAt: [0, 1], digests: 0 } })
})

test('in a flood that lasts digests come further apart, a minute and a half after the first that waits at most', () => {
  const flood = Array.from({ length: 180 }, (_, minute): [number, number] => [minute * MINUTE, 5])
  const told = play({ count: 20, perMs: 60 * MINUTE }, flood)
  const digests = told.flatMap(([at, what]) => (typeof what === 'string' ? at / MINUTE : []))
  expect(digests.slice(0, 8)).toEqual([5, 7, 10, 13, 16, 19, 22, 25])
  const inHour = (hour: number) => told.filter(([at]) => Math.floor(at / MINUTE / 60) === hour).length
  for (const hour of [0, 1, 2]) expect(inHour(hour)).toBeLessThanOrEqual(42)
})

test('the two notices of one group go together, also where the second is over', () => {
  const { send, state } = limited({ count: 1, perMs: MINUTE }, UNUSED, [2, 1], 5)
  expect([send, state.sentAt, state.digestAt]).toEqual([1, [5, 5], 5 + MINUTE])
})
