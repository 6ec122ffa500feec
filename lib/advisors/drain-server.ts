import { count, duration, text } from '../format/format.ts'
import { wilson } from '../math/intervals.ts'
import { projectedWithout, SESSIONS_NEAR } from '../metrics/capacity.ts'
import { SLOW_LIMITS, type SlowLimits } from '../metrics/slow.ts'
import { poolLabels, requestsOf } from '../metrics/traffic.ts'
import type { Advisor } from '../model/detector.ts'
import type { Finding } from '../model/finding.ts'
import type { Draft } from '../model/proposal.ts'
import { serverRef } from '../model/ref.ts'
import { servingOf } from '../model/serving.ts'
import { settingText, stateOf } from '../model/setting.ts'
import type { Pool, PoolServer } from '../model/topology.ts'
import type { SeriesWindow } from '../model/window.ts'
import { ceilingsOf } from './weights/ceilings.ts'

/** The span whose errors the prediction is made from. */
const ERRORS_MS = 60_000
/** How far back a server's limits are remembered. */
const SPAN_MS = 1_200_000
/** The most that the other servers may be sent, as a multiple of their present load; in a pool of two the other one would get twice its load. */
const LOAD_MOST = 1.6
/** Drains a failing server: it gets no new requests, and sessions in progress end by themselves. */
export const drainServer: Advisor = {
  id: 'drain-server',
  title: 'Drain a failing server',
  answers: ['balancer/error-rate', 'balancer/server-flapping'],
  spanMs: SPAN_MS,
  propose(finding, window, topology, settingsOf) {
    const pool = topology.pools.find(({ target, name }) => target === finding.subject.target && name === finding.subject.pool)
    if (!pool) return null
    if (!finding.subject.server)
      return {
        none: `The servers of ${pool.name} fail alike: look for the cause in what they share, such as a database, a deploy or a kind of request.`,
      }
    const server = pool.servers.find(({ name }) => name === finding.subject.server)
    if (!server) return null
    if (pool.can.state !== true)
      return {
        none: `Take ${server.name} out of ${pool.name} until it is mended; that cannot be done from here: ${pool.can.state.because}.`,
      }
    if (server.state === 'drain' || server.state === 'maint') return { none: `${server.name} is already out.` }
    const { near = SESSIONS_NEAR } = (settingsOf?.('balancer/sessions-near-limit') ?? {}) as { near?: number }
    const slow = { ...SLOW_LIMITS, ...(settingsOf?.('balancer/slow-server') as Partial<SlowLimits> | undefined) }
    const obstacle = obstacleTo(pool, server, window, near, slow)
    return obstacle ? { none: obstacle } : draft(finding, pool, server, window)
  },
}

/** Why the pool needs even a failing server, with the numbers; null where it can do without. */
function obstacleTo(pool: Pool, server: PoolServer, window: SeriesWindow, near: number, slow: SlowLimits): string | null {
  const rest = servingOf(pool, [server])
  if (rest.length === 0) return `${server.name} is the last server of ${pool.name}: without it every request fails.`
  const who = rest.length === 1 ? rest[0]!.name : `the other ${rest.length} servers of ${pool.name}`
  const after = projectedWithout(window, pool, [server])
  if (after?.over)
    return `Without ${server.name}, ${after.over.server.name} would have about ${count(after.over.sessions)} sessions at once; it may have ${count(after.over.limit)}. Raise its limit or add a server first.`
  if (after && after.limit !== null && after.sessions > near * after.limit)
    return `Without ${server.name}, ${who} would take ${text(after.rate, 'perSecond')} with about ${count(after.sessions)} of at most ${count(after.limit)} sessions at once, which leaves no reserve. Raise the limit or add a server first.`
  if (rest[0]!.backup)
    return after === null || after.limit === null
      ? `Without ${server.name} the backup ${rest[0]!.name} would carry ${pool.name} alone, and how much it can take is not known. Decide that yourself.`
      : null
  const extra = extraOf(server, rest)
  if (extra > LOAD_MOST)
    return `Without ${server.name} the other ${rest.length === 1 ? 'server' : 'servers'} of ${pool.name} would carry ${text(extra, 'factor')} the load, and nothing shows that they can take that. Add a server first.`
  const ceilings = ceilingsOf(window, pool, slow)
  const weights = rest.reduce((sum, one) => sum + one.weightEffective, 0)
  for (const one of rest) {
    const limit = ceilings.get(one)
    const sent = (after?.rate ?? 0) * (one.weightEffective / weights)
    if (limit && sent > limit.rate)
      return `Without ${server.name}, ${one.name} would be sent ${text(sent, 'perSecond')}; it was slow at ${text(limit.rate, 'perSecond')} already. Add a server first.`
  }
  return null
}

/** The load of the others as a multiple of the present one. For a flapping server that is down now, the share counts that it would have. */
const extraOf = (server: PoolServer, rest: PoolServer[]) =>
  1 + server.weightSet / rest.reduce((sum, other) => sum + other.weightEffective, 0)

function draft(finding: Finding, pool: Pool, server: PoolServer, window: SeriesWindow): Draft | null {
  const rest = servingOf(pool, [server])
  const backup = rest[0]!.backup === true
  const ms = Math.min(ERRORS_MS, Math.max(10_000, window.to - finding.since))
  const tally = (servers: PoolServer[]) => {
    const sum = (metric?: string) => servers.reduce((total, one) => total + (requestsOf(window, pool, one, ms, metric) ?? 0), 0)
    return { requests: sum(), errors: sum('pool_errors_total') }
  }
  const others = tally(rest)
  const all = tally([...rest, server])
  if (!backup && others.requests < 50) return null
  const where = poolLabels(pool)
  const after = wilson(others.errors, others.requests)
  const before = all.requests > 0 ? all.errors / all.requests : 0
  const flaps = finding.rule === 'balancer/server-flapping'
  const extra = extraOf(server, rest)
  const take = backup ? `the backup ${rest[0]!.name} takes all of them` : `the others take ${text(extra, 'factor')} their load`
  const then = backup ? '' : flaps ? ' all the time instead of now and then' : ` and fail ${text(after.value, 'ratio')} of theirs`
  return {
    steps: [{ setting: settingText(stateOf(serverRef(pool, server))), before: 'ready', after: 'drain' }],
    because: `${finding.summary}. Drained, it gets no new requests; ${take}${then}.`,
    predict: backup
      ? { absentBecause: 'an idle backup has not been measured' }
      : before > 0.005 && before > after.high
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
        : {
            absentBecause:
              'few requests fail while it comes and goes; the change ends the repeated shifts of load, for which there is no metric',
          },
    guards: [
      {
        metric: 'pool_error_ratio',
        where,
        unit: 'ratio',
        op: '>',
        limit: Math.max(0.05, before * 1.2),
        forMs: 10_000,
        why: 'the other servers fail more often under the added load',
      },
    ],
    risk: backup ? 'high' : extra > 1.35 ? 'medium' : 'low',
    riskBecause: `The pool has ${rest.length} ${rest.length === 1 ? 'server' : 'servers'} left without it. A drain is undone exactly.`,
  }
}
