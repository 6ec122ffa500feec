import { expect, test } from 'vitest'
import { curve } from '../../../test/curves.ts'
import { FROM, judge, load } from '../../../test/series.ts'
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
