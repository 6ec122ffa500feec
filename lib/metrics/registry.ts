import { isCounter } from '../model/naming.ts'
import { cacheMetrics } from './cache.ts'
import { clusterMetrics } from './cluster.ts'
import { expiryMetrics } from './expiry.ts'
import { exportedMetrics } from './exported.ts'
import { managedMetrics } from './managed.ts'
import { memoryMetrics } from './memory.ts'
import { counter, gauge, type Metric } from './metric.ts'
import { poolMetrics } from './pool.ts'
import { responseMetrics } from './response.ts'
import { ringMetrics } from './ring.ts'
import { slabMetrics } from './slab.ts'
import { targetMetrics } from './target.ts'

/** The registry of metrics: one definition each, used by detectors, advisors, guards, charts and the API. */
export const metrics: readonly Metric[] = [
  ...cacheMetrics,
  ...memoryMetrics,
  ...slabMetrics,
  ...expiryMetrics,
  ...clusterMetrics,
  ...poolMetrics,
  ...responseMetrics,
  ...ringMetrics,
  ...targetMetrics,
  ...managedMetrics,
  ...exportedMetrics,
]

const byName = new Map(metrics.map((metric) => [metric.name, metric]))

/** The definition of a metric. A name that is not registered is an exporter's counter or gauge, by the naming convention. */
export function metricOf(name: string): Metric {
  const known = byName.get(name)
  if (known) return known
  const words = name.replace(/_total$/, '').replaceAll('_', ' ')
  return isCounter(name) ? counter(name, words) : gauge(name, words)
}
