import { z } from 'zod'
import { text, duration as words } from '../../format/format.ts'
import { cut, increase } from '../../math/rates.ts'
import { median } from '../../math/robust.ts'
import { cameUpAt, responseBetween, serverLabels, serverSeries, timedOf } from '../../metrics/traffic.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import { durationText } from '../../model/duration.ts'
import type { Verdict } from '../../model/finding.ts'
import { HELD_RULE, type HeldWeight, OUTLASTS_MS, outlasted } from '../../model/heldWeight.ts'
import { servingOf } from '../../model/serving.ts'
import type { Pool, PoolServer, Topology } from '../../model/topology.ts'
import type { SeriesWindow } from '../../model/window.ts'
import { isRatioBelow } from '../rises.ts'
import { evidence, factsOf } from '../rows.ts'
import { duration, evidenceOfEach, patience, share, threshold, wrongNotes } from '../settings.ts'

type Settings = DetectorSettings & {
  wrong: number
  ratio: number
  faster: number
  errors: number
  settled: number
  outlasts: number
  unsure: number
  requestsMin: number
}

/** The longest wait, after relapses. */
const WAIT_MOST_MS = 4 * 3_600_000
/** Pause after a write: what was queued then is answered after it, and as slowly as before. */
const DRAIN_MS = 10_000
/** Stretches that it is compared in with the others: the more, the better is known how much the ratio scatters. */
const STRETCHES = 12
const STRETCHES_LEAST = 6
const OTHERS_MOST = 7
/** Part of a response that rounding may leave open in a short stretch. */
const ROUNDED = 0.1

export const weightHeldBack: Detector<Settings> = {
  id: HELD_RULE,
  title: 'Weight is held back after its server recovered',
  why: 'A server was given less weight because it was slow. It answers as fast as the others again, and nobody has given the weight back: the others carry its part, and each such night leaves the pool with less in reserve.',
  harmless:
    'Where the server is to be replaced anyway. Judged are weights that were lowered through Evenkeel, by a remedy or by a person, while the server was found slow; one that was slow only under its full load may be slow again with it, so that it is left longer and given less at a time.',
  settings: z.strictObject({
    ...patience('10s', '5s'),
    wrong: wrongNotes('servers with a lowered weight'),
    ratio: threshold(
      1.5,
      'Response time over that of the others below which it is as good as theirs: from 2 on it would be slow again, and capacities differ',
    ),
    faster: duration('10ms', 'Or at most so much slower: smaller differences go unnoticed'),
    errors: share(0.01, 'And fails at most so much more often than the others, as a part of its requests'),
    settled: duration(
      '5m',
      'How long it must have been so, twice as long after each relapse of the last day: a fault that comes and goes is not over in its first pause',
    ),
    outlasts: duration(durationText(OUTLASTS_MS), 'Slow for so long with less weight, it was not its load: queues are worked off by then'),
    unsure: duration('1h', 'How long it is left where it was fast soon after it got less, because its load may be the reason'),
    requestsMin: threshold(20, 'Requests of the server needed in each of six stretches: fewer say nothing of its response'),
  }),
  needs: {
    spanMs: 900_000,
    metrics: ['pool_response_seconds', 'pool_requests_total'],
    topology: 'pools',
    also: { metrics: ['pool_up', 'pool_errors_total'] },
  },
  detect(window, topology, settings) {
    const all = topology.pools.reduce((sum, { held }) => sum + (held?.size ?? 0), 0)
    return topology.pools
      .values()
      .flatMap((pool): Verdict[] => pool.servers.map((server): Verdict => verdictOn(window, topology, pool, server, all, settings)))
  },
}

function verdictOn(window: SeriesWindow, topology: Topology, pool: Pool, server: PoolServer, all: number, settings: Settings): Verdict {
  const subject = serverLabels(pool, server)
  const held = pool.held?.get(server.name)
  const unjudged = (because: string): Verdict => ({ subject, is: 'unjudged', because })
  if (!held) return { subject, is: 'clear' }
  const facts = factsOf(topology, pool.target)
  if (facts && facts.state !== 'up') return unjudged(`${pool.target} does not answer`)
  // It was lowered because it is slow, and it is.
  if (held.slowUntil === null) return { subject, is: 'clear' }
  const serving = servingOf(pool)
  if (!serving.includes(server)) return unjudged('it takes no requests')
  if (pool.balances !== 'weight') return unjudged(`shares of ${pool.name} do not follow its weights alone`)
  if (pool.servers.some(({ otherWriter }) => otherWriter)) return unjudged('something else moves the weights')
  if (held.named) return unjudged(`${held.named} is firing about it`)
  const since = Math.max(held.slowUntil, held.writtenAt, cameUpAt(window, pool, server) ?? 0)
  const wait = waitOf(held, settings)
  if (window.to - since < wait) return unjudged(`it has been well for ${words(window.to - since)} of ${words(wait)}`)
  const beside = compared(window, pool, server, serving, Math.max(window.from, since + Math.min(DRAIN_MS, wait / 2)), settings.requestsMin)
  if (typeof beside === 'string') return unjudged(beside)
  const { own, error, normal, ratios, requests, from, stepMs } = beside
  const limit = Math.max(settings.ratio, 1 + settings.faster / 1000 / normal)
  const needed = evidenceOfEach(stepMs, all, settings.wrong)
  // What rounding leaves open counts against it.
  if (!isRatioBelow((own + error) / normal, ratios, limit, needed)) return { subject, is: 'clear' }
  const [errors, usual] = [
    errorRatio(window, pool, [server], from),
    errorRatio(
      window,
      pool,
      serving.filter((one) => one !== server),
      from,
    ),
  ]
  if (errors > usual + settings.errors) return { subject, is: 'clear' }
  const load = outlasted(held, settings.outlasts) ? '' : '; it was fast soon after it got less, so that its load may have been the reason'
  return {
    subject,
    is: 'found',
    severity: 'info',
    summary: `${server.name} of ${pool.name} has weight ${server.weightSet} where it had ${Math.round(held.weight)} before it was slow; it answers in ${text(own, 'seconds')} again, the others in ${text(normal, 'seconds')}${load}`,
    evidence: [
      evidence({ from, to: window.to }, 'pool_response_seconds', subject, `mean response of ${server.name}`, own, 'seconds', {
        baseline: normal,
        threshold: limit * normal,
        method: `${requests} requests in ${ratios.length} stretches, each against the median of the others at the same time`,
      }),
      evidence({ from, to: window.to }, 'pool_weight_effective', subject, 'weight in force', server.weightEffective, 'none', {
        baseline: Math.round(held.weight),
      }),
    ],
  }
}

/** How long it must have been well: longer after relapses, and where it was its load that may have made it slow. */
function waitOf(held: HeldWeight, { settled, unsure, outlasts }: Settings): number {
  const first = outlasted(held, outlasts) ? settled : Math.max(settled, unsure)
  return Math.max(first, Math.min(WAIT_MOST_MS, first * 2 ** held.relapses))
}

/** The server beside the others in stretches of the same time; or what is missing. */
function compared(window: SeriesWindow, pool: Pool, server: PoolServer, serving: readonly PoolServer[], from: number, requestsMin: number) {
  const timed = timedOf(window, pool, server)
  if (!timed) return 'its response times are not reported'
  const others = serving.flatMap((other) => (other === server ? [] : (timedOf(window, pool, other) ?? []))).slice(0, OTHERS_MOST)
  if (others.length === 0) return 'no other server of the pool to compare it with'
  const span = window.to - from
  const over = (start: number, end: number) => {
    const mine = responseBetween(timed, start, end)
    const normal = median(others.flatMap((other) => responseBetween(other, start, end)?.value ?? []))
    return mine && normal !== null && normal > 0 ? { mine, normal } : null
  }
  const whole = over(from, window.to)
  for (const count of whole ? [STRETCHES, STRETCHES_LEAST] : []) {
    const ms = span / count
    if (ms < 2 * timed.times.stepMs) continue
    const seen = Array.from({ length: count }, (_, k) => over(from + k * ms, from + (k + 1) * ms))
    if (!seen.every((one) => one !== null && one.mine.requests >= requestsMin)) continue
    // Of few requests the mean of a stretch is rounding rather than response: fewer stretches say more.
    if (count > STRETCHES_LEAST && seen.some((one) => one!.mine.error > ROUNDED * one!.normal)) continue
    return {
      own: whole!.mine.value,
      error: whole!.mine.error,
      normal: whole!.normal,
      ratios: seen.map((one) => one!.mine.value / one!.normal),
      requests: Math.round(whole!.mine.requests),
      from,
      stepMs: timed.times.stepMs,
    }
  }
  return `fewer than ${STRETCHES_LEAST * requestsMin} requests in ${words(span)}`
}

/** Failed requests over all, of these servers together. */
function errorRatio(window: SeriesWindow, pool: Pool, servers: readonly PoolServer[], from: number): number {
  const sum = (metric: string) =>
    servers.reduce((total, server) => total + increase(cut(serverSeries(window, metric, pool, server)?.points ?? [], from, window.to)), 0)
  const requests = sum('pool_requests_total')
  return requests > 0 ? sum('pool_errors_total') / requests : 0
}
