import type { LoadLine } from '../math/loadLine.ts'
import type { Edge } from '../model/edges.ts'
import type { Evidence, Finding } from '../model/finding.ts'
import type { Prices } from '../model/prices.ts'
import type { CurveRecord } from '../model/record.ts'
import type { Retries } from '../model/retries.ts'
import type { Labels } from '../model/series.ts'
import type { StalenessRecord } from '../model/staleness.ts'
import type { Takeover } from '../model/takeover.ts'
import type { Capability, Pool, Ring, Role, TargetState, TtlPolicy } from '../model/topology.ts'
import type { Measurement } from '../model/window.ts'
import type { NodeLoss } from '../predictions/nodeLoss.ts'

/** A time that was looked at, epoch ms. */
export type Span = { from: number; to: number }

/** A key's share of the reads, as it was counted at its target. */
export type HotShare = { key: string; share: number; low: number; high: number; at: number; method: string }

export type CacheFacts = {
  /** The target, or `target/zone` of a cache inside one. */
  name: string
  where: Labels
  /** As Evenkeel was told. */
  role: Role
  state: TargetState
  reads: Measurement
  writes: Measurement
  hits: Measurement
  misses: Measurement
  hitRatio: Measurement
  evictions: Measurement
  memory: Measurement
  /** Mean time of a command inside the server. */
  commandSeconds: Measurement
  hot: HotShare[] | { because: string }
  /** The rule of eviction in its own words; null: not told. */
  policy: string | null
  /** Bytes; 0: none; null: not told. */
  memoryMax: number | null
  memoryUsed: number | null
  /** Share of its keys that have a TTL; null: not told. */
  expiring: number | null
  /** How many replicas follow it; null: not told, or its product has none. */
  replicas: number | null
  hasReplicas: boolean
  /** How far its replicas are behind, the sum of all, in bytes. */
  lag: Measurement
  isReplica: boolean
  /** Whether what it holds outlives its process: as it is configured. Null: not told. */
  persists: { snapshots: boolean | null; log: boolean | null } | null
  /** References can be told of it, and are. */
  references: 'cannot' | 'off' | 'on'
  curve: CurveRecord | null
  /** Of a replica in another region than its primary: both regions, and how old its values are at most now. */
  distant: { region: string; primary: string; primaryRegion: string; behind: Measurement } | null
  /** How old reads are, by pattern of its keys. */
  staleness: readonly StalenessRecord[]
  prices: Prices
}

export type PoolFacts = {
  pool: Pool
  requests: Measurement
  errors: Measurement
  response: Measurement
  responseP95: Measurement
  imbalance: Measurement
  /** How long a request or session is under way, by Little's law. */
  sessionSeconds: Measurement
  /** Sessions under way over those allowed when the busiest server is out; null: not known. */
  withoutOne: { server: string; sessions: number; limit: number | null } | null
  /** Servers that take traffic now. */
  serving: number
  /** Of its servers that report one, how many have a limit of sessions; null: none reports any. */
  limited: { have: number; of: number } | null
  /** What takes over from its balancer. */
  takeover: Takeover
}

export type RingFacts = { ring: Ring; hitRatio: Measurement; imbalance: Measurement; imbalanceOwned: number | null; losses: NodeLoss[] }

/** A day of one rate: its mean, and its busiest five minutes. */
export type Day = { mean: number; peak: number; peakAt: number; from: number; to: number }

export type OriginFacts = {
  name: string
  /** Reads a second that reach it from caches and pools; null: nothing measures them. */
  reads: number | null
  /** What calls it: names of rings, caches and pools. */
  callers: string[]
  /** The most that it was seen to serve. */
  day: Day | null
  /** Its load-latency line, where a pool's responses tell of it; null: they do not, or too little was seen. */
  line: LoadLine | null
  /** How often the pool that it is, or by which it is called, sends a request again; null: that is not told. */
  retries: { pool: string; told: Retries | null; sessions: number | null }[]
}

export type MonitoringFacts = {
  targets: { name: string; state: TargetState; error?: string; capabilities: Capability[] }[]
  /** Rules that judge nothing of some things, and why. */
  rules: { id: string; title: string; enabled: boolean; unjudged: number; because: string[] }[]
  receivers: number
  routes: number
  heartbeat: boolean
  learning: boolean
}

/** A firing finding, what it costs, and the open proposal about it. */
export type PainFact = {
  finding: Pick<Finding, 'id' | 'rule' | 'severity' | 'summary' | 'subject'> & { evidence: Pick<Evidence, 'from' | 'to'>[] }
  title: string
  cost: { value: number; what: string } | null
  proposal: { text: string } | null
  /** Why nothing is proposed. */
  noRemedy: string | null
}

/** Everything that a review is made of: measured, nothing concluded yet. */
export type ReviewFacts = Span & {
  caches: CacheFacts[]
  pools: PoolFacts[]
  rings: RingFacts[]
  origins: OriginFacts[]
  ttls: TtlPolicy[]
  edges: readonly Edge[]
  /** Days by the name of a pool, ring or cache. */
  days: ReadonlyMap<string, Day>
  monitoring: MonitoringFacts
  pains: PainFact[]
  prices: Prices
}
