import { describe, expect, it, test } from 'vitest'
import { randomOf } from '../../test/random.ts'
import type { Staleness } from '../model/staleness.ts'
import { type Judged, Lives } from './staleness.ts'

type World = {
  seed: number
  keys: number
  seconds: number
  ttlMs: number
  /** Mean time between two changes of a key's value at the origin; by key. */
  changeMs(key: number): number
  readsPerSecond: number
  /** Part of the changes after which the writer deletes the key. */
  deletes?: number
  reported?: boolean
  /** Each fill brings a value that differs. */
  dated?: boolean
}
/** A cache that is read through, with its origin: what the estimator sees, and which reads were truly old. */
function run(world: World): { judged: Judged; truth: number } {
  const { seed, keys, seconds, ttlMs, changeMs, readsPerSecond, deletes = 0, reported, dated } = world
  const random = randomOf(seed)
  const lives = new Lives()
  const wait = (ms: number) => -Math.log(1 - random()) * ms
  const version = new Array<number>(keys).fill(0)
  const changesAt = Array.from({ length: keys }, (_, key) => wait(changeMs(key)))
  const cached = new Map<number, { version: number; endsAt: number }>()
  const filled = new Map<number, number>()
  let [reads, old] = [0, 0]
  for (let at = 0; at < seconds * 1_000; at += wait(1_000 / readsPerSecond)) {
    const key = Math.floor(random() ** 2 * keys)
    while (changesAt[key]! <= at) {
      version[key]!++
      if (reported) lives.take(changesAt[key]!, key, 3, Number.NaN, undefined)
      if (random() < deletes) {
        cached.delete(key)
        lives.take(changesAt[key]!, key, 2, Number.NaN, undefined)
      }
      changesAt[key]! += wait(changeMs(key))
    }
    const held = cached.get(key)
    lives.take(at, key, 0, Number.NaN, undefined)
    if (held && at < held.endsAt) {
      reads++
      if (held.version !== version[key]) old++
      continue
    }
    const before = filled.get(key)
    cached.set(key, { version: version[key]!, endsAt: at + ttlMs })
    const value = before === undefined ? undefined : dated || before !== version[key] ? 'other' : 'same'
    filled.set(key, version[key]!)
    lives.take(at, key, 1, ttlMs, value)
  }
  return { judged: lives.judged(), truth: old / reads }
}
const told = (world: World) => run(world) as { judged: Staleness; truth: number }
const usual = { keys: 200, seconds: 600, ttlMs: 20_000, readsPerSecond: 200 }

describe('the part of the reads that is old, beside what it truly was', () => {
  const cases: [string, Omit<World, 'seed'>][] = [
    ['values that change as often as they end', { ...usual, changeMs: () => 20_000 }],
    ['values that change half as often', { ...usual, changeMs: () => 40_000 }],
    ['values that change once in ten lives', { ...usual, changeMs: () => 200_000 }],
    ['values that change twice in each life', { ...usual, changeMs: () => 10_000 }],
    ['some that change often and some hardly ever', { ...usual, changeMs: (key) => (key % 4 === 0 ? 8_000 : 400_000) }],
    ['those read most change most', { ...usual, changeMs: (key) => 5_000 + key * 1_000 }],
    ['reported writes', { ...usual, changeMs: () => 20_000, reported: true }],
    ['reported writes after half of which the key is deleted', { ...usual, changeMs: () => 20_000, reported: true, deletes: 0.5 }],
  ]
  it.each(cases)('%s', (_what, world) => {
    const runs = [1, 2, 3, 4, 5, 6].map((seed) => told({ ...world, seed }))
    const inside = runs.filter(({ judged, truth }) => judged.low <= truth && truth <= judged.high)
    expect(inside.length, JSON.stringify(runs.map(({ judged, truth }) => [judged.low, truth, judged.high]))).toBeGreaterThanOrEqual(5)
    // And it says something.
    for (const { judged } of runs) expect(judged.high - judged.low).toBeLessThan(0.2)
  })

  it('says how often values change and how long they live', () => {
    const { judged } = told({ ...usual, seed: 1, changeMs: () => 40_000 })
    expect(judged).toMatchObject({ by: 'values', ttlMs: 20_000, keys: 200 })
    expect(judged.changesPerKeyHour).toBeGreaterThan(80)
    expect(judged.changesPerKeyHour).toBeLessThan(100)
    const { judged: reported } = told({ ...usual, seed: 1, changeMs: () => 40_000, reported: true })
    expect(reported.by).toBe('writes')
    expect(reported.changesPerKeyHour).toBeGreaterThan(70)
    expect(reported.changesPerKeyHour).toBeLessThan(110)
  })
})

describe('nothing is said', () => {
  const because = (world: Partial<World>) =>
    (run({ ...usual, seed: 1, changeMs: () => 20_000, ...world }).judged as { because: string }).because
  it('of values that differ at each fill', () => expect(because({ dated: true })).toMatch(/hold a date/))
  it('of few lives', () => expect(because({ seconds: 21, readsPerSecond: 50 })).toMatch(/filled again after their TTL was over; 20 needed/))
})

test('deleting on each write leaves nothing old', () => {
  const { judged, truth } = told({ ...usual, seed: 1, changeMs: () => 30_000, deletes: 1 })
  expect(truth).toBe(0)
  expect(judged.high).toBeLessThan(0.01)
})
