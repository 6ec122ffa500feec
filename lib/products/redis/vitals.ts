import { decimalOf } from '../answers.ts'
import { infoField, WRAPPED } from './info.ts'

/** The newest INFO's few numbers that other probes look at before they cost something. Rates are of the time since the INFO before. */
export type Vitals = {
  /** By the monotonic clock. */
  at: number
  /** Epoch ms by the server's own clock, which its keys end by. */
  serverTime: number
  /** The server's own; of one that has none, when it began as far as its uptime tells. */
  runId: string
  uptimeSeconds: number
  clients: number
  /** Null: INFO does not tell. */
  keys: number | null
  /** Null: INFO does not tell of every database. */
  keysExpiring: number | null
  policy: string
  /** A node of a Redis Cluster. */
  clustered: boolean
  opsPerSecond: number
  /** Part of one core; null after a single INFO. */
  cpu: number | null
  evictedPerSecond: number | null
  /** Our own samples' lookups among them. */
  lookupsPerSecond: number | null
  /** The counters that the rates are made of; NaN: not told. */
  counted: { cpuSeconds: number; evicted: number; lookups: number; writes: number; commands: number }
}

/** Reads them out of an INFO text taken at `at`, in ms by the monotonic clock. What is no number counts as none. */
export function vitalsOf(text: string, at: number, before: Vitals | null, writes: { has(command: string): boolean }): Vitals {
  const number = (name: string) => countIn(text, name) || 0
  const uptimeSeconds = number('uptime_in_seconds')
  const runId = runIdOf(text, uptimeSeconds, before)
  const [keys, expiring] = [sumOf(text, 'keys'), sumOf(text, 'expires')]
  const counted = {
    cpuSeconds: countIn(text, 'used_cpu_sys') + countIn(text, 'used_cpu_user'),
    evicted: countIn(text, 'evicted_keys'),
    lookups: countIn(text, 'keyspace_hits') + countIn(text, 'keyspace_misses'),
    writes: writesOf(text, writes),
    commands: countIn(text, 'total_commands_processed'),
  }
  const seconds = before && before.runId === runId ? (at - before.at) / 1_000 : 0
  const perSecond = (name: keyof Vitals['counted']) => {
    const grown = before ? counted[name] - before.counted[name] : Number.NaN
    return seconds > 0 && !Number.isNaN(grown) ? Math.max(0, grown) / seconds : null
  }
  return {
    at,
    serverTime: number('server_time_usec') / 1_000 || Date.now(),
    runId,
    uptimeSeconds,
    clients: number('connected_clients'),
    keys: /^(# *keyspace\b|db\d+:)/im.test(text) && !Number.isNaN(keys) ? keys : null,
    keysExpiring: Number.isNaN(expiring) ? null : expiring,
    policy: infoField(text, 'maxmemory_policy') ?? '',
    clustered: number('cluster_enabled') === 1,
    opsPerSecond: number('instantaneous_ops_per_sec'),
    cpu: perSecond('cpuSeconds'),
    evictedPerSecond: perSecond('evicted'),
    lookupsPerSecond: perSecond('lookups'),
    counted,
  }
}

/** NaN: absent, or no number that can be. Taken for 0, the next one that can be read would be all of its count within a second. */
const countIn = (text: string, name: string): number => numberOf(infoField(text, name))

function numberOf(text: string | undefined): number {
  const value = decimalOf(text ?? '')
  return value >= 0 && value < WRAPPED ? value : Number.NaN
}

/** Epoch ms by the server's clock: its keys end by that one, wherever ours stands. */
export const serverNow = (seen: Vitals | null): number => (seen ? seen.serverTime + performance.now() - seen.at : Date.now())

/** Calls of commands that put, change or remove a value, of an INFO text. */
function writesOf(text: string, writes: { has(command: string): boolean }): number {
  let sum = 0
  for (const [, command, calls] of text.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)) if (writes.has(command!)) sum += numberOf(calls)
  return sum
}

/** Names of the commands that an INFO text counts, at most `most`. */
export function commandsOf(text: string, most: number): string[] {
  const names: string[] = []
  for (const [, command] of text.matchAll(/^cmdstat_([^:\r\n]+):/gm)) if (names.push(command!) >= most) break
  return names
}

/** Dragonfly has no run id: its uptime falls when it begins anew. */
function runIdOf(text: string, uptimeSeconds: number, before: Vitals | null): string {
  const own = infoField(text, 'run_id')
  if (own) return own.slice(0, 60)
  const goesOn = before?.runId.startsWith(SINCE) && uptimeSeconds >= before.uptimeSeconds
  return goesOn ? before!.runId : `${SINCE}${Math.round(Date.now() / 1_000 - uptimeSeconds)}`
}

const SINCE = 'since-'

/** `keys` or `expires` summed over all databases of an INFO text; NaN: one of them does not tell, or no number that can be. */
function sumOf(text: string, field: 'keys' | 'expires'): number {
  let sum = 0
  for (const [, keys, expires] of text.matchAll(/^db\d+:keys=(\d+)(?:,expires=(\d+))?/gm))
    sum += numberOf(field === 'keys' ? keys : expires)
  return sum
}

/** Calls of the commands by which samples look keys up. */
const LOOKS = /^cmdstat_(pexpiretime|type|object\|freq|object\|idletime):calls=(\d+)/gm
/** TYPE is asked once of each of the largest keys; others ask it too. */
const TYPES_MOST = 100

/** What INFO counts that own lookups are among; NaN: not told. */
export function infoCounts(text: string, { runId, uptimeSeconds }: Pick<Vitals, 'runId' | 'uptimeSeconds'>) {
  let earlier = 0
  for (const [, command, calls] of text.matchAll(LOOKS)) earlier += command === 'type' ? Math.min(TYPES_MOST, Number(calls)) : Number(calls)
  return { runId, uptimeSeconds, hits: countIn(text, 'keyspace_hits'), misses: countIn(text, 'keyspace_misses'), earlier }
}
