import { expect, test } from 'vitest'
import { textHash } from './hash.ts'
import { OP, ReferenceBuilder } from './references.ts'
import { sampled } from './sampling.ts'
import { told } from './told.ts'

const row = (at: number, id: string, more = {}) => ({ at, id, hash: textHash(id), keyBytes: id.length, ...more })

test('rows become columns in the order of time', () => {
  const builder = new ReferenceBuilder()
  builder.add(row(5, 'b', { size: 7, ttlMs: 100 }))
  builder.add(row(2, 'a'))
  builder.add(row(9, 'b', { op: OP.delete }))
  const references = builder.build()
  expect(references).toMatchObject({ keys: 2, requests: 2, samplingRate: 1 })
  expect([...references.at]).toEqual([2, 5, 9])
  expect([...references.key]).toEqual([1, 0, 0])
  expect([...references.op]).toEqual([OP.get, OP.get, OP.delete])
  expect([...references.ttlMs]).toEqual([Number.NaN, 100, Number.NaN])
  expect([...references.keyBytes!]).toEqual([1, 1])
})

test('beyond so many keys a smaller share of them is kept, with all their references, and every get is still counted', () => {
  const builder = new ReferenceBuilder(1_000)
  for (let i = 0; i < 60_000; i++) builder.add(row(i, `key:${(i * 7_919) % 20_000}`))
  const references = builder.build()
  expect(references.requests).toBe(60_000)
  expect(references.keys).toBeLessThanOrEqual(1_000)
  expect(references.keys).toBeGreaterThan(700)
  expect(references.samplingRate * 20_000).toBeGreaterThan(references.keys * 0.85)
  expect(references.samplingRate * 20_000).toBeLessThan(references.keys * 1.15)
  expect(references.key.length).toBe(references.keys * 3)
  expect(Math.max(...references.key)).toBe(references.keys - 1)
})

test('a sample holds a key with all its references or not at all, and is even also after the source has sampled by the same hash', () => {
  const builder = new ReferenceBuilder(5_000)
  for (let i = 0; i < 40_000; i++) builder.add(row(i, `k${i % 20_000}`))
  const whole = builder.build()
  const part = sampled(whole, 0.2)
  expect(part.keys / whole.keys).toBeGreaterThan(0.17)
  expect(part.keys / whole.keys).toBeLessThan(0.23)
  expect(part.samplingRate).toBeCloseTo((whole.samplingRate * part.keys) / whole.keys, 10)
  expect(part.key.length).toBe(part.keys * 2)
  expect(part.requests).toBe(40_000)
  expect(sampled(whole, 1)).toBe(whole)
})

test('what a row does not say of its fill is what its key said last, or first; a size never told is the mean', () => {
  const builder = new ReferenceBuilder()
  builder.add(row(0, 'a'))
  builder.add(row(1, 'a', { size: 10, ttlMs: 1_000 }))
  builder.add(row(2, 'a'))
  builder.add(row(3, 'a', { size: 30 }))
  builder.add(row(4, 'b'))
  const { size, ttlMs, sizesTold } = told(builder.build())
  expect(sizesTold).toBe(true)
  expect([...size]).toEqual([10, 10, 10, 30, 20])
  expect([...ttlMs]).toEqual([1_000, 1_000, 1_000, 1_000, Number.NaN])
})
