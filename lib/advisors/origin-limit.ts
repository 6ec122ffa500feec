import { count, text } from '../format/format.ts'
import { projectedWithout } from '../metrics/capacity.ts'
import { measure } from '../metrics/measure.ts'
import { poolLabels, serverSeries } from '../metrics/traffic.ts'
import type { Advisor } from '../model/detector.ts'
import type { Draft, Step } from '../model/proposal.ts'
import { serverRef } from '../model/ref.ts'
import { servingOf } from '../model/serving.ts'
import { limitOf, settingText } from '../model/setting.ts'
import type { Pool } from '../model/topology.ts'
import type { SeriesWindow } from '../model/window.ts'
import { type Saturation, saturationOf } from './saturation.ts'

const SPAN_MS = 1_200_000
/** Beyond what keeps the servers busy some more may be under way: bursts are not made to wait. */
const SPARE = 1.5
const LIMIT_MIN = 2
/** The present load must stay that far below the limits, or requests would wait from the first second on. */
const ROOM = 0.8
/** A mean answer that stays within so much of what it was has not been changed by the limit. */
const SAME = 0.3
/** How long answers are looked at for what they are now. */
const NOW_MS = 60_000

/** Admission control before an origin: a limit of requests at once on each server, from the rate at which more of them were only slower. */
export const originLimit: Advisor = {
  id: 'origin-limit',
  title: 'Limit what the origin does at once',
  answers: ['balancer/origin-unlimited'],
  spanMs: SPAN_MS,
  propose(finding, window, topology) {
    const pool = topology.pools.find(({ target, name }) => target === finding.subject.target && name === finding.subject.pool)
    const wanted = pool?.admission?.wanted
    if (!pool || !wanted) return null
    const serving = servingOf(pool)
    if (serving.length === 0) return null
    const saturation = saturationOf(window, pool)
    const line = (limit: string) => `in ${wanted.where}: ${wanted.line.replaceAll('LIMIT', limit)}`
    if (!saturation)
      return {
        none: `How much the servers of ${pool.name} bear is not known: in the last 20 min more requests never made them slower. Measure that in a load test, then set the limit ${line('LIMIT')}`,
      }
    // Little's law: so many under way keep them as busy as they can be; each one more waits inside of them.
    const each = Math.max(LIMIT_MIN, Math.ceil((SPARE * saturation.rate * saturation.seconds) / serving.length))
    const now = projectedWithout(window, pool, [])
    if (now === null) return null
    if (now.sessions > ROOM * each * serving.length)
      return {
        none: `${pool.name} is at its limits now: ${count(now.sessions)} requests are under way, where ${count(each * serving.length)} keep its servers busy. Wait until it is calmer, then set the limit ${line(String(each))}`,
      }
    if (pool.can.limit !== true) {
      const because = pool.can.limit ? ` It cannot be set from here: ${pool.can.limit.because}.` : ''
      return {
        none: `${saturationText(pool, saturation)} ${each} at once on each server keep them busy; set that ${line(String(each))}.${because}`,
      }
    }
    return draftOf(pool, window, saturation, each, line(String(each)))
  },
}

const saturationText = ({ name }: Pool, { rate, seconds }: Saturation) =>
  `${name} serves at most about ${text(rate, 'perSecond')}, and a request takes ${text(seconds, 'seconds')} while none waits.`

function draftOf(pool: Pool, window: SeriesWindow, saturation: Saturation, each: number, patch: string): Draft | null {
  const where = poolLabels(pool)
  const answer = measure('pool_response_seconds', where, window.between(window.to - NOW_MS, window.to))
  if (answer.is !== 'measured') return null
  const { value, low, high } = answer
  const steps = servingOf(pool).map((server): Step => {
    const before = serverSeries(window, 'pool_sessions_max', pool, server)?.points.at(-1)?.[1] ?? 0
    return { setting: settingText(limitOf(serverRef(pool, server))), before: String(before), after: String(each) }
  })
  return {
    steps: steps as [Step, ...Step[]],
    because: `${saturationText(pool, saturation)} With more than ${count(each * steps.length)} under way they only wait inside of the servers, and nothing refuses them. Limited to ${each} on each server, what is too much waits at the balancer, which serves ${text(saturation.rate, 'perSecond')} all the while.`,
    predict: {
      metric: 'pool_response_seconds',
      where,
      unit: 'seconds',
      before: value,
      after: value,
      low: Math.min(low, value) * (1 - SAME),
      high: Math.max(high, value) * (1 + SAME),
      holds: true,
      basis: `the present load stays below the limits; the saturation is that of ${saturation.slices} stretches of 10 s in which requests waited for each other`,
    },
    guards: [
      {
        metric: 'pool_queue',
        where,
        unit: 'count',
        op: '>',
        limit: each * steps.length,
        forMs: 20_000,
        why: 'requests wait that did not before',
      },
      {
        metric: 'pool_error_ratio',
        where,
        unit: 'ratio',
        op: '>',
        limit: 0.05,
        forMs: 10_000,
        why: 'requests that wait too long are refused',
      },
    ],
    risk: 'low',
    riskBecause:
      'The present load stays below the limits, and the way back is exact. What waits longer than `timeout queue` is refused with 503.',
    patch,
  }
}
