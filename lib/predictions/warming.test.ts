import { describe, expect, it } from 'vitest'
import { coldMisses, warmingTimes } from './warming.ts'

const around = (value: number) => ({ value, low: 0.8 * value, high: 1.2 * value })
const cold = { hits: around(200), keys: 1_000 }
const OVER_MS = 3_000

/** The same by drawing each read: Zipf's law with that exponent, a cache that starts empty, a hook that hands out ranks in order. */
function played(skew: number, hook: { keys: number; perSecond: number; afterMs: number } | null): { warm: number; misses: number } {
  let state = 7
  const random = () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
  const bounds: number[] = []
  let sum = 0
  for (let i = 1; i <= 1_000; i++) {
    sum += i ** -skew
    bounds.push(sum)
  }
  const there = new Set<number>()
  const reads: [ms: number, hit: boolean][] = []
  let misses = 0
  for (let ms = 0; ms < 600_000; ms += 5) {
    const handed = hook ? Math.min(hook.keys, (hook.perSecond * Math.max(0, ms - hook.afterMs)) / 1_000) : 0
    const want = random() * sum
    let [low, high] = [0, 999]
    while (low < high) {
      const middle = (low + high) >> 1
      if (bounds[middle]! < want) low = middle + 1
      else high = middle
    }
    const hit = there.has(low) || low < handed
    there.add(low)
    reads.push([ms, hit])
    if (!hit) misses++
    const newest = reads.slice(-600)
    if (ms >= OVER_MS && newest.filter(([, was]) => was).length >= 0.95 * newest.length) return { warm: ms, misses }
  }
  return { warm: Number.POSITIVE_INFINITY, misses }
}

/** What part of the reads the hottest hold, of a thousand keys. */
function share(top: number, skew: number): number {
  const of = (n: number) => Array.from({ length: n }, (_, i) => (i + 1) ** -skew).reduce((a, b) => a + b)
  return of(top) / of(1_000)
}

describe('how long a cache takes to be warm', () => {
  it('is as a drawn one takes, with a hook and without', () => {
    for (const skew of [0.7, 1]) {
      const value = share(600, skew)
      const hook = { keys: 600, perSecond: 100, afterMs: 3_000, covers: { value, low: value - 0.02, high: value + 0.02 } }
      const { withHook, without } = warmingTimes(cold, hook, OVER_MS)!
      const [helped, alone] = [played(skew, hook), played(skew, null)]
      expect(helped.warm, `${skew}`).toBeGreaterThan(withHook.low - 1_000)
      expect(helped.warm, `${skew}`).toBeLessThan(withHook.high + 1_000)
      expect(alone.warm, `${skew}`).toBeGreaterThan(without.low)
      expect(alone.warm, `${skew}`).toBeLessThan(without.high)
      const misses = coldMisses(cold, hook, alone.warm)
      expect(alone.misses).toBeGreaterThan(misses.low)
      expect(alone.misses).toBeLessThan(misses.high)
    }
  })

  it('is no longer with a hook, and the shorter the faster it is', () => {
    const times = [1, 10, 100, 1_000].map((perSecond) => {
      const { withHook, without } = warmingTimes(cold, { keys: 1_000, perSecond, afterMs: 2_000, covers: null }, OVER_MS)!
      expect(withHook.value).toBeLessThanOrEqual(without.value)
      expect(withHook.low).toBeLessThanOrEqual(withHook.value)
      expect(withHook.high).toBeGreaterThanOrEqual(withHook.value)
      return withHook.value
    })
    expect(times).toEqual([...times].sort((a, b) => b - a))
    expect(times.at(-1)!).toBeLessThan(times[0]! / 3)
  })

  it('is not told where nothing is read', () => {
    const hook = { keys: 10, perSecond: 10, afterMs: 0, covers: null }
    expect(warmingTimes({ hits: { value: 0, low: 0, high: 0 }, keys: 100 }, hook, OVER_MS)).toBeNull()
    expect(warmingTimes({ hits: around(10), keys: 0 }, hook, OVER_MS)).toBeNull()
  })
})
