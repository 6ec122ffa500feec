import { count, duration, text } from '../format/format.ts'
import { wilson } from '../math/intervals.ts'
import { poolLabels, requestsOf, shareByWeight, taking } from '../measures/traffic.ts'
import type { Advisor } from '../model/detector.ts'

const SPAN_MS = 60_000
/** The others may be sent this many times their present load; a pool of two would have to carry twice. */
const LOAD_MOST = 1.6

/** Takes a failing server out of its pool, softly: sessions that are under way end by themselves. */
export const drainServer: Advisor = {
  id: 'drain-server',
  title: 'Drain a failing server',
  answers: ['balancer/error-rate', 'balancer/server-flapping'],
  spanMs: SPAN_MS,
  propose(finding, window, topology) {
    const pool = topology.pools.find(({ target, name }) => target === finding.subject.target && name === finding.subject.pool)
    if (!pool) return null
    if (!finding.subject.server)
      return { none: `The servers of ${pool.name} fail alike: look at what they share, a database, a deploy, or what is asked of them.` }
    const server = pool.servers.find(({ name }) => name === finding.subject.server)
    if (!server) return null
    const kind = topology.targets.find(({ name }) => name === pool.target)?.kind
    if (kind !== 'haproxy')
      return {
        none: `Take ${server.name} out of ${pool.name} until it is mended; this balancer cannot be told to drain a server at run time.`,
      }
    if (server.state === 'drain' || server.state === 'maint') return { none: `${server.name} is already out.` }
    const rest = taking(pool).filter((other) => other !== server)
    const shares = shareByWeight(pool)
    const left = rest.reduce((sum, other) => sum + (shares.get(other.name) ?? 0), 0)
    // A flapping server that is down now has no share; what it would have counts.
    const own = server.weightSet / (server.weightSet + rest.reduce((sum, other) => sum + other.weightEffective, 0))
    const extra = 1 / (1 - own)
    if (rest.length === 0 || (left <= 0 && server.state === 'up'))
      return { none: `${server.name} is the last server of ${pool.name}: without it every request fails.` }
    if (extra > LOAD_MOST)
      return {
        none: `Without ${server.name} the other ${rest.length === 1 ? 'server' : 'servers'} of ${pool.name} would carry ${text(extra, 'factor')} the load: that is more than can be promised. Add a server first.`,
      }
    const ms = Math.min(SPAN_MS, Math.max(10_000, window.to - finding.since))
    const tally = (servers: typeof rest) => {
      const sum = (metric?: string) => servers.reduce((total, one) => total + (requestsOf(window, pool, one, ms, metric) ?? 0), 0)
      return { requests: sum(), errors: sum('pool_errors_total') }
    }
    const others = tally(rest)
    const all = tally([...rest, server])
    if (others.requests < 50) return null
    const where = poolLabels(pool)
    const after = wilson(others.errors, others.requests)
    const before = all.errors / all.requests
    const flaps = finding.rule === 'balancer/server-flapping'
    return {
      steps: [{ setting: { target: pool.target, name: `${pool.name}/${server.name}/state` }, before: 'ready', after: 'drain' }],
      because: `${finding.summary}. Drained, it gets no new requests; the others take ${text(extra, 'factor')} their load${flaps ? ' all the time instead of now and then' : ` and fail ${text(after.value, 'ratio')} of theirs`}.`,
      predict:
        before > 0.005 && before > after.high
          ? {
              metric: 'pool_error_ratio',
              where,
              unit: 'ratio',
              before,
              after: after.value,
              low: 0,
              high: Math.max(after.high, 0.005),
              basis: `${count(all.requests)} requests of ${duration(ms)}`,
            }
          : { absentBecause: 'few requests fail while it comes and goes; what ends is the shaking, and that is no number' },
      guards: [
        {
          metric: 'pool_error_ratio',
          where,
          unit: 'ratio',
          op: '>',
          limit: Math.max(0.05, before * 1.2),
          forMs: 10_000,
          why: 'the others fail under what they were given',
        },
      ],
      risk: extra > 1.35 ? 'medium' : 'low',
      riskBecause: `The pool has ${rest.length} ${rest.length === 1 ? 'server' : 'servers'} left and one fewer to lose. Draining is taken back exactly.`,
    }
  },
}
