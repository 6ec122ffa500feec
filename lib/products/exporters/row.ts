import type { Provider } from '../code/managedCache.ts'
import type { Mapping } from './mappingConfig.ts'

/** One row of the table. `silentZero`: where it tells nothing of a period in which its pool was told of, it means none. */
export type Row = Mapping & { silentZero?: true }

/**
 * A histogram of which each value tells one period (`_bucket`, `_sum`, `_count` of `from`): its mean becomes `mean`, its quantiles what they are
 * named. `scale`: to seconds.
 */
export type Distribution = {
  from: string
  mean: string
  quantiles?: Readonly<Record<string, number>>
  labels?: Readonly<Record<string, string>>
  scale?: number
}

/** What an exporter of a cloud's metrics tells: each thing of the cloud is a target of its own. */
export type Cloud = {
  /** The exporter's own name. */
  title: string
  /** The labels that tell one thing from another. A label of several names is written with bars. */
  thing: readonly string[]
  /** The label of its nodes: each is a target. Series without it are of all nodes, and count where no node is told. */
  part?: string
  /** Only series of which this label matches. */
  only?: { label: string; pattern: string }
  /** Series with one of these labels tell the same once more. */
  without?: readonly string[]
  /** Seconds of which one value tells the sum: a number, the target's key `period`, or the series' label `interval`. */
  period: number | 'configured' | 'labelled'
  /** Its own times, where it tells them, are those at which periods begin. */
  starts?: true
  /** On wish it adds its sums up itself, and calls them counters then. */
  aggregates?: true
  provider: Provider
  /** Its parameters are not written as code: it has none, or they have a command of their own. */
  fixed?: true
}

export type Exporter = {
  /** Series that only this exporter has, one for each server, by its versions: how servers are found. */
  signs: string[]
  /** 0 when the exporter answers but its server does not. */
  up?: string
  role?: 'cache' | 'store'
  /** It reports pools and not their servers. */
  poolsAlone?: true
  /** What it cannot tell, in a sentence. */
  limits?: string
  cloud?: Cloud
  rows: Row[]
  distributions?: readonly Distribution[]
}

/** The names of all series that are read of it. */
export const readOf = ({ rows, distributions = [] }: Exporter): string[] => [
  ...rows.map(({ from }) => from),
  ...distributions.flatMap(({ from }) => ['bucket', 'sum', 'count'].map((part) => `${from}_${part}`)),
]

export const row = (
  from: string,
  to: string,
  labels?: Record<string, string>,
  where?: Record<string, string>,
  scale?: number,
): Mapping => ({
  from,
  to,
  ...(labels ? { labels } : {}),
  ...(where ? { where } : {}),
  ...(scale ? { scale } : {}),
})
