import { describe, expect, it } from 'vitest'
import { randomOf } from '../../test/random.ts'
import { refillMisses, warmAfterMs } from './refill.ts'

const exactly = (value: number) => ({ value, low: value, high: value })

/** Reads at Poisson times of keys by Zipf's law, from an empty cache on: misses in each second. */
function simulated(keys: number, perSecond: number, skew: number, seconds: number): number[] {
  const random = randomOf(3)
  const sums: number[] = []
  for (let rank = 1; rank <= keys; rank++) sums.push((sums.at(-1) ?? 0) + rank ** -skew)
  const seen = new Set<number>()
  return Array.from({ length: seconds }, () => {
    let missed = 0
    for (let read = 0; read < perSecond; read++) {
      const draw = random() * sums.at(-1)!
      const key = sums.findIndex((sum) => sum >= draw)
      if (!seen.has(key)) missed++
      seen.add(key)
    }
    return missed
  })
}

describe('misses of a cache that began empty', () => {
  it.each([0, 0.6, 0.8, 1, 1.1])('hold what a simulation with skew %s misses, early and late', (skew) => {
    const misses = simulated(1_200, 250, skew, 40)
    for (const [from, to] of [
      [0, 10],
      [10, 20],
      [30, 40],
    ] as const) {
      // biome-ignore format: one line
      const { low, high } = refillMisses({ hits: exactly(250), keys: 1_200 }, from * 1_000, to * 1_000)
      const mean = misses.slice(from, to).reduce((sum, one) => sum + one, 0) / (to - from)
      expect(mean).toBeGreaterThan(low - 4)
      expect(mean).toBeLessThan(high + 4)
    }
  })

  it('are all of its hits at first, and each key once in all', () => {
    expect(refillMisses({ hits: exactly(100), keys: 1_000 }, 0, 1).value).toBeCloseTo(100, 0)
    expect(refillMisses({ hits: exactly(100), keys: 1_000 }, 0, 1e9).value * 1e6).toBeCloseTo(1_000, 0)
  })

  it('are none where nothing is read or held', () => {
    expect(refillMisses({ hits: exactly(0), keys: 100 }, 0, 1_000)).toEqual({ value: 0, low: 0, high: 0 })
    expect(refillMisses({ hits: exactly(10), keys: 0 }, 0, 1_000)).toEqual({ value: 0, low: 0, high: 0 })
  })
})

describe('the time until a tenth is still missed', () => {
  it('is keys / hits · ln 10 where all are read alike', () => {
    const { low, high } = warmAfterMs({ hits: exactly(250), keys: 1_200 })!
    const even = (1_200 / 250) * Math.log(10) * 1_000
    expect(low).toBeLessThanOrEqual(even * 1.001)
    expect(high).toBeGreaterThanOrEqual(even * 0.999)
  })

  it('is not known where nothing is read', () => expect(warmAfterMs({ hits: exactly(0), keys: 100 })).toBeNull())
})
