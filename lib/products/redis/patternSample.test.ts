import { expect, it } from 'vitest'
import { PatternSample } from './patternSample.ts'

const key = (pattern: string, i = 0) => ({ key: Buffer.from(`${pattern}${i}`), pattern })

it('keeps the newest sizes, types and idle times of each pattern, and of another run none', () => {
  const sample = new PatternSample()
  sample.begin('run')
  expect(sample.facts('a')).toEqual({ bytesMean: null, sizes: 0, types: [], idleSecondsMedian: null, idles: 0 })
  for (let i = 0; i < 300; i++) sample.size('a', i < 100 ? 1e9 : 100)
  for (const seconds of [5, 1, 9]) sample.idle('a', seconds)
  for (const type of ['string', 'hash', 'string']) sample.type('a', type)
  expect(sample.facts('a')).toMatchObject({ bytesMean: { value: 100 }, sizes: 200, idleSecondsMedian: 5, idles: 3 })
  expect(sample.facts('a').types).toEqual([
    ['string', 2],
    ['hash', 1],
  ])
  sample.begin('run')
  expect(sample.facts('a').sizes).toBe(200)
  sample.begin('another')
  expect(sample.facts('a').sizes).toBe(0)
})

it('keeps as many as it may of the newest, whenever they came', () => {
  const sample = new PatternSample()
  for (let i = 1; i <= 1_234; i++) {
    sample.size('a', i)
    sample.idle('a', i)
  }
  const facts = sample.facts('a')
  expect([facts.sizes, facts.idles]).toEqual([200, 50])
  expect(facts.bytesMean!.value).toBeCloseTo((1_035 + 1_234) / 2)
  expect(facts.idleSecondsMedian).toBeCloseTo((1_185 + 1_234) / 2)
})

it('is bounded, and drops the patterns that were not met for longest', () => {
  const sample = new PatternSample()
  for (let i = 0; i < 1_000; i++) {
    sample.size('kept', 1)
    sample.size(`p${i}`, 1)
  }
  expect(sample.facts('kept').sizes).toBe(200)
  expect(sample.facts('p0').sizes).toBe(0)
  expect(sample.facts('p999').sizes).toBe(1)
})

it('asks for types until a few tell, of the least known first', () => {
  const sample = new PatternSample()
  for (let i = 0; i < 10; i++) sample.type('known', 'string')
  for (let i = 0; i < 3; i++) sample.type('half', 'string')
  const wanted = sample.wantingType([key('known'), key('half'), key('__proto__'), key('half', 1)])
  expect(wanted.map(({ pattern }) => pattern)).toEqual(['__proto__', 'half', 'half'])
  sample.idle('half', 3)
  expect(sample.wantingIdle([key('half'), key('known')]).map(({ pattern }) => pattern)).toEqual(['known', 'half'])
})
