import type { Unit } from './finding.ts'
import type { StalenessRecord } from './staleness.ts'

/** Records: facts that are no numbers. They live in bounded tables, not in series, because names of keys must never become labels. */
export type SlowEntry = {
  kind: 'slow'
  target: string
  id: string
  at: number
  durationUs: number
  /** The command's arguments as text, escaped and cut by the parser. */
  command: string[]
  /** Its kind: name, pattern of the keys, shape of the arguments. Entries of an older Evenkeel have none. */
  fingerprint?: string
  client?: string
  clientName?: string
}

/** A command with a large request or a large reply. No value is kept of it. */
export type LargeEntry = {
  kind: 'large'
  target: string
  id: string
  at: number
  log: 'large-request' | 'large-reply'
  bytes: number
  fingerprint: string
  /** The first argument: of nearly every command a key. */
  key?: string
  client?: string
  clientName?: string
}

export type LatencyEvent = { kind: 'latency'; target: string; id: string; at: number; event: string; latestMs: number; maxMs: number }

/** A key's part of its target's reads. `low` and `high` are the 95 % interval; `method` says how it was counted. */
export type HotKey = {
  kind: 'hot-key'
  target: string
  /** The key as text. */
  id: string
  at: number
  key: string
  share: number
  low: number
  high: number
  /** Null: not known, as where CPU time is counted: commands differ in that. */
  perSecond: number | null
  method: 'monitor' | 'watch' | 'hotkeys' | 'lfu' | 'slot-stats' | 'access-log'
  lines: number
  clients?: { address: string; share: number }[]
  /** What the share is of, where that is not reads: HOTKEYS of Redis counts CPU time, that of Valkey reads and writes. */
  measure?: 'cpu-time' | 'accesses'
  /** Bytes in and out for this key, where they were counted. */
  bytesPerSecond?: number
  /** How long was listened or counted, in all. */
  heardMs?: number
  /** Heavy enough to be placed on a ring by its name, by the lower bound; whether it is an alarm is decided by the rule `cache/hot-key`. */
  hot: boolean
}

export type BigKey = { kind: 'big-key'; target: string; id: string; at: number; key: string; type: string; bytes: number }

/** The hottest keys or the commonest patterns of one time, kept so that two times can be compared. */
export type KeySampling = {
  kind: 'key-sampling'
  target: string
  id: string
  at: number
  what: 'hot' | 'patterns'
  method: string
  rows: { name: string; share: number; low: number; high: number; perSecond: number | null }[]
}

/** Upper bounds of the classes of a TTL histogram by pattern: a minute, ten, an hour, a day. */
export const TTL_BOUNDS_MS = [60_000, 600_000, 3_600_000, 86_400_000]

/** How many keys share a prefix pattern, by sampling. */
export type KeyPattern = {
  kind: 'key-pattern'
  target: string
  id: string
  at: number
  pattern: string
  share: number
  low: number
  high: number
  /** 0: not measured, of an older Evenkeel. */
  bytesMean: number | null
  ttlMsMedian: number | null
  /** Keys of it that were sampled, of all that were, and how many the server held. An older Evenkeel did not tell any of what follows. */
  sampled?: number
  of?: number
  keys?: number
  /** Of the mean, with the number of sizes. */
  bytesLow?: number
  bytesHigh?: number
  sizes?: number
  /** Keys of the sample that end within each of `TTL_BOUNDS_MS`, later, and never. */
  ttlCounts?: number[]
  types?: [type: string, count: number][]
  idleSecondsMedian?: number
  idles?: number
  biggest?: { key: string; type: string; bytes: number }[]
}

/** When the sampled keys end: `buckets` holds [expiry's epoch ms, keys sampled]. */
export type TtlHistogram = {
  kind: 'ttl-histogram'
  target: string
  id: 'ttl'
  at: number
  bucketMs: number
  buckets: [number, number][]
  sampled: number
  /** Keys on the server when it was sampled. */
  keys: number
  /** The key pattern that most of the fullest bucket's keys share, e.g. `product:*`. */
  pattern?: string
}

/** What a cache would hit at one setting of what a curve varies. Ratios are of the curve's own reads; `low` to `high` holds it in 95 of 100 cases. */
export type CurvePoint = {
  /** The memory limit; null: it has none, or sizes are not known. */
  bytes: number | null
  /** The TTL that filled keys are given, in ms; null: as they are given now. */
  ttlMs: number | null
  /** The rule of eviction, and how many keys it compares; null: as now. */
  policy: string | null
  samples: number | null
  hitRatio: number
  low: number
  high: number
  /** How long ago, in ms, nineteen of twenty reads that hit were stored at the most; null: none hits. */
  ageP95Ms: number | null
  /** The part of its TTL by which each is drawn shorter or longer; absent: as now. */
  jitter?: number
  /** Bytes that its keys hold at the most, where that is told: of a TTL. */
  heldBytes?: number | null
  /** Whether the model filled it, and its rule of eviction had learnt. Else it would hit otherwise, the longer it is looked at. */
  filled: boolean
  /** How long it takes until that shows: a larger cache has to fill, LFU to count. null: not known, or at once. */
  warmUpMs: number | null
}

/** A curve of a cache, computed from its references every few minutes. One of its points is the present. */
export type CurveRecord = {
  kind: 'curve'
  target: string
  /** `memory`, `policy`, or `ttl/` or `jitter/` and the name of the TTL policy. */
  id: string
  at: number
  varies: 'memory' | 'policy' | 'ttl' | 'jitter'
  /** The TTL policy whose keys it is of. */
  ttl?: string
  points: CurvePoint[]
  /** Which of the points is the present, and the hit ratio that is measured now beside it. */
  present: { point: number; measured: number }
  /** The time that the ratios are of, ms; for as long before, references filled the model. */
  spanMs: number
  /** Part of the cache's reads that the curve is of: 1 but for a TTL policy. */
  readsShare: number
  /** Of a TTL policy in a full cache: ratios are of all its keys, because one's longer life is another's eviction. */
  ofAll?: true
  basis: string
}

/** The load of the slots that one node of a Cluster serves, in columns: how many of them (`of`) may be more than are known yet. */
export type SlotLoads = {
  kind: 'slot-load'
  target: string
  id: 'slots'
  at: number
  /** By a counter of CPU time for each slot, or by the keys alone: then the node's load is shared out by them. */
  method: 'slot-stats' | 'key-count'
  /** Over how long the load was counted. */
  spanMs: number
  of: number
  slots: number[]
  keys: number[]
  /** Seconds of command time a second. */
  load: number[] | null
  bytes: number[] | null
  /** Variance over mean of a slot's load in half of the time, in the unit of the load. */
  dispersion: number | null
}

/** A named fact about a target: version, run_id, a config value. */
export type Fact = { kind: 'fact'; target: string; id: string; at: number; value: string }

/** A setting in which the nodes of one group (a primary and its replicas, a cluster, a ring) are to agree. Never one that holds a secret. */
export type SharedSetting = {
  kind: 'setting'
  target: string
  /** Its name. */
  id: string
  at: number
  value: string
  unit: Unit
  /** `role`: primaries with primaries, replicas with replicas. `memory`: the memory limit, which by design may differ where shares of keys do. */
  among: 'all' | 'role' | 'memory'
  /** Clients notice when it differs. */
  matters: boolean
  /** The command that sets it at run time, without the value; absent where only a restart does. */
  command?: string
}

/** The connection with the largest output buffer of its class (`normal`, `replica`, `pubsub`), which is its id. */
export type ClientBuffer = {
  kind: 'client-buffer'
  target: string
  id: string
  at: number
  bytes: number
  address: string
  /** What it calls itself, and its newest command. */
  name: string
  command: string
}

/** A server became a primary, or a replica of another, between two polls. */
export type RoleChange = { kind: 'role-change'; target: string; id: string; at: number; role: 'primary' | 'replica' }

/** The newest raw answer of a probe, cut to 64 KiB, for the page that shows it. */
export type RawAnswer = { kind: 'raw'; target: string; id: string; at: number; text: string }

export type TargetRecord =
  | SlowEntry
  | LargeEntry
  | LatencyEvent
  | HotKey
  | BigKey
  | KeySampling
  | KeyPattern
  | TtlHistogram
  | CurveRecord
  | StalenessRecord
  | SlotLoads
  | Fact
  | SharedSetting
  | ClientBuffer
  | RoleChange
  | RawAnswer
export type RecordKind = TargetRecord['kind']
export type RecordOf<K extends RecordKind> = Extract<TargetRecord, { kind: K }>
/** What a probe's parser returns: the engine adds the target. */
export type NewRecord = TargetRecord extends infer R ? (R extends TargetRecord ? Omit<R, 'target'> : never) : never
