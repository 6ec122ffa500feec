import { describe, expect, it } from 'vitest'
import { TtlSample } from '../ttlSample.ts'
import { isDoubted, NEWEST_MOST } from './ttlDoubt.ts'

const NOW = 1_000_000_000
const KEYS = 1_000_000

/** Draws that are the same each time. */
function draws(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}

/** A full sample of ends drawn over `spanMs`, and then so many newly found, of which `share` ends at one moment. */
function sampled({
  spanMs,
  share,
  added,
  seed = 1,
  at = NOW + 120_000,
}: {
  spanMs: number
  share: number
  added: number
  seed?: number
  at?: number
}) {
  const draw = draws(seed)
  const sample = new TtlSample()
  const find = (count: number, together: number) =>
    sample.add(
      Array.from({ length: count }, (_, i) => ({
        key: `k${i}`,
        endsAt: draw() < together ? at + draw() * 1_000 : Math.round(NOW + 1 + draw() * spanMs),
      })),
      KEYS,
      'run',
    )
  find(4_000, 0)
  find(added, share)
  return isDoubted(sample.newest(NEWEST_MOST), sample.histogram(NOW, KEYS))
}

const times = 40
const doubts = (of: (seed: number) => boolean) => Array.from({ length: times }, (_, i) => of(i + 1)).filter(Boolean).length / times

describe('a sample of TTLs', () => {
  it.each([10_000, 60_000, 600_000, 3_600_000])('is not doubted where what is found ends as before, over %d ms', (spanMs) => {
    expect(doubts((seed) => sampled({ spanMs, share: 0, added: 40, seed }))).toBeLessThanOrEqual(0.05)
  })

  it('is doubted by the first look that finds a third of the keys at one end', () => {
    expect(doubts((seed) => sampled({ spanMs: 3_600_000, share: 0.35, added: 25, seed }))).toBeGreaterThan(0.8)
  })

  it('is doubted within two hundred keys by a cliff of a twelfth', () => {
    expect(doubts((seed) => sampled({ spanMs: 3_600_000, share: 0.08, added: 200, seed }))).toBeGreaterThan(0.8)
  })

  it('is believed again once it holds the cliff', () => {
    expect(sampled({ spanMs: 3_600_000, share: 0.3, added: 4_000 })).toBe(false)
  })

  it('is doubted where the cliff that it holds is not found any more', () => {
    const draw = draws(3)
    const sample = new TtlSample()
    const find = (count: number, share: number) =>
      sample.add(
        Array.from({ length: count }, (_, i) => ({
          key: `k${i}`,
          endsAt: draw() < share ? NOW + 60_000 : Math.round(NOW + 1 + draw() * 3_600_000),
        })),
        KEYS,
        'run',
      )
    find(4_000, 0.3)
    find(200, 0)
    expect(isDoubted(sample.newest(NEWEST_MOST), sample.histogram(NOW, KEYS))).toBe(true)
  })

  it('is not judged by fewer than a look of keys, nor while it is empty', () => {
    expect(isDoubted(Array(19).fill(NOW + 5_000), { bucketMs: 1_000, buckets: [], sampled: 4_000, keys: KEYS })).toBe(false)
    expect(isDoubted([], { bucketMs: 1_000, buckets: [], sampled: 0, keys: KEYS })).toBe(false)
  })
})
