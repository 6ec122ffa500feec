import { describe, expect, it } from 'vitest'
import { patternOf } from '../model/patterns.ts'
import { TtlSample } from './ttlSample.ts'

const NOW = 1_000_000_000

describe('TtlSample', () => {
  it('counts the fullest second and names its keys', () => {
    const sample = new TtlSample()
    const spread = Array.from({ length: 300 }, (_, i) => ({ key: `user:${i}`, endsAt: NOW + 1_000 + i * 1_000 }))
    const cliff = Array.from({ length: 100 }, (_, i) => ({ key: `product:${i}`, endsAt: NOW + 60_500 }))
    sample.add([...spread, ...cliff, { key: 'for-ever', endsAt: null }], 401, 'run')
    const histogram = sample.histogram(NOW, 401)
    expect(histogram).toMatchObject({ bucketMs: 1_000, sampled: 401, keys: 401, pattern: 'product:*' })
    expect(histogram.buckets.find(([at]) => at === NOW + 60_000)?.[1]).toBe(101)
  })

  it('holds each key once a walk: never more than the server has', () => {
    const sample = new TtlSample()
    for (let walk = 0; walk < 5; walk++)
      sample.add(
        Array.from({ length: 100 }, (_, i) => ({ key: `k${i}`, endsAt: NOW + 10_000 + walk })),
        100,
        'run',
      )
    expect(sample.histogram(NOW, 100).sampled).toBe(100)
    sample.add([], 40, 'run')
    expect(sample.histogram(NOW, 40).sampled).toBe(40)
  })

  it('leaves out what has ended, and what is beyond the horizon', () => {
    const sample = new TtlSample()
    sample.add(
      [
        { key: 'a', endsAt: NOW - 1 },
        { key: 'b', endsAt: NOW + 3_600_000 },
      ],
      10,
      'run',
    )
    expect(sample.histogram(NOW, 10)).toEqual({ bucketMs: 1_000, buckets: [], sampled: 1, keys: 10 })
  })

  it('knows the patterns of its keys however many have come and gone', () => {
    const sample = new TtlSample()
    const named = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, i) => ({
        key: [...String(from + i)].map((digit) => 'abcdefghij'[Number(digit)]).join(''),
        endsAt: null,
      }))
    for (let from = 0; from < 40_000; from += 500) sample.add(named(from, from + 500), 1_000_000, 'run')
    const shares = sample.patternShares(NOW, 10_000)
    expect(shares.map(({ pattern }) => pattern).sort()).toEqual(
      named(36_000, 40_000)
        .map(({ key }) => key)
        .sort(),
    )
    expect(new Set(shares.map(({ sampled, of }) => `${sampled} of ${of}`))).toEqual(new Set(['1 of 4000']))
  })

  it('forgets the keyspace of another run', () => {
    const sample = new TtlSample()
    sample.add([{ key: 'a', endsAt: null }], 10, 'one')
    sample.cursor = '17'
    sample.add([], 10, 'two')
    expect(sample.histogram(NOW, 10).sampled).toBe(0)
    expect(sample.cursor).toBe('0')
  })
})

describe('patternOf', () => {
  it.each([
    ['product:17', 'product:*'],
    ['product:17:price', 'product:*:price'],
    ['user:8c2f6f0e-2f6e-4c53-9d6e-6a2b5a1f9b10:cart', 'user:*:cart'],
    ['session:9f86d081884c7d659a2feaa0c55ad015', 'session:*'],
    ['k00017', 'k*'],
    ['page/home', 'page/home'],
    ['', ''],
    ['img.2024.png', 'img.*.png'],
  ])('%s -> %s', (key, pattern) => {
    expect(patternOf(key)).toBe(pattern)
  })

  it('stays short and quick for hostile keys', () => {
    expect(patternOf('a1:'.repeat(100_000)).length).toBeLessThanOrEqual(80)
  })
})

it('tells keys of more patterns apart than a byte has numbers', () => {
  const sample = new TtlSample()
  const letters = (i: number) => [...String(i)].map((digit) => 'abcdefghij'[Number(digit)]).join('')
  const found = Array.from({ length: 900 }, (_, i) => ({ key: `${letters(i % 300)}:${i}`, endsAt: NOW + 1_000 * (i % 300) + 500 }))
  for (let from = 0; from < 900; from += 50) sample.add(found.slice(from, from + 50), 10_000, 'run')
  const shares = sample.patternShares(NOW, 1_000)
  expect(shares).toHaveLength(300)
  expect(shares.every(({ sampled }) => sampled === 3)).toBe(true)
  expect(shares.find(({ pattern }) => pattern === `${letters(299)}:*`)?.ttlMsMedian).toBe(299_500)
  expect(sample.newest(3)).toEqual([899, 898, 897].map((i) => found[i]!.endsAt))
})
