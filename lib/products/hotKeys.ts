import { apart, wilson } from '../math/intervals.ts'
import { median } from '../math/robust.ts'
import type { HotKey } from '../model/record.ts'

/** What one burst counted: reads of each key, and by whom. */
export type Counts = Map<string, { reads: number; clients: Map<string, number> }>
export type BurstCounts = { at: number; ms: number; reads: number; keys: Counts }
export type HotKeyCount = Pick<HotKey, 'key' | 'share' | 'low' | 'high' | 'perSecond' | 'lines' | 'clients' | 'heardMs' | 'hot'>

const TOP = 20
const CLIENTS = 5
/**
 * The half-life of a burst's weight, in reads seen since and in time. What is remembered decides as 14,500 reads of equal weight would: the tenth and
 * the eleventh key of Zipf's law differ by a tenth, so that with 6,000 one of ten named is wrong.
 */
const HALF_READS = 10_000
const HALF_MS = 30_000
const MEMORY_MS = 120_000
const MEMORY_READS = 16_000
/** Of an earlier burst of so many reads, keys that were read once are forgotten: they are most of its memory, and never among the hottest. */
const LARGE_BURST = 1_000
/** The newest bursts speak for themselves when they hold as many reads, or go back as far. */
const NEWEST_READS = 1_000
const NEWEST_MS = 25_000
/** Above both, surely, a key stands out of the crowd that a ring spreads evenly. Lower than the alarm of `cache/hot-key`, which a user sets. */
const HOT_SHARE = 0.01
const HOT_TIMES = 5

/** What remains of the earlier bursts when `newest` has come: newest first. */
export function remembered(earlier: readonly BurstCounts[], newest: BurstCounts): BurstCounts[] {
  let since = newest.reads
  const kept = [newest]
  for (const [i, burst] of earlier.entries()) {
    if (newest.at - burst.at > MEMORY_MS || since > MEMORY_READS) break
    kept.push(i === 0 ? withoutSingles(burst) : burst)
    since += burst.reads
  }
  return kept
}

const withoutSingles = (burst: BurstCounts): BurstCounts =>
  burst.reads < LARGE_BURST ? burst : { ...burst, keys: new Map([...burst.keys].filter(([, { reads }]) => reads > 1)) }

type Weighed = { weight: number; burst: BurstCounts }
type Sum = { reads: number; seconds: number; of: Map<string, number> }

/**
 * The hottest keys of the bursts (newest first), by their share of the reads with Wilson's 95 % interval. Shares are taken over all bursts,
 * older ones counting less; where the newest alone contradict that beyond chance they are right: the key has just become hot, or ceased.
 */
export function hottest(bursts: readonly BurstCounts[]): HotKeyCount[] {
  let since = 0
  const all = bursts.map((burst): Weighed => {
    const weight = 2 ** (-since / HALF_READS - (bursts[0]!.at - burst.at) / HALF_MS)
    since += burst.reads
    return { weight, burst }
  })
  const newest = newestOf(all)
  const [long, short] = [sumOf(all), sumOf(newest)]
  if (long.reads === 0) return []
  const candidates = new Set([...topOf(long), ...topOf(short)])
  const keys = [...candidates]
    .map((key) => {
      const [overall, now] = [shareIn(long, key), shareIn(short, key)]
      const changed = short.reads > 0 && apart(overall, now)
      const { value: share, low, high } = changed ? now : overall
      const span = changed ? short : long
      return {
        key,
        share,
        low,
        high,
        lines: Math.round(span.reads),
        heardMs: Math.round((changed ? newest : all).reduce((sum, { burst }) => sum + burst.ms, 0)),
        perSecond: span.seconds > 0 ? (share * span.reads) / span.seconds : 0,
        clients: clientsOf(changed ? newest : all, key),
      }
    })
    .filter((key) => key.share > 0)
    .sort((a, b) => b.share - a.share || (a.key < b.key ? -1 : 1))
    .slice(0, TOP)
  const bar = Math.max(HOT_SHARE, HOT_TIMES * (median(keys.map((key) => key.share)) ?? 0))
  return keys.map((key) => ({ ...key, hot: key.low > bar }))
}

function newestOf(all: readonly Weighed[]): Weighed[] {
  const newest: Weighed[] = []
  let reads = 0
  for (const { burst } of all) {
    if (newest.length > 0 && (reads >= NEWEST_READS || all[0]!.burst.at - burst.at >= NEWEST_MS)) break
    newest.push({ weight: 1, burst })
    reads += burst.reads
  }
  return newest
}

function sumOf(bursts: readonly Weighed[]): Sum {
  const sum: Sum = { reads: 0, seconds: 0, of: new Map() }
  for (const { weight, burst } of bursts) {
    sum.reads += weight * burst.reads
    sum.seconds += (weight * burst.ms) / 1_000
    for (const [key, { reads }] of burst.keys) sum.of.set(key, (sum.of.get(key) ?? 0) + weight * reads)
  }
  return sum
}

const shareIn = (sum: Sum, key: string) => wilson(sum.of.get(key) ?? 0, sum.reads)
const topOf = (sum: Sum) =>
  [...sum.of]
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, TOP)
    .map(([key]) => key)

/** Who reads a key: by host where there are several hosts, else by connection. Largest first. */
function clientsOf(bursts: readonly Weighed[], key: string): { address: string; share: number }[] {
  const byConnection = new Map<string, number>()
  for (const { weight, burst } of bursts)
    for (const [client, reads] of burst.keys.get(key)?.clients ?? [])
      byConnection.set(client, (byConnection.get(client) ?? 0) + weight * reads)
  const byHost = new Map<string, number>()
  for (const [client, reads] of byConnection) byHost.set(hostOf(client), (byHost.get(hostOf(client)) ?? 0) + reads)
  const found = byHost.size > 1 ? byHost : byConnection
  const sum = [...found.values()].reduce((a, b) => a + b, 0)
  return [...found]
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, CLIENTS)
    .map(([address, reads]) => ({ address, share: reads / sum }))
}

const hostOf = (client: string) => (/^.*:\d+$/.test(client) ? client.slice(0, client.lastIndexOf(':')) : client)
