import { measuredValue } from '../metrics/measure.ts'
import type { Price } from '../model/detector.ts'
import type { Finding } from '../model/finding.ts'
import type { SeriesWindow } from '../model/window.ts'

/** The cost functions of findings, one for each way of counting: a detector names the one that fits. */
type PriceOf = (finding: Finding, window: SeriesWindow) => Price | null

const price = (value: number | null, what: string): Price | null => (value === null || !(value > 0) ? null : { value, what })
const product = (a: number | null, b: number | null) => (a === null || b === null ? null : a * b)
const ofTarget = (metric: string, { subject }: Finding, window: SeriesWindow) =>
  measuredValue(metric, { target: subject.target ?? '' }, window)

export const requestsSlowed: PriceOf = ({ subject }, window) =>
  price(measuredValue('pool_request_rate', subject, window), 'requests slowed a second')

export const requestsFailed: PriceOf = ({ subject }, window) =>
  price(
    product(measuredValue('pool_request_rate', subject, window), measuredValue('pool_error_ratio', subject, window)),
    'requests failed a second',
  )

/** By how much the hit ratio among its evidence is below what it was or should be. */
export const readsLost: PriceOf = (finding, window) => {
  const hits = finding.evidence.find(({ metric, unit }) => metric === 'cache_hit_ratio' && unit === 'ratio')
  const lost = hits ? Math.max(0, (hits.baseline ?? hits.threshold ?? 0) - hits.value) : null
  return price(product(ofTarget('cache_read_rate', finding, window), lost), 'reads lost to the origin a second')
}

/** The same of a ring or Cluster, whose hit ratio is its first evidence with what it would be. */
export const readsLostOfGroup: PriceOf = ({ evidence: [first] }, window) => {
  const [, of] = /^(\w+)_hit_ratio$/.exec(first?.metric ?? '') ?? []
  if (!first || of === undefined) return null
  const [hits, misses] = ['hits', 'misses'].map((what) => measuredValue(`${of}_${what}_total`, first.where, window))
  const reads = hits === null || misses === null ? null : hits! + misses!
  return price(product(reads, Math.max(0, (first.baseline ?? 0) - first.value)), 'reads lost to the origin a second')
}

export const keysEvicted: PriceOf = (finding, window) => price(ofTarget('cache_eviction_rate', finding, window), 'keys evicted a second')

/** Its first evidence is the key's share of the reads. */
export const readsOfOneKey: PriceOf = (finding, window) => {
  const [first] = finding.evidence
  if (first?.unit !== 'ratio') return null
  return price(product(ofTarget('cache_read_rate', finding, window), first.value), 'reads a second on one key')
}
