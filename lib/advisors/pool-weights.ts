import { count, duration, text } from '../format/format.ts'
import { median } from '../math/robust.ts'
import { SLOW_LIMITS, type SlowLimits } from '../metrics/slow.ts'
import { cameUpAt, serverSeries } from '../metrics/traffic.ts'
import type { Advisor } from '../model/detector.ts'
import type { Draft, NoRemedy, Step } from '../model/proposal.ts'
import { serverRef } from '../model/ref.ts'
import { settingText, weightOf } from '../model/setting.ts'
import type { Pool, PoolServer } from '../model/topology.ts'
import type { SeriesWindow } from '../model/window.ts'
import { type Ceiling, ceilingsOf } from './weights/ceilings.ts'
import { errorGuard } from './weights/errorGuard.ts'
import { errorRatio, type Load, loadsOf, SPAN_MS } from './weights/loads.ts'
import { obstacleTo } from './weights/obstacle.ts'
import { patchOf } from './weights/patch.ts'
import { type Plan, planOf } from './weights/plan.ts'
import { drainOf, predictedOf } from './weights/predicted.ts'
import { wholeOf } from './weights/whole.ts'

/** A server that came up less than this long ago is cold. */
const COLD_MS = 60_000
/** Pause after the last write: requests that were queued then are answered after it, and as slowly as before. */
const DRAIN_MS = 10_000
/** The least gain of a step, as a part of the mean response: for less, weights are left alone. */
const GAIN_MIN = 0.03

/**
 * Less weight for a slow server. The prediction takes each server's response as it is now, until it has shown that less load makes it
 * faster; from then on the rates at which servers were slow say how much each can take.
 */
export const poolWeights: Advisor = {
  id: 'pool-weights',
  title: 'Shift weight off a slow server',
  answers: ['balancer/slow-server'],
  spanMs: SPAN_MS,
  unattended: 'A weight comes back exactly, takes effect within seconds, and its effect is measured on the pool itself.',
  propose(finding, window, topology, settingsOf) {
    const pool = topology.pools.find(({ target, name }) => target === finding.subject.target && name === finding.subject.pool)
    if (pool && !finding.subject.server)
      return {
        none: `The servers of ${pool.name} slowed together, so no weight helps. Look for the cause in what they share, such as a database, a cache or a deploy.`,
      }
    const slow = pool?.servers.find(({ name }) => name === finding.subject.server)
    if (!pool || !slow) return null
    const obstacle = obstacleTo(pool, slow, window)
    if (obstacle) return { none: obstacle }
    const up = cameUpAt(window, pool, slow)
    if (up !== null && window.to - up < COLD_MS)
      return { none: `${slow.name} came up less than a minute ago: it is cold, and less traffic would only keep it cold for longer.` }
    const limits = { ...SLOW_LIMITS, ...(settingsOf?.('balancer/slow-server') as Partial<SlowLimits> | undefined) }
    const settled = window.between(Math.min(window.to, window.from + DRAIN_MS), window.to)
    const loads = loadsOf(finding.since, settled, pool, limits)
    const own = loads?.find(({ server }) => server === slow)
    if (!loads || !own || loads.length < 2) return null
    const ceilings = ceilingsOf(window, pool, limits)
    const plan = planOf(own, loads, ceilings, window.to, limits)
    return typeof plan === 'string' ? { none: plan } : draft(pool, own, loads, plan, ceilings, settled)
  },
}

function draft(
  pool: Pool,
  own: Load,
  loads: Load[],
  plan: Plan,
  ceilings: Map<PoolServer, Ceiling>,
  window: SeriesWindow,
): Draft | NoRemedy {
  const slow = own.server
  const weights = wholeOf(pool, plan)
  if (!weights)
    return { none: `The weights of ${pool.name} cannot be lowered further: ${slow.name} has the smallest weight that still gets traffic.` }
  const sum = loads.reduce((total, { server }) => total + weights.get(server.name)!, 0)
  const after = loads.map((load) => ({ ...load, next: weights.get(load.server.name)! / sum }))
  const steps = [...weights].flatMap(([name, weight]): Step[] => {
    const server = pool.servers.find((one) => one.name === name)!
    const setting = settingText(weightOf(serverRef(pool, server)))
    return weight === server.weightSet ? [] : [{ setting, before: String(server.weightSet), after: String(weight) }]
  })
  if (steps.length === 0) return { none: `The weights of ${pool.name} are already the nearest whole numbers to the best shares.` }
  const predicted = predictedOf(after, plan.fastest, ceilings)
  if (predicted.after > predicted.before * (1 - GAIN_MIN))
    return { none: `${slow.name} is slow, but another weight would not make ${pool.name} answer faster.` }
  const where = { target: pool.target, pool: pool.name }
  const sessionsOf = (server: PoolServer) => serverSeries(window, 'pool_sessions', pool, server)?.points.at(-1)?.[1] ?? 0
  const drain = drainOf(after, ceilings, sessionsOf)
  const requests = loads.reduce((total, { response }) => total + response.requests, 0)
  const span = window.to - Math.min(...loads.map(({ response }) => response.from))
  const errors = errorRatio(window, pool, pool.servers, span)
  const extra = Math.max(...after.map(({ next, share }) => next / share))
  const next = after.find(({ server }) => server === slow)!.next
  return {
    steps: steps as [Step, ...Step[]],
    because: becauseOf(pool, own, loads, plan, next, predicted.before, extra),
    predict: {
      metric: 'pool_response_seconds',
      where,
      unit: 'seconds',
      ...predicted,
      ...(drain ? { dip: { metric: 'pool_response_seconds', where, ...drain } } : {}),
      basis: `response times of ${duration(span)}, ${count(requests)} requests`,
    },
    guards: [
      errorGuard(where, errors, 'the other servers fail more often under the added load'),
      {
        metric: 'pool_response_seconds',
        where,
        unit: 'seconds',
        op: '>',
        limit: Math.max(predicted.before * 1.2, predicted.before + 0.005),
        forMs: 10_000,
        why: 'the pool answers more slowly than before',
      },
    ],
    risk: extra > 1.35 ? 'medium' : 'low',
    riskBecause: `The others take ${text(extra, 'factor')} their load. A weight is put back exactly.`,
    ...patchOf(pool, weights),
  }
}

function becauseOf(pool: Pool, own: Load, loads: Load[], { cuts, back, fair }: Plan, next: number, mean: number, extra: number): string {
  const slow = own.server
  const normal = median(loads.filter((load) => load !== own).map(({ response }) => response.value))!
  const also = cuts.flatMap(({ load }) => (load === own ? [] : load.server.name))
  const again = back.map(({ server }) => server.name)
  const way =
    next > 1.1 * fair
      ? `, on the way to ${text(fair, 'ratio')}, where each server has the same work under way at a time`
      : next > 0.9 * fair
        ? ', so that each server has the same work under way at a time'
        : ': it has shown that less makes it faster'
  return [
    `${slow.name} answers in ${text(own.response.value, 'seconds')}, the others in ${text(normal, 'seconds')}. With ${text(own.share, 'ratio')} of the requests it makes the mean of ${pool.name} ${text(mean, 'seconds')}; this step leaves it ${text(next, 'ratio')}${way}.`,
    ...(also.length > 0
      ? [
          `${also.join(' and ')} ${also.length === 1 ? 'is' : 'are'} slow too and would be given a part of that, so the weight is lowered too.`,
        ]
      : []),
    ...(again.length > 0
      ? [`${again.join(' and ')} had been lowered and ${again.length === 1 ? 'is' : 'are'} fast now: given more again.`]
      : []),
    `The others take ${text(extra, 'factor')} their present load.`,
  ].join(' ')
}
