import { describe, expect, it } from 'vitest'
import type { RingSpec } from '../model/ring.ts'
import { boundedHost, boundedShares, slotsOf, spillOrder } from './boundedLoad.ts'
import { evaluate } from './evaluate.ts'
import { wide } from './hashes/wide.ts'
import { mt19937 } from './mt19937.ts'

it('draws what the C++ standard says of std::mt19937 (its 10,000th with the seed 5489)', () => {
  const random = mt19937(5489)
  let drawn = 0
  for (let i = 0; i < 10_000; i++) drawn = random()
  expect(drawn).toBe(4_123_659_995)
})

// The orders and choices of Envoy's own bounded_load_hlb_test.cc.
describe('as Envoy has it', () => {
  it.each([
    [2n, [2, 1, 0, 4, 3]],
    [6n, [4, 0, 2, 3, 1]],
    [7n, [0, 1, 4, 3, 2]],
  ])('the order of hash %s', (hash, order) => expect(spillOrder(wide(hash), 5)).toEqual(order))

  it('only the lower half of a hash seeds the order, as uint32 takes it', () =>
    expect(spillOrder(wide(2n + (9n << 32n)), 5)).toEqual([2, 1, 0, 4, 3]))

  /** A host of that overload, 101 and so on in percent of its slots: of 1,000 of them. */
  const hosts = (loads: number[]) => loads.map((load) => ({ weight: 1 / loads.length, active: load }))
  it('one host over its bound hands on to the next of the order', () =>
    expect(boundedHost(2, spillOrder(wide(2n), 5), hosts([0, 0, 2, 0, 0]), 1)).toBe(1))
  it('others that are over theirs too are passed by', () =>
    expect(boundedHost(2, spillOrder(wide(2n), 5), hosts([9, 9, 9, 0, 0]), 100)).toBe(4))
  it('two hashes of one host go on to different ones', () => {
    const busy = hosts([0, 0, 0, 9, 0])
    expect([6n, 7n].map((hash) => boundedHost(3, spillOrder(wide(hash), 5), busy, 100))).toEqual([4, 0])
  })
  it('where all are over theirs, the least overloaded takes it', () =>
    expect(boundedHost(0, spillOrder(wide(0n), 3), hosts([103, 102, 104]), 1)).toBe(1))
  it('within its bound it keeps its keys, and slots are whole numbers of the new request too', () => {
    expect(boundedHost(2, [0, 1, 2], hosts([0, 0, 1]), 100)).toBe(2)
    expect([slotsOf(0.2, 0, 1), slotsOf(0.25, 99, 150), slotsOf(0.25, 100, 150), slotsOf(0.1, 0, 200)]).toEqual([1, 38, 38, 1])
  })
})

const spec = (weights: number[], hashBalanceFactor?: number): RingSpec => ({
  algorithm: 'envoy-maglev',
  nodes: weights.map((weight, i) => ({ name: `h${i}`, address: `10.0.0.${i}:80`, weight })),
  options: hashBalanceFactor === undefined ? {} : { hashBalanceFactor },
})

describe('shares with a bound', () => {
  it('what is beyond it goes in equal parts to those with capacity, up to theirs', () => {
    const { most, shares, spilled } = boundedShares(spec([1, 1, 1, 1]), Float64Array.of(0.55, 0.29, 0.1, 0.06, 0), 120)
    expect([...most].every((bound) => Math.abs(bound - 0.3) < 1e-12)).toBe(true)
    expect(spilled).toBeCloseTo(0.25)
    // The second has capacity for 0.01, the others share the rest.
    expect([...shares].map((share) => Number(share.toFixed(6)))).toEqual([0.3, 0.3, 0.22, 0.18])
  })

  it('are what many requests of keys that are asked alike make of the exact choice', () => {
    // A crowd: each request stays for as long as a thousand others begin.
    const factor = 125
    const owned = Float64Array.of(0.5, 0.3, 0.2, 0)
    const weights = [1, 1, 1]
    const hosts = weights.map(() => ({ weight: 1 / 3, active: 0 }))
    const seen = [0, 0, 0]
    const random = mt19937(1)
    const under: number[] = []
    for (let i = 0; i < 12_000; i++) {
      const u = random() / 2 ** 32
      const home = u < 0.5 ? 0 : u < 0.8 ? 1 : 2
      const host = boundedHost(home, spillOrder({ hi: 0, lo: random() }, 3), hosts, factor)
      hosts[host]!.active++
      under.push(host)
      if (under.length > 1_000) hosts[under.shift()!]!.active--
      if (i >= 4_000) seen[host]!++
    }
    const { shares } = boundedShares(spec(weights), owned, factor)
    for (const [i, count] of seen.entries()) expect(count / 8_000).toBeCloseTo(shares[i]!, 1)
    expect(seen[0]! / 8_000).toBeLessThan(0.44)
  })

  it('are answered beside those of the keys, with the order in which each key goes on', () => {
    const answer = evaluate({ before: spec([1, 1, 1], 100), after: spec([3, 1, 1]), keys: ['a', 'b'] })
    expect(answer.before.shares.h0).toBeCloseTo(1 / 3, 3)
    expect(answer.before.bounded).toMatchObject({ factor: 100, most: { h0: expect.closeTo(1 / 3) } })
    expect(answer.before.bounded!.spilled).toBeLessThan(0.001)
    expect(answer.after!.bounded).toBeUndefined()
    const [home] = answer.owners!.before
    expect(answer.owners!.spill!.before![0]).toHaveLength(2)
    expect(answer.owners!.spill!.before![0]).not.toContain(home)
    expect(answer.owners!.spill!.after).toBeUndefined()
  })

  it.each([99, 0, 1.5, '120'])('refuses a factor of %s', (hashBalanceFactor) =>
    expect(() => evaluate({ before: { ...spec([1]), options: { hashBalanceFactor } } })).toThrow(/before.options.hashBalanceFactor/),
  )
})
