import type { Capability } from '../../model/topology.ts'
import type { DistributionsRead } from './distributions.ts'
import type { Exporter } from './row.ts'
import type { PromSeries } from './series.ts'

/**
 * Which histograms of these exporters can be read: each is of the type `histogram`, whether its exporter adds its periods up or not. That is told by
 * its plain counts, which are counters where it does. null: none, or nobody says what they are. Pure.
 */
export function distributionsOf(
  exporters: readonly Exporter[],
  all: readonly PromSeries[],
  counted: ReadonlySet<string> | null,
): DistributionsRead | null {
  const told = exporters.find(({ distributions }) => distributions !== undefined)
  if (told?.distributions === undefined || typeof told.cloud?.period !== 'number' || counted === null) return null
  const plain = new Set(told.rows.map(({ from }) => from))
  if (!all.some(({ labels }) => plain.has(labels.__name__ ?? ''))) return null
  return { all: told.distributions, periodMs: told.cloud.period * 1000, counted: [...plain].some((name) => counted.has(name)) }
}

/** Totals of which there is one value alone say nothing of a period. */
export function distributionLimits(all: readonly PromSeries[], read: DistributionsRead | null): Capability[] {
  if (!read?.counted) return []
  const counts = all.filter(({ labels }) => read.all.some(({ from }) => labels.__name__ === `${from}_count`))
  if (counts.length === 0 || counts.some(({ points }) => points.length > 1)) return []
  const because =
    'its exporter adds its distributions up (`--monitoring.aggregate-deltas`), and a page has no value before this one: read it through a Prometheus'
  return [{ feature: 'response times', available: false, because }]
}
