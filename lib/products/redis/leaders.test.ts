import { describe, expect, test } from 'vitest'
import { TtlSample } from '../ttlSample.ts'
import { Leaders } from './leaders.ts'
import { lfuClasses, perSecondOf } from './lfu.ts'

const keysOf = (names: string[]) => names.map((name) => Buffer.from(name))

describe('leaders', () => {
  test('keep the largest, ask for them again, and let go of what has gone', () => {
    const leaders = new Leaders(2)
    leaders.offer(keysOf(['a', 'b', 'c', 'a']))
    let asked = leaders.take()
    expect(asked.map(String)).toEqual(['a', 'b', 'c'])
    expect(leaders.learn(asked, [1, 3, 2]).map(({ key }) => String(key))).toEqual(['b', 'c'])
    leaders.offer(keysOf(['d']))
    asked = leaders.take()
    expect(asked.map(String)).toEqual(['b', 'c', 'd'])
    expect(leaders.learn(asked, [null, 2, 1]).map(({ key }) => String(key))).toEqual(['c', 'd'])
  })

  test('keep what was noted of a key for as long as it leads', () => {
    const leaders = new Leaders(2)
    leaders.offer(keysOf(['a', 'b', 'c']))
    expect(leaders.learn(leaders.take(), [1, 3, 2]).map(({ note }) => note)).toEqual([null, null])
    leaders.note(['hash', null])
    leaders.offer(keysOf(['d']))
    expect(leaders.learn(leaders.take(), [3, 2, 9])).toEqual([
      { key: Buffer.from('d'), figure: 9, note: null },
      { key: Buffer.from('b'), figure: 3, note: 'hash' },
    ])
    leaders.note(['set', 'hash'])
    leaders.offer(keysOf(['e', 'f']))
    leaders.learn(leaders.take(), [1, 2, 8, 7])
    leaders.offer(keysOf(['b']))
    expect(leaders.learn(leaders.take(), [1, 2, 9]).map(({ key, note }) => [String(key), note])).toEqual([
      ['b', null],
      ['f', null],
    ])
  })

  test('ask newcomers that have no turn later', () => {
    const leaders = new Leaders(2)
    leaders.offer(keysOf(['a', 'b', 'c', 'd']))
    leaders.learn(leaders.take(2), [2, 1])
    expect([leaders.known, leaders.size]).toEqual([2, 4])
    expect(leaders.take(3).map(String)).toEqual(['a', 'b', 'c'])
    expect(leaders.take(1).map(String)).toEqual(['a'])
    expect(leaders.take().map(String)).toEqual(['a', 'b', 'd'])
  })

  test('take in no more than they can ask', () => {
    const leaders = new Leaders(2)
    for (let i = 0; i < 30; i++) leaders.offer(keysOf(Array.from({ length: 100 }, (_, k) => `${i}:${k}`)))
    expect(leaders.take()).toHaveLength(1_000)
    expect(leaders.take()).toHaveLength(0)
  })
})

describe('LFU classes', () => {
  test("a counter stands for a rate, as Redis's own table of it says", () => {
    // redis.conf: factor 10, about 100 hits -> 10, 1 000 -> 18: per minute, at the balance with the decay of one.
    expect(perSecondOf(5) * 60).toBeCloseTo(1)
    expect(perSecondOf(18) * 60).toBeCloseTo(131)
  })

  test('have wide intervals, and no top when full', () => {
    const [full, other] = lfuClasses(
      [
        { key: 'b', counter: 20 },
        { key: 'a', counter: 255 },
        { key: 'new', counter: 5 },
      ],
      1_000,
    )
    expect(full).toMatchObject({ key: 'a', high: 1 })
    expect(other).toMatchObject({ key: 'b', share: perSecondOf(20) / 1_000 })
    expect(other!.high / other!.low).toBeCloseTo(9)
    expect(lfuClasses([{ key: 'a', counter: 255 }], 0)).toEqual([])
  })
})

test('patterns have shares with intervals, and the TTL in the middle', () => {
  const sample = new TtlSample()
  sample.add(
    [
      ...Array.from({ length: 60 }, (_, i) => ({ key: `user:${i}`, endsAt: 10_000 + i * 1_000 })),
      ...Array.from({ length: 40 }, (_, i) => ({ key: `page:${i}`, endsAt: i < 30 ? null : 50_000 })),
      { key: 'gone:1', endsAt: 5 },
    ],
    101,
    'run',
  )
  const [first, second, ...others] = sample.patternShares(1_000, 20)
  expect(first).toMatchObject({ pattern: 'user:*', share: 0.6, ttlMsMedian: 38_500 })
  expect(first!.low).toBeLessThan(0.6)
  expect(first!.high).toBeGreaterThan(0.6)
  expect(second).toMatchObject({ pattern: 'page:*', share: 0.4, ttlMsMedian: null })
  expect(others).toEqual([])
  expect(sample.patternShares(1_000, 1)).toHaveLength(1)
})
