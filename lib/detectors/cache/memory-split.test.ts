import { expect, test } from 'vitest'
import { curve } from '../../../test/curves.ts'
import { judge, load } from '../../../test/series.ts'
import type { CurveRecord } from '../../model/record.ts'
import type { TargetFacts } from '../../model/topology.ts'
import { clusterMemorySplit } from './memory-split.ts'

const MIB = 1_048_576
/** A master of 100 MiB: what it hits with 60, 100 and 140. */
const of = (target: string, [less, now, more]: [number, number, number], extra: Partial<CurveRecord> = {}): CurveRecord =>
  curve([{ hitRatio: now }, { bytes: 60 * MIB, hitRatio: less }, { bytes: 140 * MIB, hitRatio: more }], { target, ...extra })
const FLAT: [number, number, number] = [0.9, 0.9, 0.901]
const STEEP: [number, number, number] = [0.5, 0.6, 0.7]
const node = (name: string, slots: number, id = 'c1'): TargetFacts => ({ name, kind: 'redis', state: 'up', cluster: { id, slots }, capabilities: [] }) // biome-ignore format: one line
const NODES = [node('a', 8_192), node('b', 8_192), node('a2', 0), node('alone', 16_384, 'c2')]
const lines = (target: string, hits: number) => ({
  [`cache_hits_total{target=${target}}`]: `0+${hits}x60`,
  [`cache_misses_total{target=${target}}`]: `0+${100 - hits}x60`,
})
const all = (...records: CurveRecord[]) =>
  load(
    1_000,
    { 'cluster_hits_total{cluster=c1}': '0+150x60', 'cluster_misses_total{cluster=c1}': '0+50x60', ...lines('a', 90), ...lines('b', 60) },
    { records },
  )
const told = (...records: CurveRecord[]) => judge(clusterMemorySplit, all(...records), { targets: NODES })

test('memory that one master does not need and another does is found, of the one that would get it', () => {
  const window = all(of('a', FLAT), of('b', STEEP))
  const [clear, found, ...none] = judge(clusterMemorySplit, window, { targets: NODES })
  expect(clear).toEqual({ subject: { target: 'a' }, is: 'clear' })
  expect(none).toEqual([])
  expect(found).toMatchObject({
    subject: { target: 'b' },
    is: 'found',
    severity: 'info',
    summary: expect.stringMatching(/^The cluster would hit 5\.0.% more of its reads with the same memory, of which b had 40.MiB more$/),
    evidence: [
      { metric: 'cluster_hit_ratio', where: { cluster: 'c1' }, value: 0.75, baseline: expect.closeTo(0.8) },
      { where: { target: 'a' }, value: 100 * MIB, baseline: 60 * MIB },
      { where: { target: 'b' }, value: 100 * MIB, baseline: 140 * MIB },
    ],
  })
  // Five of a hundred of 200 reads a second.
  expect(clusterMemorySplit.price!(found as never, window)).toEqual({
    value: expect.closeTo(10),
    what: 'reads lost to the origin a second',
  })
})
test('equal masters are clear', () =>
  expect(told(of('a', STEEP), of('b', STEEP))).toEqual([
    { subject: { target: 'a' }, is: 'clear' },
    { subject: { target: 'b' }, is: 'clear' },
  ]))
test('with a curve of one alone, or of minutes, it is unjudged; without any, or of one master, nothing is told', () => {
  const because = (...records: CurveRecord[]) => told(...records).map((one) => one.is === 'unjudged' && one.because)
  expect(because(of('a', FLAT))).toEqual(Array(2).fill('of b no curve of its memory is known'))
  expect(because(of('a', FLAT), of('b', STEEP, { spanMs: 600_000 }))).toEqual(
    Array(2).fill('the references of b reach back 20 min; 60 needed'),
  )
  expect(told()).toEqual([])
  expect(told(of('alone', STEEP))).toEqual([])
})
