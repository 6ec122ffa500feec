import { expect, test } from 'vitest'
import { curve } from '../../../test/curves.ts'
import { judge, load } from '../../../test/series.ts'
import type { CurveRecord } from '../../model/record.ts'
import { memorySplit } from './memory-split.ts'

const MIB = 1_048_576
/** A cache of 100 MiB: what it hits with 60, 100 and 140. */
const of = (target: string, [less, now, more]: [number, number, number], extra: Partial<CurveRecord> = {}): CurveRecord =>
  curve([{ hitRatio: now }, { bytes: 60 * MIB, hitRatio: less }, { bytes: 140 * MIB, hitRatio: more }], { target, ...extra })
const FLAT: [number, number, number] = [0.9, 0.9, 0.901]
const STEEP: [number, number, number] = [0.5, 0.6, 0.7]
const lines = (target: string, hits: number) => ({
  [`cache_hits_total{target=${target}}`]: `0+${hits}x60`,
  [`cache_misses_total{target=${target}}`]: `0+${100 - hits}x60`,
})
const said = (...records: CurveRecord[]) =>
  judge(
    memorySplit,
    load(
      1_000,
      { 'ring_hits_total{ring=products}': '0+150x60', 'ring_misses_total{ring=products}': '0+50x60', ...lines('a', 90), ...lines('b', 60) },
      { records },
    ),
    {
      rings: [
        {
          name: 'products',
          spec: { algorithm: 'ketama', nodes: [] },
          version: 1,
          control: { target: 'a', key: 'k' },
          nodes: ['a', 'b'].map((target) => ({ name: target, target, address: `${target}:1` })),
          followers: [],
        },
      ],
    },
  )

test('memory that one cache does not need and another does is found, with both limits', () =>
  expect(said(of('a', FLAT), of('b', STEEP))).toMatchObject([
    {
      subject: { ring: 'products' },
      is: 'found',
      severity: 'info',
      summary: 'Ring products would hit 5.0 % more of its reads with the same memory, of which b had 40 MiB more'
        .replace(' %', '\u00a0%')
        .replace(' MiB', '\u00a0MiB'),
      evidence: [
        { metric: 'ring_hit_ratio', value: 0.75, baseline: expect.closeTo(0.8) },
        { where: { target: 'a' }, value: 100 * MIB, baseline: 60 * MIB },
        { where: { target: 'b' }, value: 100 * MIB, baseline: 140 * MIB },
      ],
    },
  ]))
test('equal caches are clear', () => expect(said(of('a', STEEP), of('b', STEEP))).toMatchObject([{ is: 'clear' }]))
test('with a curve of one alone, or of minutes, it is unjudged; without any nothing is said', () => {
  expect(said(of('a', FLAT))).toMatchObject([{ is: 'unjudged', because: 'of b no curve of its memory is known' }])
  expect(said(of('a', FLAT), of('b', STEEP, { spanMs: 600_000 }))).toMatchObject([
    { is: 'unjudged', because: 'the references of b reach back 20 min; 60 needed' },
  ])
  expect(said()).toEqual([])
})
