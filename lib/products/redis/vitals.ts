import { infoField } from './info.ts'
import { WRITES } from './writes.ts'

/** The newest INFO's few numbers that other probes look at before they cost something. Rates are of the time since the INFO before. */
export type Vitals = {
  /** By the monotonic clock. */
  at: number
  /** Epoch ms by the server's own clock, which its keys end by. */
  serverTime: number
  runId: string
  clients: number
  keys: number
  keysExpiring: number
  policy: string
  /** A node of a Redis Cluster. */
  clustered: boolean
  opsPerSecond: number
  /** Part of one core; null after a single INFO. */
  cpu: number | null
  evictedPerSecond: number | null
  /** Our own samples' lookups among them. */
  lookupsPerSecond: number | null
  /** The counters that the rates are made of. */
  counted: { cpuSeconds: number; evicted: number; lookups: number; writes: number }
}

/** Reads them out of an INFO text taken at `at`, in ms by the monotonic clock. */
export function vitalsOf(text: string, at: number, before: Vitals | null): Vitals {
  const number = (name: string) => Number(infoField(text, name) ?? 0)
  const runId = infoField(text, 'run_id') ?? ''
  const counted = {
    cpuSeconds: number('used_cpu_sys') + number('used_cpu_user'),
    evicted: number('evicted_keys'),
    lookups: number('keyspace_hits') + number('keyspace_misses'),
    writes: writesOf(text),
  }
  const seconds = before && before.runId === runId ? (at - before.at) / 1_000 : 0
  const perSecond = (name: keyof Vitals['counted']) =>
    before && seconds > 0 ? Math.max(0, counted[name] - before.counted[name]) / seconds : null
  return {
    at,
    serverTime: number('server_time_usec') / 1_000 || Date.now(),
    runId,
    clients: number('connected_clients'),
    keys: sumOf(text, 'keys'),
    keysExpiring: sumOf(text, 'expires'),
    policy: infoField(text, 'maxmemory_policy') ?? '',
    clustered: number('cluster_enabled') === 1,
    opsPerSecond: number('instantaneous_ops_per_sec'),
    cpu: perSecond('cpuSeconds'),
    evictedPerSecond: perSecond('evicted'),
    lookupsPerSecond: perSecond('lookups'),
    counted,
  }
}

/** Epoch ms by the server's clock: its keys end by that one, wherever ours stands. */
export const serverNow = (seen: Vitals | null): number => (seen ? seen.serverTime + performance.now() - seen.at : Date.now())

/** Calls of commands that put, change or remove a value, of an INFO text. */
function writesOf(text: string): number {
  let sum = 0
  for (const [, command, calls] of text.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)) if (WRITES.has(command!)) sum += Number(calls)
  return sum
}

/** `keys` or `expires` summed over all databases of an INFO text. */
function sumOf(text: string, field: 'keys' | 'expires'): number {
  let sum = 0
  for (const [, keys, expires] of text.matchAll(/^db\d+:keys=(\d+),expires=(\d+)/gm)) sum += Number(field === 'keys' ? keys : expires)
  return sum
}
