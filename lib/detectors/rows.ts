import { changedAt } from '../metrics/changed.ts'
import type { Evidence, Unit } from '../model/finding.ts'
import { type Labels, labelsKey, newestOf, type Series, sameLabels } from '../model/series.ts'
import type { TargetFacts, Topology } from '../model/topology.ts'
import type { SeriesWindow } from '../model/window.ts'

/** The series of one subject, by metric; absent where the product does not report it. */
export type Row<M extends string> = { labels: Labels } & Partial<Record<M, Series>>

/** Series that carry the same labels, side by side: one row for each that has the first metric. */
export function rowsOf<const M extends string>(window: SeriesWindow, metrics: readonly [M, ...M[]], labels: Labels = {}): Row<M>[] {
  const [first, ...rest] = metrics
  const others = rest.map((metric) => besideEach(window.series(metric, labels)))
  return window.series(first, labels).map((series, at) => {
    const row = { labels: series.labels, [first]: series } as Row<M>
    rest.forEach((metric, i) => {
      const other = others[i]!(series.labels, at)
      if (other) (row as Record<string, unknown>)[metric] = other
    })
    return row
  })
}

/** Finds the series with those labels. Mostly it stands where the one beside it does, or one off; what does not is looked up by its labels. */
function besideEach(all: readonly Series[]): (labels: Labels, at: number) => Series | undefined {
  let byKey: Map<string, Series> | undefined
  let shift = 0
  return (labels, at) => {
    const beside = all[at + shift]
    if (beside && sameLabels(beside.labels, labels)) return beside
    for (const place of [at + shift + 1, at + shift - 1]) {
      const series = all[place]
      if (!series || !sameLabels(series.labels, labels)) continue
      shift = place - at
      return series
    }
    byKey ??= new Map(all.map((series) => [labelsKey(series.labels), series]))
    return byKey.get(labelsKey(labels))
  }
}

/** The row of one subject alone, without the parts of it that carry more labels. */
export function rowOf<const M extends string>(
  window: SeriesWindow,
  metrics: readonly [M, ...M[]],
  subject: Labels,
): Partial<Record<M, Series>> | null {
  const found: Partial<Record<M, Series>> = {}
  for (const metric of metrics) {
    const own = window.series(metric, subject).find(({ labels }) => sameLabels(labels, subject))
    if (own) found[metric] = own
  }
  return Object.keys(found).length > 0 ? found : null
}

function isCache({ labels }: Series): boolean {
  for (const name in labels) if (name !== 'target' && name !== 'cache') return false
  return Boolean(labels.target)
}

/** How many caches have that metric and are judged by it: they share the false alarms that a rule may raise. */
export const cacheCount = (window: SeriesWindow, metric: string): number => {
  let count = 0
  for (const series of window.series(metric)) if (isCache(series)) count++
  return count
}

/** How many servers there are in pools: likewise. */
export const serverCount = ({ pools }: Topology): number => pools.reduce((sum, { servers }) => sum + servers.length, 0)

/** One row for each cache, made lazily: series by pattern or command are parts of a cache, not caches of their own. */
export function cacheRows<const M extends string>(window: SeriesWindow, metrics: readonly [M, ...M[]]): IteratorObject<Row<M>> {
  const [first, ...rest] = metrics
  return window
    .series(first)
    .values()
    .filter(isCache)
    .map((series) => {
      const row = { labels: series.labels, [first]: series } as Row<M>
      for (const metric of rest) {
        const other = window.series(metric, series.labels).find(({ labels }) => sameLabels(labels, series.labels))
        if (other) (row as Record<string, unknown>)[metric] = other
      }
      return row
    })
}

/** An index of the facts by target name, because each rule asks for each of up to a thousand targets at every tick. */
const named = new WeakMap<readonly TargetFacts[], Map<string, TargetFacts>>()

/** A target's facts by name. */
export function factsOf({ targets }: Topology, target: string | undefined): TargetFacts | undefined {
  if (target === undefined) return undefined
  let byName = named.get(targets)
  if (!byName) {
    byName = new Map(targets.map((facts) => [facts.name, facts]))
    named.set(targets, byName)
  }
  return byName.get(target)
}

/** Why a series is stale, or null: no point within 2.5 steps (5 s at least, for a poll that was late), and what its provider tells it later. */
export function staleBecause(series: Series, to: number): string | null {
  const last = newestOf(series)
  if (!last) return 'nothing was read yet'
  const ageMs = to - last[0]
  return ageMs > Math.max(5_000, 2.5 * series.stepMs) + (series.lateMs ?? 0) ? `nothing was read for ${Math.round(ageMs / 1000)} s` : null
}

/** Evidence in one call. */
export function evidence(
  window: { from: number; to: number },
  metric: string,
  where: Labels,
  label: string,
  value: number,
  unit: Unit,
  more: Partial<Evidence> = {},
): Evidence {
  return { metric, where, label, value, unit, from: window.from, to: window.to, ...more }
}

/** The history that `refilling` needs: two lives of most keys. */
export const REFILL_SPAN_MS = 900_000
/** Moved keys are fetched again within this time, except those that nobody reads. */
const REFILL_MS = 60_000

/**
 * Where this target stands after a ring moved keys onto it, at `movedAt` (null: none were). `refill`: its misses are those keys. `echo`: for
 * two lives of its keys (five minutes at most), and one life later, when what was fetched together ends together, some more are.
 */
export function refilling(
  window: SeriesWindow,
  topology: Topology,
  target: string,
): { movedAt: number | null; phase: 'refill' | 'echo' | null } {
  const movedAt = ringMovedAt(window, topology, target)
  if (movedAt === null) return { movedAt, phase: null }
  const age = window.to - movedAt
  if (age < REFILL_MS) return { movedAt, phase: 'refill' }
  const long = Math.max(REFILL_MS, ...topology.ttls.map(({ ttlMs, jitter }) => ttlMs * (1 + jitter)))
  const ending = topology.ttls.some(({ ttlMs, jitter }) => age > ttlMs * (1 - jitter) - 15_000 && age < ttlMs * (1 + jitter) + 60_000)
  return { movedAt, phase: ending || age < Math.min(300_000, 2 * long) ? 'echo' : null }
}

/** When keys last moved onto or off this target because a ring that it belongs to changed; null when none did. */
function ringMovedAt(window: SeriesWindow, topology: Topology, target: string): number | null {
  let newest: number | null = null
  for (const ring of topology.rings) {
    if (!ring.nodes.some((node) => node.target === target)) continue
    for (const series of window.series('ring_share_owned', { ring: ring.name })) {
      const at = changedAt(series, 1e-6)
      if (at !== null && (newest === null || at > newest)) newest = at
    }
  }
  return newest
}
