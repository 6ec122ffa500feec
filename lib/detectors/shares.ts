import { text } from '../format/format.ts'
import { sums } from '../math/columns.ts'
import { increases } from '../math/rates.ts'
import { poolLabels, recentResponse, requestsOf, serverLabels, serverSeries, shareByWeight, steadySince } from '../metrics/traffic.ts'
import type { Evidence, Verdict } from '../model/finding.ts'
import { servingOf } from '../model/serving.ts'
import type { Pool, PoolServer, Topology } from '../model/topology.ts'
import type { SeriesWindow } from '../model/window.ts'
import { poolShares, poolSpills } from '../rings/poolShares.ts'
import { isShareRise } from './rises.ts'
import { evidence, factsOf, serverCount } from './rows.ts'
import { evidenceOfEach } from './settings.ts'

export type ShareSettings = { falseAlarms: number; over: number; settle: number; deviations: number; requestsMin: number; shareMin: number }

/** The share of the requests that a pool's algorithm gives each server, and its basis in words. */
type Expected = { shares: Map<string, number>; basis: string }

/**
 * Round robin gives by weight. Hashing gives what the ring owns, exactly, where the configuration says how it hashes. By load (leastconn) every
 * server has the same number under way for its weight, so its share goes with weight over response (Little's law), and with the weight
 * alone while hardly anything is under way: whichever is more. Null where nothing can be expected: of a hash
 * too, as long as nothing says how it hashes.
 */
function expectedOf(window: SeriesWindow, pool: Pool): Expected | null {
  const byWeight = shareByWeight(pool)
  if (pool.balances === 'weight') return { shares: byWeight, basis: 'by weight' }
  if (pool.balances === 'hash') {
    // A server that takes over what others may not is in order up to its own bound.
    const spills = poolSpills(pool)
    if (spills)
      return {
        shares: new Map([...spills].map(([name, { owned, most }]) => [name, Math.max(owned, most)])),
        basis: 'at most by its keys and its bound',
      }
    const owned = poolShares(pool)
    return owned && { shares: owned, basis: 'of the keys' }
  }
  if (pool.balances === 'unknown') return null
  const speeds = servingOf(pool).map((server) => {
    const response = recentResponse(window, pool, server, RESPONSES_MIN, RESPONSES_MS)
    return { server, speed: response ? server.weightEffective / Math.max(response.value, 0.001) : null }
  })
  if (speeds.some(({ speed }) => speed === null)) return null
  const sum = speeds.reduce((total, { speed }) => total + speed!, 0)
  const shares = new Map(speeds.map(({ server, speed }) => [server.name, Math.max(byWeight.get(server.name)!, speed! / sum)]))
  return { shares, basis: 'at most by weight and speed' }
}
const RESPONSES_MIN = 30
const RESPONSES_MS = 120_000

/** A server's share of the requests beside the one that is expected; `z` in standard deviations of counting noise. */
export type Seen = { server: Pool['servers'][number]; share: number; seen: number; ratio: number; z: number }

type Shares = { from: number; steadyFrom: number; total: number; servers: Seen[]; basis: string }

/** Every server's share, the busiest for what is expected first, or why shares are unknown. */
function sharesSeen(
  window: SeriesWindow,
  topology: Topology,
  pool: Pool,
  { over, settle, requestsMin, shareMin }: ShareSettings,
): Shares | string {
  const facts = factsOf(topology, pool.target)
  if (facts && facts.state !== 'up') return `${pool.target} does not answer`
  const servers = servingOf(pool)
  if (servers.length < 2) return 'fewer than two servers take requests'
  const expected = expectedOf(window, pool)
  if (!expected)
    return pool.balances === 'hash'
      ? (pool.ringBecause ?? 'its exact hash function is not known')
      : `${pool.algorithm} promises no share to compare the traffic with`
  const changed = steadySince(window, pool)
  const from = Math.max(window.to - over, changed === null ? 0 : changed + settle)
  const ms = window.to - from
  if (ms < 8_000) return 'weights or states changed a moment ago'
  const counts = servers.map((server) => requestsOf(window, pool, server, ms))
  if (counts.includes(null)) return 'requests of each server are not reported'
  const total = counts.reduce((sum: number, count) => sum + count!, 0)
  if (total < requestsMin) return `${total} requests; ${requestsMin} needed`
  const seen = servers.map((server, i): Seen => {
    const share = Math.max(expected.shares.get(server.name) ?? 0, shareMin)
    const part = counts[i]! / total
    return {
      server,
      share,
      seen: part,
      ratio: part / share,
      z: (counts[i]! - total * share) / Math.sqrt(total * share * Math.max(1 - share, share / 100)),
    }
  })
  return {
    from,
    steadyFrom: Math.max(window.from, changed === null ? 0 : changed + settle),
    total,
    servers: seen.sort((a, b) => b.ratio - a.ratio),
    basis: expected.basis,
  }
}

/** Stretches of the past overlap: each begins a quarter of its length after the one before. */
const PARTS = 4

/** A server's shares in the past, in standard deviations from what is expected, in stretches as long as the one that is judged; oldest first. */
function pastOf(window: SeriesWindow, pool: Pool, { server, share }: Seen, { from, steadyFrom }: Shares): { z: number[]; blocks: number } {
  const ms = (window.to - from) / PARTS
  const parts = Math.floor((from - steadyFrom) / ms)
  if (parts < 2 * PARTS) return { z: [], blocks: 0 }
  const grown = (one: PoolServer) => {
    const series = serverSeries(window, 'pool_requests_total', pool, one)
    return series
      ? increases(series.points, series.stepMs, from - parts * ms, from, parts).map((count) => count ?? 0)
      : new Array<number>(parts).fill(0)
  }
  const own = sums(grown(server))
  const all = sums(
    servingOf(pool)
      .map(grown)
      .reduce((total, one) => total.map((count, i) => count + one[i]!)),
  )
  const z = Array.from({ length: parts - PARTS + 1 }, (_, i) => {
    const total = all[i + PARTS]! - all[i]!
    return total > 0 ? (own[i + PARTS]! - own[i]! - total * share) / Math.sqrt(total * share * Math.max(1 - share, share / 100)) : 0
  })
  return { z, blocks: parts / PARTS }
}

/** Most shares in the evidence of a finding, the busiest first: each is stored, and nobody reads two thousand. */
const SHARES_MAX = 50

/** The verdict on a pool: found when a server takes `bar` times what the algorithm gives it, and that is `excess` of all requests more. */
export function unevenVerdict(
  window: SeriesWindow,
  topology: Topology,
  pool: Pool,
  bar: number,
  settings: ShareSettings,
  { why = '', excess = 0 }: { why?: string; excess?: number } = {},
): Verdict {
  const subject = poolLabels(pool)
  const all = sharesSeen(window, topology, pool, settings)
  if (typeof all === 'string') return { subject, is: 'unjudged', because: all }
  const needed = evidenceOfEach(1000, serverCount(topology), settings.falseAlarms)
  const isOver = (one: Seen) => one.ratio >= bar && one.z >= settings.deviations && one.seen - one.share >= excess
  const worst = all.servers.find((one) => isOver(one) && isShareRise(one.z, pastOf(window, pool, one, all), needed))
  if (!worst) return { subject, is: 'clear' }
  const span = { from: all.from, to: window.to }
  const shares = all.servers
    .slice(0, SHARES_MAX)
    .map(({ server, share, seen }) =>
      evidence(span, 'pool_share', serverLabels(pool, server), `share of ${server.name}`, seen, 'ratio', { baseline: share }),
    )
  return {
    subject,
    is: 'found',
    severity: 'warning',
    summary: `${worst.server.name} gets ${text(worst.seen, 'ratio')} of the requests of ${pool.name}; ${text(worst.share, 'ratio')} ${all.basis}${why}`,
    evidence: [
      evidence(span, 'pool_imbalance', subject, 'busiest server, seen over expected', worst.ratio, 'factor', {
        threshold: bar,
        method: `${all.total} requests, ${Math.round(worst.z)} standard deviations`,
      }),
      ...shares,
    ] as [Evidence, ...Evidence[]],
  }
}
