import type { Ejections } from './outliers.ts'
import { EJECTIONS, rowOf } from './stats.ts'

/** The counters of outlier detection as they were last read. They are of whole clusters: which cause took out a host shows in what has risen. */
export class EjectionCounts {
  #known: Record<string, Ejections> = {}

  /** One more page of the statistics; `pools` are names of clusters by those that the statistics give them. */
  take(page: string, pools: ReadonlyMap<string, string>): void {
    const now: Record<string, Omit<Ejections, 'latest'>> = {}
    for (const line of page.split('\n')) {
      if (!line.includes(EJECTIONS) || line.startsWith('#')) continue
      const row = rowOf(line)
      const [, stat] = row?.stat.split(EJECTIONS) ?? []
      if (!row || stat === undefined) continue
      const pool = pools.get(row.cluster) ?? row.cluster
      const of = now[pool] ?? { causes: {}, leftOut: 0 }
      now[pool] = of
      const cause = /^enforced_(?!total$)(.+)$/.exec(stat)?.[1]
      if (cause) of.causes[cause] = (of.causes[cause] ?? 0) + row.value
      else if (stat === 'overflow') of.leftOut += row.value
    }
    this.#known = Object.fromEntries(
      Object.entries(now).map(([pool, counts]) => [pool, { ...counts, latest: latestOf(counts.causes, this.#known[pool]) }]),
    )
  }

  all = (): Readonly<Record<string, Ejections>> => this.#known
}

/** The causes that have risen last: since the page before, else those that had then. Of a first page each that has ever ejected may be it. */
function latestOf(causes: Ejections['causes'], before: Ejections | undefined): string[] {
  const all = Object.keys(causes).filter((cause) => causes[cause]! > 0)
  if (!before) return all
  // A restart of Envoy begins at zero.
  if (Object.entries(before.causes).some(([cause, count]) => (causes[cause] ?? 0) < count)) return all
  const risen = all.filter((cause) => causes[cause]! > (before.causes[cause] ?? 0))
  return risen.length > 0 ? risen : before.latest
}
