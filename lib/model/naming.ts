import type { Unit } from './finding.ts'

/** What a metric's name says by the naming convention of Prometheus exporters. */
export type Naming = {
  /** A counter only grows (a drop is a restart); a gauge goes up and down. */
  kind: 'counter' | 'gauge'
  /** Of a gauge its own unit; of a counter the unit of its rate. */
  unit: Unit
  /** What several rows of it are taken together by: request counts add up, response times do not. */
  together: 'sum' | 'mean'
  /** Whether a counter counts whole events, which chance scatters as Poisson says; seconds and bytes are no events. */
  events: boolean
}

/**
 * Reads kind and unit of a metric from its name: unit last, `_total` after it for a counter. Exporters name thousands of metrics that nobody
 * registered, and a Prometheus tells no more of a series than its name: this is the one place that guesses. What `lib/metrics` registers is
 * looked up there.
 */
export function namingOf(metric: string): Naming {
  if (metric.endsWith('_seconds_total')) return { kind: 'counter', unit: 'ratio', together: 'sum', events: false }
  if (metric.endsWith('_total')) return { kind: 'counter', unit: 'perSecond', together: 'sum', events: !metric.endsWith('_bytes_total') }
  const gauge = { kind: 'gauge', events: false } as const
  if (/_rate$|_per_second$/.test(metric)) return { ...gauge, unit: 'perSecond', together: 'sum' }
  if (/_seconds$|_seconds_/.test(metric)) return { ...gauge, unit: 'seconds', together: 'mean' }
  if (/_ratio$/.test(metric)) return { ...gauge, unit: 'ratio', together: 'mean' }
  if (/_bytes$|_bytes_/.test(metric)) return { ...gauge, unit: 'bytes', together: 'sum' }
  return { ...gauge, unit: 'count', together: /_(percent|celsius)$|_quantile/.test(metric) ? 'mean' : 'sum' }
}

/** A counter by its name. The store keeps counters in another form than gauges, so a registered counter is named by the convention too. */
export const isCounter = (metric: string) => metric.endsWith('_total')
