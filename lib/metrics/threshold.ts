import type { Evidence, Unit } from '../model/finding.ts'
import { metricOf } from './registry.ts'

/**
 * The threshold of evidence as a line in the chart of its metric; undefined where the evidence is another number than the metric, as its
 * unit tells: 85 % of a limit is no height in a chart of connections.
 */
export function chartThreshold({ metric, unit, threshold }: Pick<Evidence, 'metric' | 'unit' | 'threshold'>): number | undefined {
  return plain(unit) === plain(metricOf(metric).unit) ? threshold : undefined
}

/** A state or a weight is a count that is written without a unit. */
const plain = (unit: Unit): Unit => (unit === 'none' ? 'count' : unit)
