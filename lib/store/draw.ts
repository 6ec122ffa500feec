import { isGap, rates } from '../math/rates.ts'
import type { SeriesView } from '../model/answers/series.ts'
import { isCounter } from '../model/naming.ts'
import type { Point } from '../model/series.ts'
import type { SeriesQuery } from '../model/store.ts'
import type { Archive } from './archive.ts'
import { Buckets, niceStep, withGaps } from './buckets.ts'
import type { History } from './history.ts'
import { COARSE_MS, FINE_MS } from './rollup.ts'

/** A range without a step is given sample by sample up to this many, else in at most that many buckets. */
const SAMPLES_MOST = 2_000
const BUCKETS = 600
const BUCKETS_MOST = 20_000
/** From so many samples on, stretches are read instead where they are made: a day of seconds is 86 400. */
const UNPACKED_MOST = 10_000

/** … and from so many on where buckets are made of whole stretches: a hundred chunks of ten minutes take longer to unpack than a day of stretches. */
const STRETCHED_FROM = 2_000

/** Since when each fineness is kept. */
export type Kept = { rawFrom: number; fineFrom: number }

/** One series over a range: in memory as far as it goes, before that from chunks, and where the range is long from stretches. */
export function drawn(history: History, archive: Archive, query: SeriesQuery, kept: Kept): SeriesView {
  const { id, metric, labels, stepMs } = history
  const { from, to } = query
  const rate = query.rate === true && isCounter(metric)
  const span = Math.max(1, to - from)
  const samples = span / stepMs
  const archived = from < history.heldFrom
  if (query.stepMs === undefined && samples <= SAMPLES_MOST && (!archived || from >= kept.rawFrom)) {
    const points = history.points(from, to)
    return { metric, labels, points: withGaps(rate ? rates(points, stepMs) : points, stepMs) }
  }
  let step = Math.max(query.stepMs ?? niceStep(span, BUCKETS), Math.ceil(span / BUCKETS_MOST))
  // Between samples a value holds, which stretches do not say: a bucket without any must be a gap.
  const stretched = stepMs <= FINE_MS && step % FINE_MS === 0 && isGap(0, step, stepMs) && samples > STRETCHED_FROM
  const unpacked = !archived || (from >= kept.rawFrom && samples <= UNPACKED_MOST && !stretched)
  if (!unpacked) step = upTo(step, from < kept.fineFrom ? COARSE_MS : FINE_MS)
  const start = Math.floor(from / step) * step
  const buckets = new Buckets(start, step, Math.max(1, Math.ceil((to - start) / step)))
  let samplesFrom = start
  if (!unpacked) {
    for (const rollup of archive.rollups(id, metric, start, to, step % COARSE_MS === 0)) buckets.addRollup(rollup)
    samplesFrom = Math.max(start, archive.stretchesTo(id))
  }
  if (samplesFrom < history.heldFrom) {
    for (const { at, value } of archive.samples(id, samplesFrom - 1, history.heldFrom))
      buckets.addSamples(at, value, stepMs, samplesFrom, Math.min(to + 1, history.heldFrom))
  }
  const { at, value } = history.columns(Math.max(0, history.indexAt(samplesFrom) - 1), history.indexAfter(to))
  buckets.addSamples(at, value, stepMs, samplesFrom, to + 1)
  return { metric, labels, points: buckets.points(rate ? 'rate' : isCounter(metric) ? 'last' : 'mean') }
}

/** The flushed samples of [from, to) as points. */
export function flushedPoints(archive: Archive, id: number, from: number, to: number): Point[] {
  const out: Point[] = []
  for (const { at, value } of archive.samples(id, from, to))
    for (let i = 0; i < at.length; i++) if (at[i]! >= from && at[i]! < to) out.push([at[i]!, value[i]!])
  return out
}

const upTo = (step: number, multiple: number) => Math.ceil(step / multiple) * multiple
