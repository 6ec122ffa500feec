import { expect, test } from 'vitest'
import { poisson } from '../../test/normal.ts'
import { normal, randomOf } from '../../test/random.ts'
import { countDeviation, deviationFor, evidenceFor, logEvidence, moderated, placeboVariance, sumOf } from './sequential.ts'

test('evidence grows with the deviation and with what is known of the noise, and only for one side', () => {
  expect(logEvidence(0, 50)).toBe(Number.NEGATIVE_INFINITY)
  expect(logEvidence(-6, 50)).toBe(Number.NEGATIVE_INFINITY)
  expect(logEvidence(6, 50)).toBeGreaterThan(logEvidence(5, 50))
  expect(logEvidence(6, 50)).toBeGreaterThan(logEvidence(6, 10))
  expect(logEvidence(6, Number.POSITIVE_INFINITY)).toBeCloseTo(logEvidence(6, 1e7), 3)
})

test('the deviation that is needed is the one that has the evidence', () => {
  for (const freedom of [8, 30, 200, Number.POSITIVE_INFINITY])
    for (const looks of [3_600, 36_000, 3.6e7]) {
      const needed = deviationFor(evidenceFor(looks), freedom)
      if (Number.isFinite(needed)) expect(logEvidence(needed, freedom)).toBeCloseTo(evidenceFor(looks), 6)
    }
  // One cache at 0.1 an hour, and a thousand of them.
  expect(deviationFor(evidenceFor(36_000), Number.POSITIVE_INFINITY)).toBeCloseTo(4.88, 2)
  expect(deviationFor(evidenceFor(3.6e7), Number.POSITIVE_INFINITY)).toBeCloseTo(6.17, 2)
  expect(deviationFor(evidenceFor(1), 30)).toBeGreaterThan(0)
  expect(deviationFor(evidenceFor(36_000), 2)).toBe(Number.POSITIVE_INFINITY)
})

test('without a change its mean is one at most, with the variance known or not (Ville: it reaches A no more often than once in A)', () => {
  for (const freedom of [6, Number.POSITIVE_INFINITY]) {
    const random = randomOf(11)
    let sum = 0
    let high = 0
    const rounds = 25_000
    for (let round = 0; round < rounds; round++) {
      let squares = 0
      for (let i = 0; i < freedom && freedom < 100; i++) squares += normal(random) ** 2
      const e = Math.exp(logEvidence(normal(random) / (freedom < 100 ? Math.sqrt(squares / freedom) : 1), freedom))
      // Rare and large: what is beyond a hundred is counted apart.
      sum += Math.min(e, 100)
      if (e >= 100) high++
    }
    expect(sum / rounds).toBeLessThanOrEqual(1.05)
    expect(high / rounds).toBeLessThanOrEqual(1 / 100)
  }
})

test('parts that are known well count for more freedom', () => {
  expect(sumOf([{ value: 4, freedom: Number.POSITIVE_INFINITY }])).toEqual({ value: 4, freedom: Number.POSITIVE_INFINITY })
  expect(sumOf([{ value: 1, freedom: 10 }, { value: 1, freedom: 10 }])).toEqual({ value: 2, freedom: 20 }) // biome-ignore format: one line
  expect(sumOf([{ value: 3, freedom: Number.POSITIVE_INFINITY }, { value: 1, freedom: 10 }]).freedom).toBe(160) // biome-ignore format: one line
  expect(moderated({ value: 0, freedom: 0 }, { value: 2, freedom: 5 })).toEqual({ value: 2, freedom: 5 })
  expect(moderated({ value: 4, freedom: 15 }, { value: 2, freedom: 5 })).toEqual({ value: 3.5, freedom: 20 })
})

test('the variance of the past is that of its noise, even if a seventh of it was a fault', () => {
  const random = randomOf(5)
  const differences = Array.from({ length: 4_000 }, () => 0.3 * normal(random))
  expect(placeboVariance(differences, 400)).toEqual({ value: expect.closeTo(0.09, 2), freedom: 400 })
  const faulty = differences.map((value, i) => (i % 7 === 0 ? value + 5 : value))
  expect(placeboVariance(faulty, 400).value).toBeLessThan(0.22)
  expect(placeboVariance([], 0)).toEqual({ value: 0, freedom: 0 })
})

test('a deviation of counts is that of chance, of few events too', () => {
  expect(countDeviation({ events: 5, exposure: 1 }, { events: 300, exposure: 60 })).toBeCloseTo(0)
  expect(countDeviation({ events: 400, exposure: 1 }, { events: 60 * 100, exposure: 60 })).toBeGreaterThan(20)
  expect(countDeviation({ events: 1, exposure: 1 }, { events: 300, exposure: 60 })).toBeLessThan(0)
  expect(countDeviation({ events: 1, exposure: 0 }, { events: 1, exposure: 1 })).toBe(0)
  const random = randomOf(8)
  const rounds = 20_000
  let far = 0
  for (let i = 0; i < rounds; i++)
    if (countDeviation({ events: poisson(4, random), exposure: 1 }, { events: poisson(120, random), exposure: 30 }) > 2.33) far++
  expect(far / rounds).toBeLessThan(0.013)
})
