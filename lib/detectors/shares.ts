import { text } from '../format/format.ts'
import { poolLabels, recentResponse, requestsOf, serverLabels, shareByWeight, steadySince } from '../metrics/traffic.ts'
import type { Evidence, Verdict } from '../model/finding.ts'
import { servingOf } from '../model/serving.ts'
import type { Pool, Topology } from '../model/topology.ts'
import type { SeriesWindow } from '../model/window.ts'
import { poolShares } from '../rings/poolShares.ts'
import { evidence, factsOf } from './rows.ts'

export type ShareSettings = { over: number; settle: number; deviations: number; requestsMin: number; shareMin: number }

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

/** Every server's share, the busiest for what is expected first, or why shares are unknown. */
function sharesSeen(
  window: SeriesWindow,
  topology: Topology,
  pool: Pool,
  { over, settle, requestsMin, shareMin }: ShareSettings,
): { from: number; total: number; servers: Seen[]; basis: string } | string {
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
  return { from, total, servers: seen.sort((a, b) => b.ratio - a.ratio), basis: expected.basis }
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
  const worst = all.servers.find((one) => one.ratio >= bar && one.z >= settings.deviations && one.seen - one.share >= excess)
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
