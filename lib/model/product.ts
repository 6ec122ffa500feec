import type { z } from 'zod'
import type { Reversal } from './change.ts'
import type { TopologyKind } from './detector.ts'
import type { LeftOut } from './limits.ts'
import type { NewRecord, RecordKind } from './record.ts'
import type { Accesses, FedReferences } from './reference.ts'
import type { Owned } from './repository.ts'
import type { RingSpec } from './ring.ts'
import type { Labels, Reading } from './series.ts'
import type { Capability, Pool, Ring, Role, TargetAbilities, TargetFacts, TtlPolicy } from './topology.ts'
import type { KeyReads } from './warming.ts'

/** What a probe's answer tells about the fleet's shape. The engine merges it into the topology under the target's name. */
export type TopologyPart = {
  facts?: Partial<Pick<TargetFacts, 'version' | 'runId' | 'role' | 'cluster' | 'replication' | 'resolution' | 'services'>>
  capabilities?: Capability[]
  pools?: Omit<Pool, 'target'>[]
  /** Where the answer holds more than is read of one target; a probe that reads all of it need not say. */
  left?: LeftOut
  rings?: Ring[]
  ttls?: TtlPolicy[]
}

/**
 * What a probe can give: registered metrics and those of exporters that a rule names, kinds of records, parts of the topology. `late`: a provider
 * tells its metrics so far apart and so much later; rules that need finer ones do not work on them.
 */
export type Emits = {
  metrics?: readonly string[]
  records?: readonly RecordKind[]
  topology?: readonly TopologyKind[]
  late?: { stepMs: number; lateMs: number }
}

/**
 * `stepMs`: how far apart the samples are, where that is not the probe's own rhythm (a Prometheus's scrapes). `lateMs`: how much later than they
 * were measured a provider tells them: by so much a series may lag behind and is not stale.
 */
export type Parsed = {
  samples: Reading[]
  records: NewRecord[]
  topology: TopologyPart
  cursor?: string
  stepMs?: number
  lateMs?: number
  /** Which keys were read and written since the last answer. */
  references?: Accesses
  /** The same of other targets. */
  fed?: FedReferences[]
  /** Which keys were read, by their bytes: where the cache is to be warmed. */
  keyReads?: KeyReads
}

/**
 * One thing that is read from a target, with its own rhythm and cost: INFO each second, SLOWLOG each 10 s, a burst each 5 s.
 * `read` is the only I/O and returns the answer as it came (JSON-able), so that it can be saved as a fixture. `parse` is pure and throws
 * `malformed` rather than guess. The engine owns cadence, deadlines, one poll in flight, jitter, backoff, cursors and resets.
 */
export interface Probe<Link, Raw> {
  id: string
  /** The capability this probe stands for, as the page names it: "SLOWLOG". */
  feature: string
  /** What it can give, of what rules and pages know: which rules work on this product follows from it. */
  emits?: Emits
  everyMs: number
  /** What it costs the server, in words with a number: "77 µs of Redis CPU". */
  cost: string
  /** The one whose failure means that the target is down. One a product. */
  vital?: boolean
  /** How long one read may take; default the config's `poll.timeout`. A longer one is for bursts. */
  timeoutMs?: number
  /** False: not on this target or not now (consent is missing, another probe says the server is too busy). A sentence says why. */
  wanted?(link: Link): true | string
  /** False: there is nothing to ask at this beat, and what is known stands. Cheap: it is asked at each. */
  due?(link: Link): boolean
  read(link: Link, cursor: string | null, signal: AbortSignal): Promise<Raw>
  /** Invalidates what `read` caches between two polls, after a write. */
  forget?(link: Link): void
  parse(raw: Raw, context: { cursor: string | null; at: number }): Parsed
}

/** What every target's configuration has. */
export type TargetConfig = { kind: string; name: string; role?: Role; labels?: Labels } & Owned

/** Where service discovery has found a server, and how to sign in there as far as its configuration says. */
export type Place = { host: string; port: number; path?: string; tls?: boolean; username?: string; password?: string }

/** How a program that service discovery has found is configured as a target. */
export type Located = {
  /** Its names in the recommended label `app.kubernetes.io/name`, where it can be read with nothing else known. */
  labels?: readonly string[]
  /** The port that it listens on by convention. */
  port?: number
  /** The keys of its configuration besides `kind` and `name`, as a person would write them: its schema parses them. */
  at(place: Place): Record<string, unknown>
}

/** `Found`: what it discovers, where that is of other products. */
export interface Product<Config extends TargetConfig, Link, Found extends TargetConfig = Config> {
  kind: string
  /** One word for the page: "Redis". */
  title: string
  config: z.ZodType<Config>
  can?: TargetAbilities
  /** Another product of this kind for that configuration: what stands for several servers is read in another way. Null: this one. */
  variant?(config: Config): AnyProduct | null
  /** Cheap and synchronous: connects lazily; the engine closes it. Never throws for a server that is down. */
  open(config: Config): Link
  close(link: Link): Promise<void>
  /** Cluster nodes, replicas, servers behind a Prometheus; servers of any product behind a cluster's API. */
  discover?(link: Link, signal: AbortSignal): Promise<Found[]>
  /** The product of a configuration that `discover` found, where not this one. */
  productOf?(found: Found): AnyProduct
  /** How service discovery makes a target of this product. Absent: it cannot be found so. */
  located?: Located
  probes: Probe<Link, unknown>[]
  /** Whether what its probes ask in one turn of the event loop goes over one connection in one write: then they are asked at the same moments. */
  pipelined?: boolean
  /** A reason that this error of `read` means "not available here" (unknown command, NOPERM), else null. Then the probe is paused until run_id changes. */
  unavailable?(error: unknown): string | null
  /** Where the target is, without secrets: `127.0.0.1:6379`. */
  address(config: Config): string
  /** Other addresses of the same server: one that is discovered at any of them is not watched twice. */
  aliases?(config: Config): string[]
  /** The answer to a server of this kind that polls Evenkeel by POST in its own protocol; null: it has everything already. */
  serves?: { path: string; answer(configs: Config[], body: unknown): Promise<unknown> }
  /** The ring that a piece of this program's configuration describes; null of a text that is none of it. Throws `malformed`. Pure. */
  describes?(text: string): RingSpec | null
  /**
   * The piece of this program's configuration that makes the ring; null of a ring that is another program's. What it writes, `describes` reads
   * as the same ring. Throws `invalid` where the configuration cannot hold it: no name may become more than a name. Pure.
   */
  writes?(spec: RingSpec): ProductText | null
  /** The least rights that the probes and the actuator need, for the doctor. */
  rights?: string
  /** What a change would need of this machine (files, signals, programs), and whether it is there. Only looks. For the doctor. */
  prerequisites?(config: Config): Promise<Capability[]>
}
/** A piece of configuration, and where in the program's configuration it belongs. */
export type ProductText = { title: string; text: string }
/** A product with its types erased: only its own folder knows them. */
// biome-ignore lint/suspicious/noExplicitAny: the registry holds products of every config and link; each is checked where it is written.
export type AnyProduct = Product<any, any, any>

/** The product that reads what this configuration describes. */
export const productFor = (product: AnyProduct, config: TargetConfig): AnyProduct => product.variant?.(config) ?? product

export type SettingKind = {
  /** Matches the setting's name: `^[^/]+/[^/]+/weight$`. */
  pattern: RegExp
  /** What one may write, as text: an integer string, a duration. Its error says what is allowed. */
  value: z.ZodType<string>
  reversal: Reversal
  /** What a roll-back cannot bring back, where it is lossy. */
  lost?: string
  /** How long the value lives: "until HAProxy reloads". */
  persistence: string
  /** Not set by one write, but by the actuator's `work`. */
  long?: true
}

export type Edit = { name: string; expect: string; value: string }

/** Why a write is made: what a file held before is kept under the id of its change. A roll-back names the change that it undoes. */
export type Cause = {
  change: string
  /** A callback for the measured cost of the write: "every client connection was cut for 12 ms". The journal and the next proposal there show it. */
  cost?(text: string): void
}

/** Writes to one kind of target. Reached by `lib/changes` alone. */
export interface Actuator<Config> {
  kind: string
  settings: SettingKind[]
  /** The live values now, straight from the server. Throws `not_found` or `invalid` naming a setting that does not exist there. */
  get(config: Config, names: string[], signal: AbortSignal): Promise<Record<string, string>>
  /**
   * All edits of one target, in one write where the product can. Reads back to back before and after (or truly compare-and-set);
   * throws `drifted` and writes nothing when an `expect` differs.
   */
  write(config: Config, edits: Edit[], signal: AbortSignal, cause: Cause): Promise<void>
  /**
   * After a crash within `write` of these edits: clears what it left, and lets the server take up what its file says, or puts that back.
   * From then on `get` returns what is in force. For servers that read their file only on a reload.
   */
  resume?(config: Config, edits: Edit[], signal: AbortSignal, cause: Cause): Promise<void>
  /** The work that brings a `long` setting to its new value. Connects lazily, never throws for a server that is down. */
  work?(config: Config, edit: Edit): LongWork
  /** Exactly what `write` would send, one text a command, for people to read and copy. */
  commands(config: Config, edits: Edit[]): string[]
}
// biome-ignore lint/suspicious/noExplicitAny: as for AnyProduct.
export type AnyActuator = Actuator<any>

/** How many were written; `unfinished`: the time of a slice is over, and the same edits are to be written on before anything else. */
export type Written = number | 'unfinished'

/** The result of one slice of a scan: the writes that are due in it, and the scanned part of the whole (0 to 1). */
export type WorkSlice = { edits: Edit[]; cursor: string | null; progress: number }

/**
 * Long work: many small writes over a longer time. Undo is recorded between `look` and `write`, and put back by `write` with `expect` and
 * `value` exchanged. Each call is short and bounded; the pace is the caller's.
 */
export interface LongWork {
  /** A sentence: "Spread the end of product:* …". */
  title: string
  /** Epoch ms between which its effect shows. */
  effect: { from: number; to: number }
  /** Of work that takes as long as it takes: its effect shows for so long from its end on, and `effect` is the latest that can be. */
  settleMs?: number
  /** Epoch ms from which on nothing can be put back. */
  undoableUntil: number
  /** Why the server should be left alone just now, or null. */
  busy(signal: AbortSignal): Promise<string | null>
  /** The next slice; writes nothing. Its cursor is null when that was the last one. Throws `not_allowed` where it cannot be done here. */
  look(cursor: string | null, signal: AbortSignal): Promise<WorkSlice>
  /**
   * Compare-and-set of each edit by itself: what is not as expected is left alone. Answers how many were written. Throws `not_allowed` only
   * where none was, because none can be. What is as wanted already counts as written where a write may take several calls.
   */
  write(edits: readonly Edit[], signal: AbortSignal): Promise<Written>
  close(): Promise<void>
}
