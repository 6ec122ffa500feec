import { expect, test } from 'vitest'
import { predictCold } from './cold.ts'

const known = { movedKeys: 0.2, movedReads: 0.25, readsPerSecond: 1_000, hitRatio: 0.9, items: 10_000 }

test('what moves misses once, and only what hit before counts', () => {
  const cold = predictCold(known)
  expect(cold).toMatchObject({ perSecond: 225, extraMisses: 2_000 })
  expect(cold).toHaveProperty('missesNow', expect.closeTo(100))
  expect(cold).toHaveProperty('warmSeconds', expect.closeTo((Math.log(20) * 2_000) / 225))
})

test('equally popular keys played one by one come out as predicted', () => {
  let seed = 1
  const random = () => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed / 2_147_483_647
  }
  const [keys, perSecond] = [20_000, 225]
  const cold = predictCold({ ...known, items: 100_000 })
  if ('because' in cold) throw new Error(cold.because)
  const warm = new Set<number>()
  for (let read = 0; read < perSecond * cold.warmSeconds!; read++) warm.add(Math.floor(random() * keys))
  expect(warm.size / keys).toBeCloseTo(0.95, 2)
})

test('a hot key is one miss, not a second of them', () => {
  expect(predictCold({ ...known, hot: { keys: 1, reads: 0.15 } })).toHaveProperty('perSecond', expect.closeTo(90))
  expect(predictCold({ ...known, hot: { keys: 2, reads: 0.25 } })).toMatchObject({ perSecond: 0, warmSeconds: 0, extraMisses: 2 })
})

test('nothing moves, nothing is cold', () => {
  expect(predictCold({ ...known, movedKeys: 0, movedReads: 0 })).toMatchObject({ perSecond: 0, warmSeconds: 0, extraMisses: 0 })
})

test('what is not known is said, not guessed', () => {
  expect(predictCold({ ...known, readsPerSecond: null })).toEqual({ because: 'no reads are seen on this ring' })
  expect(predictCold({ ...known, hitRatio: null })).toEqual({ because: 'the hit ratio behind this ring is not seen' })
  expect(predictCold({ ...known, movedReads: null })).toHaveProperty('because')
  expect(predictCold({ ...known, items: null })).toMatchObject({ perSecond: 225, warmSeconds: null, warmBecause: expect.any(String) })
})

test('the interval holds the misses of skewed keys in about 95 of 100 draws, and there is none without a bound on popularity', () => {
  let seed = 7
  const random = () => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed / 2_147_483_647
  }
  // Zipf.
  const raw = Array.from({ length: 2_000 }, (_, rank) => 1 / (rank + 1))
  const total = raw.reduce((sum, part) => sum + part, 0)
  const parts = raw.map((part) => part / total)
  const cold = predictCold({ ...known, movedKeys: 0.2, movedReads: 0.2, squares: parts.reduce((sum, part) => sum + part ** 2, 0) })
  if ('because' in cold) throw new Error(cold.because)
  let inside = 0
  for (let draw = 0; draw < 400; draw++) {
    const misses = parts.reduce((sum, part) => sum + (random() < 0.2 ? part : 0), 0) * 900
    if (misses >= cold.low! && misses <= cold.high!) inside++
  }
  expect(inside / 400).toBeGreaterThan(0.93)
  expect(cold.warmLow).toBeLessThan(cold.warmSeconds!)
  expect(cold.high).toBeLessThanOrEqual(900)
  expect(predictCold(known)).not.toHaveProperty('low')
})
