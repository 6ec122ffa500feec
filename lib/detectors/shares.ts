import { text } from '../format/format.ts'
import { poolLabels, requestsOf, serverLabels, shareByWeight, steadySince, taking } from '../measures/traffic.ts'
import type { Evidence, Verdict } from '../model/finding.ts'
import type { Pool, Topology } from '../model/topology.ts'
import type { SeriesWindow } from '../model/window.ts'
import { evidence, factsOf } from './rows.ts'

export type ShareSettings = { over: number; settle: number; deviations: number; requestsMin: number; shareMin: number }

/** A server's share of the requests beside the one that its weight gives; `z` in standard deviations of counting noise. */
export type Seen = { server: Pool['servers'][number]; share: number; seen: number; ratio: number; z: number }

/** Every server's share, the busiest for its weight first, or why no shares can be told. */
export function sharesSeen(
  window: SeriesWindow,
  topology: Topology,
  pool: Pool,
  { over, settle, requestsMin, shareMin }: ShareSettings,
): { from: number; total: number; servers: Seen[] } | string {
  const facts = factsOf(topology, pool.target)
  if (facts && facts.state !== 'up') return `${pool.target} does not answer`
  const servers = taking(pool)
  if (servers.length < 2) return 'fewer than two servers take requests'
  // By load the servers get what they manage: the fast ones more, and that is the point.
  if (pool.balances === 'load' || pool.balances === 'unknown') return `${pool.algorithm} gives no share to hold the traffic against`
  const changed = steadySince(window, pool)
  const from = Math.max(window.to - over, changed === null ? 0 : changed + settle)
  const ms = window.to - from
  if (ms < 8_000) return 'weights or states changed a moment ago'
  const counts = servers.map((server) => requestsOf(window, pool, server, ms))
  if (counts.includes(null)) return 'requests of each server are not reported'
  const total = counts.reduce((sum: number, count) => sum + count!, 0)
  if (total < requestsMin) return `${total} requests; ${requestsMin} needed`
  const expected = shareByWeight(pool)
  const seen = servers.map((server, i): Seen => {
    const share = Math.max(expected.get(server.name)!, shareMin)
    const part = counts[i]! / total
    return { server, share, seen: part, ratio: part / share, z: (counts[i]! - total * share) / Math.sqrt(total * share * (1 - share)) }
  })
  return { from, total, servers: seen.sort((a, b) => b.ratio - a.ratio) }
}

/** The verdict on a pool: found when its busiest server takes `bar` times what its weight gives it. */
export function unevenVerdict(
  window: SeriesWindow,
  topology: Topology,
  pool: Pool,
  bar: number,
  settings: ShareSettings,
  why = '',
): Verdict {
  const subject = poolLabels(pool)
  const all = sharesSeen(window, topology, pool, settings)
  if (typeof all === 'string') return { subject, is: 'unjudged', because: all }
  const [worst] = all.servers
  if (!worst || worst.ratio < bar || worst.z < settings.deviations) return { subject, is: 'clear' }
  const span = { from: all.from, to: window.to }
  const shares = all.servers.map(({ server, share, seen }) =>
    evidence(span, 'pool_share', serverLabels(pool, server), `share of ${server.name}`, seen, 'ratio', { baseline: share }),
  )
  return {
    subject,
    is: 'found',
    severity: 'warning',
    summary: `${worst.server.name} gets ${text(worst.seen, 'ratio')} of the requests of ${pool.name}; ${text(worst.share, 'ratio')} by weight${why}`,
    evidence: [
      evidence(span, 'pool_imbalance', subject, 'busiest server, seen over expected', worst.ratio, 'factor', {
        threshold: bar,
        method: `${all.total} requests, ${Math.round(worst.z)} standard deviations`,
      }),
      ...shares,
    ] as [Evidence, ...Evidence[]],
  }
}
