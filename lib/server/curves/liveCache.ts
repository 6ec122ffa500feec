import { REDIS_EMPTY_BYTES } from '../../curves/memory.ts'
import { isSegmented, POLICIES, type Policy, type Question } from '../../curves/question.ts'
import { measuredValue } from '../../metrics/measure.ts'
import type { SeriesWindow } from '../../model/window.ts'
import type { Runtime } from '../runtime.ts'
import { FIGURE_SPAN_MS, newest } from '../series/figures.ts'

/** More than any cache holds: a server without a limit of memory. */
const UNLIMITED_KEYS = 1e12
/** With fewer keys, what one takes is not told from what the server itself takes. */
const KEYS_LEAST = 100
/** How many keys fit varies with what clients have not read yet: their buffers count against the limit, and keys are evicted for them. */
const HELD_SPAN_MS = 300_000
/** Memory of a full cache is so near its limit. */
const FULL = 0.95

/** A target's cache as it is now: its rule of eviction, what it holds, what a key takes. */
export type LiveCache = Pick<Question, 'policy' | 'samples' | 'lfuLogFactor' | 'lfuDecayMinutes'> & {
  keys: number | null
  /** The limit of its memory; null: none. */
  maxBytes: number | null
  /** What the server takes besides its keys, and each key; null: too few keys to tell. */
  emptyBytes: number
  bytesPerKey: number | null
}

export function liveCache({ engine, store }: Pick<Runtime, 'engine' | 'store'>, target: string): LiveCache {
  const facts = new Map(store.records('fact', target).map(({ id, value }) => [id, value]))
  const number = (name: string) => {
    const value = Number(facts.get(`config/${name}`) || Number.NaN)
    return Number.isFinite(value) ? value : undefined
  }
  const told = facts.get('config/maxmemory-policy')
  // A cache server that has no setting for it knows one rule alone.
  const policy =
    told === undefined ? POLICIES.find(isSegmented)! : (((POLICIES as readonly string[]).includes(told) ? told : 'noeviction') as Policy)
  const window = engine.window(FIGURE_SPAN_MS)
  const value = (metric: string) => newest(metric, { target }, window)
  const keys = value('cache_items')
  const used = value('cache_memory_used_bytes')
  const maxBytes = value('cache_memory_max_bytes') || null
  const emptyBytes = isSegmented(policy) ? 0 : emptyBytesOf(value, window, target)
  // One that evicts holds what fits: its limit over its keys counts all that it spends, in unused parts of slabs too.
  const isFull = maxBytes !== null && (measuredValue('cache_eviction_rate', { target }, window) ?? 0) > 0
  const held = isFull ? (heldAtLimit(engine.window(HELD_SPAN_MS), target, maxBytes) ?? keys) : keys
  const taken = (isFull ? maxBytes : (used ?? 0)) - emptyBytes
  const samples = number('maxmemory-samples')
  const [lfuLogFactor, lfuDecayMinutes] = [number('lfu-log-factor'), number('lfu-decay-time')]
  return {
    policy,
    ...(samples !== undefined && { samples }),
    ...(lfuLogFactor !== undefined && { lfuLogFactor }),
    ...(lfuDecayMinutes !== undefined && { lfuDecayMinutes }),
    keys,
    maxBytes,
    emptyBytes,
    bytesPerKey: held !== null && held >= KEYS_LEAST && taken > 0 ? taken / held : null,
  }
}

/** How many keys it held on average while its memory was at the present limit. */
function heldAtLimit(window: SeriesWindow, target: string, maxBytes: number): number | null {
  const own = (metric: string) => window.series(metric, { target }).find(({ labels }) => Object.keys(labels).length === 1)?.points ?? []
  const used = new Map(own('cache_memory_used_bytes'))
  const held = own('cache_items').filter(([at]) => Math.abs(1 - (used.get(at) ?? 0) / maxBytes) <= 1 - FULL)
  return held.length === 0 ? null : held.reduce((sum, [, keys]) => sum + keys, 0) / held.length
}

/** A latency histogram, which Redis keeps of each command that was ever called: 24,688 bytes on 7.0, most of them never touched, all of them counted. */
const HISTOGRAM_BYTES = 24_688
const HISTOGRAMS_MORE = 3
/** With histograms, commands are told by their subcommands too (`config|get`): Redis 7.0 brought both. */
const SUBCOMMAND = '|'

/**
 * What counts against the limit besides keys: more in a Cluster, with many clients, with many kinds of commands, and above all with the backlog
 * that replicas are sent from.
 */
function emptyBytesOf(value: (metric: string) => number | null, window: SeriesWindow, target: string): number {
  const atStart = value('redis_memory_used_startup_bytes')
  if (!atStart) return REDIS_EMPTY_BYTES
  const commands = window.series('cache_commands_total', { target }).flatMap(({ labels }) => labels.command ?? [])
  const histograms = commands.some((command) => command.includes(SUBCOMMAND)) ? commands.length * HISTOGRAM_BYTES : 0
  return atStart + histograms + (value('redis_mem_clients_normal') ?? 0) + (value('redis_repl_backlog_history_bytes') ?? 0)
}

/**
 * How many keys more or fewer may fit tomorrow: a few kinds of commands that were never called before take the place of keys, those of a change
 * itself among them (`CONFIG SET`, `OBJECT IDLETIME` instead of `OBJECT FREQ`). In 4 MiB that were 3 % of the keys, which cost an LRU 1.5 points.
 */
export const slackKeys = ({ bytesPerKey }: Pick<LiveCache, 'bytesPerKey'>): number | undefined =>
  bytesPerKey === null ? undefined : (HISTOGRAMS_MORE * HISTOGRAM_BYTES) / bytesPerKey

/** How many keys fit into so much memory. */
export const keysIn = (bytes: number, { emptyBytes, bytesPerKey }: LiveCache): number =>
  Math.max(1, Math.round((bytes - emptyBytes) / bytesPerKey!))

export const bytesOf = (keys: number, { emptyBytes, bytesPerKey }: LiveCache): number | null =>
  bytesPerKey === null ? null : Math.round(emptyBytes + keys * bytesPerKey)

/** How many keys fit as it is. */
export const keysNow = (live: LiveCache): number | null =>
  live.maxBytes === null ? UNLIMITED_KEYS : live.bytesPerKey === null ? null : keysIn(live.maxBytes, live)
