import { expect, test } from 'vitest'
import { curve } from '../../../test/curves.ts'
import { FROM, judge, load } from '../../../test/series.ts'
import type { PriceList } from '../../model/prices.ts'
import type { CurveRecord } from '../../model/record.ts'
import type { Role } from '../../model/topology.ts'
import { memorySurplus } from './memory-surplus.ts'

const MIB = 1_048_576
const said = (record: CurveRecord | null, role: Role = 'cache') =>
  judge(memorySurplus, load(1_000, { 'cache_items{target=a}': '5x60' }, { records: record ? [record] : [] }), {
    targets: [{ name: 'a', kind: 'redis', role, state: 'up', capabilities: [] }],
  })

test('a third of the memory that hits as much is found, in bytes, and the smallest such size is named', () => {
  const points = [40, 30, 20, 150].map((mib) => ({ bytes: mib * MIB, hitRatio: mib === 20 ? 0.91 : mib === 150 ? 0.942 : 0.938 }))
  expect(said(curve([{ hitRatio: 0.94 }, ...points]))).toMatchObject([
    {
      subject: { target: 'a' },
      is: 'found',
      severity: 'info',
      summary: 'a would hit as much with 30 MiB instead of 100 MiB: 70 MiB hold keys that are not read again'.replaceAll(
        ' MiB',
        '\u00a0MiB',
      ),
      evidence: [
        { value: 100 * MIB, baseline: 30 * MIB },
        { value: 0.938, baseline: 0.94 },
      ],
    },
  ])
})
test.each([
  ['what it would hit less', [{ bytes: 30 * MIB, hitRatio: 0.93 }]],
  ['too little saved', [{ bytes: 80 * MIB, hitRatio: 0.94 }]],
  ['more memory only', [{ bytes: 300 * MIB, hitRatio: 0.95 }]],
])('%s is clear', (_what, points) => expect(said(curve([{ hitRatio: 0.94 }, ...points]))).toMatchObject([{ is: 'clear' }]))
test('a few MiB are not worth a finding, nor is what a cache without a limit uses', () => {
  expect(said(curve([{ bytes: 10 * MIB, hitRatio: 0.94 }, { bytes: 2 * MIB, hitRatio: 0.94 }]))).toMatchObject([{ is: 'clear' }]) // biome-ignore format: one line
  expect(said(curve([{ bytes: null, hitRatio: 0.94 }, { bytes: 2 * MIB, hitRatio: 0.94 }]))).toMatchObject([{ is: 'clear' }]) // biome-ignore format: one line
})
test('references of half an hour are too few', () =>
  expect(said(curve([{ hitRatio: 0.94 }, { bytes: 30 * MIB, hitRatio: 0.94 }], { spanMs: 900_000 }))).toEqual([
    { subject: { target: 'a' }, is: 'unjudged', because: 'its references reach back 30 min; 60 needed' },
  ]))
test('an old curve is unjudged, and without one, or of a store, nothing is said', () => {
  const small = { bytes: 30 * MIB, hitRatio: 0.94 }
  expect(said(curve([{ hitRatio: 0.94 }, small], { at: FROM - 3_600_000 }))).toEqual([
    { subject: { target: 'a' }, is: 'unjudged', because: 'its curve is 61 min old' },
  ])
  expect(said(null)).toEqual([])
  expect(said(curve([{ hitRatio: 0.94 }, small]), 'store')).toEqual([])
})

const ttls = [
  { name: 'pages', match: 'page:*', ttlMs: 3_600_000, jitter: 0, version: 1, control: { target: 'a', key: 'k' }, followers: [] },
]
const life = (part: number, hitRatio: number, mib: number) => ({ ttlMs: part * 3_600_000, hitRatio, heldBytes: mib * MIB })
const lives = (...points: ReturnType<typeof life>[]) =>
  curve([life(1, 0.9, 400), ...points], { id: 'ttl/pages', varies: 'ttl', ttl: 'pages' })
const saidOf = (records: CurveRecord[], prices?: PriceList) =>
  judge(memorySurplus, load(1_000, { 'cache_hits_total{target=a}': '0+90x60', 'cache_misses_total{target=a}': '0+10x60' }, { records }), {
    targets: [{ name: 'a', kind: 'redis', role: 'cache', state: 'up', capabilities: [] }],
    ttls,
    ...(prices && { prices }),
  })

test('keys that are held long after their last read are found, also where memory has no limit to lower', () => {
  expect(saidOf([lives(life(0.25, 0.899, 100), life(0.1, 0.8, 40))])).toMatchObject([
    {
      is: 'found',
      severity: 'info',
      summary: expect.stringMatching(
        /^a would hit as much with a TTL of 15.min instead of 1.h for the keys of pages: 300.MiB hold keys that are not read again$/,
      ),
      evidence: [
        { metric: 'cache_memory_used_bytes', value: 400 * MIB, baseline: 100 * MIB },
        { value: 0.899, baseline: 0.9 },
      ],
    },
  ])
  const needed = curve([{ hitRatio: 0.9 }, { bytes: 90 * MIB, hitRatio: 0.9 }])
  expect(saidOf([needed, lives(life(0.25, 0.899, 100))])).toMatchObject([{ is: 'found' }])
})
test('a TTL that keys need is clear, and a curve of the TTL before says nothing of this one', () => {
  expect(saidOf([lives(life(0.25, 0.89, 100), life(2, 0.9, 800))])).toMatchObject([{ is: 'clear' }])
  const before = lives(life(0.25, 0.899, 100))
  before.points[0]!.ttlMs = 7_200_000
  expect(saidOf([before])).toMatchObject([{ is: 'clear' }])
  expect(saidOf([{ ...before, id: 'ttl/gone', ttl: 'gone' }])).toEqual([])
})
test('too few references of the memory are not made up for by what is known of a TTL', () => {
  const young = curve([{ hitRatio: 0.9 }], { spanMs: 900_000 })
  expect(saidOf([lives(life(0.25, 0.89, 100)), young])).toMatchObject([{ is: 'unjudged' }])
})
test('at a price, a TTL at which memory costs more than the reads that it saves', () => {
  const dear = { gibMonth: 1_000, originRead: 0.000001, targets: {} }
  expect(saidOf([lives(life(0.25, 0.85, 100))])).toMatchObject([{ is: 'clear' }])
  expect(saidOf([lives(life(0.25, 0.85, 100))], dear)).toMatchObject([
    { is: 'found', summary: expect.stringMatching(/would cost less with a TTL of 15.min/) },
  ])
  expect(saidOf([lives(life(2, 0.99, 800))], { ...dear, gibMonth: 0.01 })).toMatchObject([{ is: 'clear' }])
})
