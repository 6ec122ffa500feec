import { isCounter } from '../model/naming.ts'
import { cacheMetrics } from './cache.ts'
import { expiryMetrics } from './expiry.ts'
import { exportedMetrics } from './exported.ts'
import { memoryMetrics } from './memory.ts'
import { counter, gauge, type Metric } from './metric.ts'
import { poolMetrics } from './pool.ts'
import { responseMetrics } from './response.ts'
import { ringMetrics } from './ring.ts'
import { targetMetrics } from './target.ts'

/** The registry of metrics: what detectors, advisors, guards, charts and the API speak of. */
export const metrics: readonly Metric[] = [
  ...cacheMetrics,
  ...memoryMetrics,
  ...expiryMetrics,
  ...poolMetrics,
  ...responseMetrics,
  ...ringMetrics,
  ...targetMetrics,
  ...exportedMetrics,
]

const byName = new Map(metrics.map((metric) => [metric.name, metric]))

/** A metric by its name. What nobody registered is the counter or gauge of an exporter, as its name says. */
export function metricOf(name: string): Metric {
  const known = byName.get(name)
  if (known) return known
  const words = name.replace(/_total$/, '').replaceAll('_', ' ')
  return isCounter(name) ? counter(name, words) : gauge(name, words)
}
