import { detached } from '../answers.ts'
import { type Info, takenApart } from './info.ts'
import { countOf, type Fields } from './infoLines.ts'

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
export const vitalsOf = (text: string, at: number, before: Vitals | null, writes: { has(command: string): boolean }): Vitals =>
  vitalsIn(takenApart(text), at, before, writes)

/** Reads them out of an INFO that is taken apart already. */
export function vitalsIn(info: Info, at: number, before: Vitals | null, writes: { has(command: string): boolean }): Vitals {
  const count = (name: string) => countIn(info, name)
  const number = (name: string) => count(name) || 0
  const uptimeSeconds = number('uptime_in_seconds')
  const runId = runIdIn(info, before)
  const [keys, expiring] = [sumOf(info, 'keys'), sumOf(info, 'expires')]
  const counted = {
    cpuSeconds: count('used_cpu_sys') + count('used_cpu_user'),
    evicted: count('evicted_keys'),
    lookups: count('keyspace_hits') + count('keyspace_misses'),
    writes: writesIn(info, writes),
    commands: count('total_commands_processed'),
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
    keys: info.tellsKeys && !Number.isNaN(keys) ? keys : null,
    keysExpiring: Number.isNaN(expiring) ? null : expiring,
    policy: info.fields.get('maxmemory_policy') ?? '',
    clustered: number('cluster_enabled') === 1,
    opsPerSecond: number('instantaneous_ops_per_sec'),
    cpu: perSecond('cpuSeconds'),
    evictedPerSecond: perSecond('evicted'),
    lookupsPerSecond: perSecond('lookups'),
    counted,
  }
}

/** NaN: absent, or no number that can be. Taken for 0, the next one that can be read would be all of its count within a second. */
const countIn = ({ fields }: Info, name: string): number => countOf(fields, name)

/** Epoch ms by the server's clock: its keys end by that one, wherever ours stands. */
export const serverNow = (seen: Vitals | null): number => (seen ? seen.serverTime + performance.now() - seen.at : Date.now())

/** Calls of commands that put, change or remove a value. */
function writesIn({ commands }: Info, writes: { has(command: string): boolean }): number {
  let sum = 0
  for (const [command, fields] of commands) if (writes.has(command)) sum += callsIn(fields)
  return sum
}

/** 0 where there is none: the line is no count. */
const callsIn = (fields: Fields | undefined): number => {
  const digits = fields?.digits('calls') ?? 0
  return digits >= 0 ? digits : /^\d+/.test(fields!.get('calls') ?? '') ? countOf(fields!, 'calls') : 0
}

/** Dragonfly has no run id: its uptime falls when it begins anew. */
export function runIdIn(info: Info, before: Vitals | null): string {
  const own = info.fields.get('run_id')
  if (own) {
    // The same text as before: what is kept by it would each keep an INFO.
    const runId = own.slice(0, 60)
    return runId === before?.runId ? before.runId : detached(runId)
  }
  const uptimeSeconds = countIn(info, 'uptime_in_seconds') || 0
  const goesOn = before?.runId.startsWith(SINCE) && uptimeSeconds >= before.uptimeSeconds
  return goesOn ? before!.runId : `${SINCE}${Math.round(Date.now() / 1_000 - uptimeSeconds)}`
}

const SINCE = 'since-'

/** `keys` or `expires` summed over all databases; NaN: one of them does not tell, or no number that can be. */
function sumOf({ databases }: Info, field: 'keys' | 'expires'): number {
  let sum = 0
  for (const fields of databases.values()) sum += countOf(fields, field)
  return sum
}

/** The commands by which samples look keys up. */
const LOOKS = ['pexpiretime', 'type', 'object|freq', 'object|idletime']
/** TYPE is asked once of each of the largest keys; others ask it too. */
const TYPES_MOST = 100

/** What INFO counts that own lookups are among; NaN: not told. */
export function infoCounts(info: Info, { runId, uptimeSeconds }: Pick<Vitals, 'runId' | 'uptimeSeconds'>) {
  let earlier = 0
  for (const command of LOOKS) {
    const calls = callsIn(info.commands.get(command))
    earlier += command === 'type' ? Math.min(TYPES_MOST, calls) : calls
  }
  return { runId, uptimeSeconds, hits: countIn(info, 'keyspace_hits'), misses: countIn(info, 'keyspace_misses'), earlier }
}
