import { count, duration, text } from '../format/format.ts'
import { median } from '../math/robust.ts'
import { SLOW_LIMITS, type SlowLimits } from '../metrics/slow.ts'
import type { Advisor } from '../model/detector.ts'
import { HELD_RULE, type HeldWeight, OUTLASTS_MS, outlasted } from '../model/heldWeight.ts'
import type { Draft, NoRemedy } from '../model/proposal.ts'
import { serverRef } from '../model/ref.ts'
import { settingText, weightOf } from '../model/setting.ts'
import type { Pool, PoolServer } from '../model/topology.ts'
import type { SeriesWindow } from '../model/window.ts'
import { errorGuard } from './weights/errorGuard.ts'
import { errorRatio, type Load, loadsOf, SPAN_MS } from './weights/loads.ts'
import { writerOf } from './weights/obstacle.ts'
import { patchOf } from './weights/patch.ts'
import { predictedOf } from './weights/predicted.ts'

/** One step gives half of what is missing; once it has about half, it has shown itself at a load from which the rest is no leap. */
const STEP = 0.5
const ENOUGH = 0.45
/** The same where its load may have been what made it slow. */
const STEP_UNSURE = 0.25

/** A pool whose weights were written lately is still on its way. */
const CALM_MS = 60_000
type HeldSettings = { outlasts: number; settled: number }

/**
 * The weight that a server had before it was slow, given back once it has recovered: in two steps, each watched. What is predicted is that the pool
 * answers as fast as it does; what is won is that the others are relieved.
 */
export const weightReturn: Advisor = {
  id: 'weight-return',
  title: 'Give a recovered server its weight back',
  answers: [HELD_RULE],
  spanMs: SPAN_MS,
  unattended: 'A weight comes back exactly and takes effect within seconds; guards on the server and on its pool take it away again.',
  propose(finding, window, topology, settingsOf) {
    const pool = topology.pools.find(({ target, name }) => target === finding.subject.target && name === finding.subject.pool)
    const server = pool?.servers.find(({ name }) => name === finding.subject.server)
    // After a step the next one waits until the rule has judged it at its new load.
    const held = server && pool?.held?.get(server.name)
    if (!pool || !held || finding.stale !== undefined) return null
    const { outlasts = OUTLASTS_MS, settled = CALM_MS } = (settingsOf?.(HELD_RULE) ?? {}) as Partial<HeldSettings>
    // The window begins with the last write on the pool: what another server's change has moved is no base of a prediction.
    if (window.to - window.from < Math.min(CALM_MS, settled)) return null
    const writer = writerOf(pool, window)
    if (writer !== null) return { none: writer }
    const limits = { ...SLOW_LIMITS, ...(settingsOf?.('balancer/slow-server') as Partial<SlowLimits> | undefined) }
    const loads = loadsOf(Math.max(finding.since, window.from), window, pool, limits)
    const own = loads?.find((load) => load.server === server)
    if (!loads || !own || loads.length < 2) return null
    return draft(pool, own, loads, { held, sure: outlasted(held, outlasts), limits }, window)
  },
}

/** The next weight on the way back. */
export function nextWeight({ weightSet }: Pick<PoolServer, 'weightSet'>, { weight }: Pick<HeldWeight, 'weight'>, sure: boolean): number {
  const whole = Math.round(weight)
  const part = sure ? STEP : STEP_UNSURE
  if (sure ? weightSet >= ENOUGH * weight : weightSet >= (1 - part) * weight) return whole
  return Math.min(whole, Math.max(weightSet + 1, Math.round(weightSet + part * (weight - weightSet))))
}

type Basis = { held: HeldWeight; sure: boolean; limits: Pick<SlowLimits, 'ratio' | 'slower'> }

function draft(pool: Pool, own: Load, loads: Load[], { held, sure, limits }: Basis, window: SeriesWindow): Draft | NoRemedy {
  const { server } = own
  const weight = nextWeight(server, held, sure)
  if (weight <= server.weightSet) return { none: `${server.name} has its weight back.` }
  const weightOfLoad = (load: Load) => (load === own ? weight : load.server.weightSet)
  const sum = loads.reduce((total, load) => total + weightOfLoad(load), 0)
  const after = loads.map((load) => ({ ...load, next: weightOfLoad(load) / sum }))
  const predicted = predictedOf(after, Math.min(...loads.map(({ response }) => response.value)), new Map())
  const where = { target: pool.target, pool: pool.name }
  const others = loads.filter((load) => load !== own)
  const normal = median(others.map(({ response }) => response.value))!
  const span = window.to - Math.min(...loads.map(({ response }) => response.from))
  const requests = loads.reduce((total, { response }) => total + response.requests, 0)
  const next = weight / sum
  const busiest = Math.max(...others.map(({ share }) => share))
  const relieved = Math.max(...after.flatMap((load) => (load.server === server ? [] : load.next)))
  const whole = weight >= Math.round(held.weight)
  return {
    steps: [{ setting: settingText(weightOf(serverRef(pool, server))), before: String(server.weightSet), after: String(weight) }],
    because: [
      `${server.name} was slow and got less; it answers in ${text(own.response.value, 'seconds')} again, the others in ${text(normal, 'seconds')}.`,
      `This step takes it from ${text(own.share, 'ratio')} to ${text(next, 'ratio')} of the requests${whole ? ', as much as it had' : `, on the way to weight ${Math.round(held.weight)}, which it had`}; the busiest of the others goes from ${text(busiest, 'ratio')} to ${text(relieved, 'ratio')}.`,
    ].join(' '),
    predict: {
      metric: 'pool_response_seconds',
      where,
      unit: 'seconds',
      ...predicted,
      holds: true,
      basis: `response times of ${duration(span)}, ${count(requests)} requests`,
    },
    guards: [
      errorGuard(where, errorRatio(window, pool, pool.servers, span), 'the pool fails more often since it has more to do'),
      {
        metric: 'pool_response_seconds',
        where: { ...where, server: server.name },
        unit: 'seconds',
        op: '>',
        limit: Math.max(limits.ratio * normal, normal + limits.slower / 1000),
        forMs: 10_000,
        why: `${server.name} is slow again with more to do`,
      },
    ],
    risk: sure ? 'low' : 'high',
    riskBecause: sure
      ? `It stayed slow for a while with less to do, and is fast now: it was not its load. It takes ${text(next / own.share, 'factor')} its present load. A weight is put back exactly.`
      : `It was fast soon after it got less: its load may be what made it slow. A weight is put back exactly.`,
    ...patchOf(pool, new Map([[server.name, weight]])),
  }
}
