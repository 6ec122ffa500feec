import { z } from 'zod'
import { text } from '../../format/format.ts'
import { median, medianWithout } from '../../math/robust.ts'
import { isSlow, SLOW_LIMITS, type SlowLimits } from '../../metrics/slow.ts'
import {
  cameUpAt,
  poolLabels,
  type Response,
  recentResponse,
  requestsOf,
  responseBetween,
  responseOver,
  serverLabels,
  timedOf,
} from '../../metrics/traffic.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import { durationText } from '../../model/duration.ts'
import type { Severity, Verdict } from '../../model/finding.ts'
import { servingOf } from '../../model/serving.ts'
import type { Pool, PoolServer } from '../../model/topology.ts'
import type { SeriesWindow } from '../../model/window.ts'
import { requestsSlowed } from '../prices.ts'
import { isRatioAboveOne } from '../rises.ts'
import { evidence, factsOf, serverCount } from '../rows.ts'
import { duration, evidenceOfEach, falseAlarms, patience, threshold } from '../settings.ts'

type Settings = DetectorSettings & SlowLimits & { falseAlarms: number; warmup: number; before: number }

export const slowServer: Detector<Settings> = {
  id: 'balancer/slow-server',
  title: 'Slow server',
  why: 'One server answers much more slowly than the others of its pool, yet gets its full share of requests: that share of the users waits. A neighbour on the same machine, a failing disk or a cold cache are usual causes. Less weight helps at once; the cause is on the server.',
  harmless:
    'Where the server is given other, heavier requests on purpose, by a rule that sends it certain paths. When all servers of a pool slow down together, no server is named and no weight helps; a note reports it, because the cause is in what they share.',
  settings: z.strictObject({
    ...patience('2s', '15s'),
    falseAlarms: falseAlarms('servers'),
    ratio: threshold(SLOW_LIMITS.ratio, 'Response time over the median of the other servers: capacities within a pool differ by less'),
    slower: duration(durationText(SLOW_LIMITS.slower), 'And at least this much slower: smaller differences go unnoticed'),
    requestsMin: threshold(
      SLOW_LIMITS.requestsMin,
      'Requests needed in each of three spans: with fewer, rounding to whole milliseconds dominates',
    ),
    warmup: duration('60s', 'Pause after a server came up: it is cold, not slow'),
    longest: duration(durationText(SLOW_LIMITS.longest), 'How far back to look for enough requests of a server that gets few'),
    before: duration('2m', 'When all servers answer more slowly than this long ago, the pool has slowed as a whole'),
  }),
  needs: { spanMs: 480_000, metrics: ['pool_response_seconds', 'pool_requests_total'], topology: 'pools', also: { metrics: ['pool_up'] } },
  price: requestsSlowed,
  detect(window, topology, settings) {
    const servers = serverCount(topology)
    return topology.pools.values().flatMap((pool): Verdict[] => {
      const facts = factsOf(topology, pool.target)
      const sight = facts && facts.state !== 'up' ? `${pool.target} does not answer` : null
      const serving = servingOf(pool)
      const responses = new Map<string, Response>()
      if (!sight)
        for (const server of serving) {
          const response = recentResponse(window, pool, server, settings.requestsMin, settings.longest)
          if (response) responses.set(server.name, response)
        }
      const takes = new Set(serving)
      const sorted = (of: (response: Response) => number) => [...responses.values()].map(of).sort((a, b) => a - b)
      const [values, errors] = [sorted(({ value }) => value), sorted(({ error }) => error)]
      /** Those that stand out on a few requests alone. */
      const early = new Set<string>()
      const judged = pool.servers.map((server): Verdict => {
        const subject = serverLabels(pool, server)
        const unjudged = (because: string): Verdict => ({ subject, is: 'unjudged', because })
        if (sight) return unjudged(sight)
        // A server that takes no requests delays none.
        if (!takes.has(server)) return server.state === 'down' ? unjudged('it is down') : { subject, is: 'clear' }
        const up = cameUpAt(window, pool, server)
        if (up !== null && window.to - up < settings.warmup) return unjudged(`it came up ${Math.round((window.to - up) / 1000)} s ago`)
        const usual = responses.get(server.name)
        if (!usual) return unjudged(`fewer than ${3 * settings.requestsMin} requests in ${settings.longest / 1000} s`)
        const others = responses.size - 1
        const normal = medianWithout(values, usual.value)
        if (normal === null) return unjudged('no other server of the pool to compare it with')
        const beside = { window, pool, server, serving, servers, normal, error: medianWithout(errors, usual.error)! }
        const stands = standsOut(usual, beside, settings, 2)
        const own = stands ? usual : soonerThan(usual, beside, settings)
        if (!own) return { subject, is: 'clear' }
        if (!stands) early.add(server.name)
        const spanMs = window.to - own.from
        const all = serving.reduce((sum, other) => sum + (requestsOf(window, pool, other, spanMs) ?? 0), 0)
        const share = all > 0 ? (requestsOf(window, pool, server, spanMs) ?? 0) / all : 0
        // What a server this slow takes when every server has the same work under way at a time.
        const fair = normal / own.value / (normal / own.value + (serving.length - 1))
        // Near that share less weight no longer helps: the finding is a note, because only a repair of the server does.
        const severity: Severity = share <= fair + 0.3 * (1 / serving.length - fair) ? 'info' : 'warning'
        const factor = text(own.value / normal, 'factor').replace('×', ' times')
        return {
          subject,
          is: 'found',
          severity,
          summary: `${server.name} answers in ${text(own.value, 'seconds')}, ${factor} the ${text(normal, 'seconds')} of the others; it takes ${text(share, 'ratio')} of the requests of ${pool.name}`,
          evidence: [
            evidence(
              { from: own.from, to: window.to },
              'pool_response_seconds',
              subject,
              `mean response of ${server.name}`,
              own.value,
              'seconds',
              {
                baseline: normal,
                low: Math.max(0, own.value - own.error),
                high: own.value + own.error,
                threshold: Math.max(settings.ratio * normal, normal + settings.slower / 1000),
                method: `${own.requests} requests, against the median of ${others} other servers`,
              },
            ),
            evidence({ from: own.from, to: window.to }, 'pool_share', subject, 'share of the requests', share, 'ratio', { baseline: fair }),
          ],
        }
      })
      return [
        ...withoutShared(judged, early),
        sight ? { subject: poolLabels(pool), is: 'unjudged', because: sight } : together(window, pool, responses, settings),
      ]
    })
  },
}

/** Several servers that begin to stand out in the same seconds share a cause, such as a machine that stalls: each waits for as many requests as usual. */
const withoutShared = (judged: Verdict[], early: ReadonlySet<string>): Verdict[] =>
  early.size < 2 ? judged : judged.map((one) => (early.has(one.subject.server ?? '') ? { subject: one.subject, is: 'clear' } : one))

/** What a response is held against: the median of the other servers, with what rounding leaves open of it. */
type Beside = { window: SeriesWindow; pool: Pool; server: PoolServer; serving: readonly PoolServer[]; servers: number; normal: number; error: number } // biome-ignore format: one line

/** Whether a response is slow beside the others: by the limits, by so many times what rounding leaves open, and by the evidence of its past. */
function standsOut(own: Response, { window, pool, server, serving, servers, normal, error }: Beside, settings: Settings, errors: number) {
  if (!isSlow(own.value, normal, settings) || own.value - normal < errors * (own.error + error)) return false
  const then = meanwhile(own, window, pool, server, serving)
  if (then !== null && !isSlow(own.value, then, settings)) return false
  const past = pastOf(window, pool, server, serving, own.from)
  // Two lengths are looked at.
  const needed = evidenceOfEach(past.stepMs, 2 * servers, settings.falseAlarms)
  return isRatioAboveOne(own.value / normal, past.ratios, needed)
}

/** Requests in each stretch from which another server's mean over it says anything. */
const MEANWHILE_MIN = 5

/**
 * Median response of the others over the very stretches of one server. One that was out for a while needs longer ones than they do for as many
 * requests, and what slowed all of them in between is in its mean alone.
 */
function meanwhile(own: Response, window: SeriesWindow, pool: Pool, server: PoolServer, serving: readonly PoolServer[]): number | null {
  const ms = (window.to - own.from) / 3
  const others = serving.filter((other) => other !== server).slice(0, OTHERS_MOST)
  return median(
    others.flatMap((other) => {
      const timed = timedOf(window, pool, other)
      return (timed && responseOver(timed, window.to, ms, MEANWHILE_MIN)?.value) ?? []
    }),
  )
}

/** A part of the requests that are needed otherwise does where a server is so much slower that rounding does not matter: it is found in half the time. */
const FEW = 1 / 3

/** The response over shorter stretches, of fewer requests, where it stands out all the same. */
function soonerThan(usual: Response, beside: Beside, settings: Settings): Response | null {
  const own = recentResponse(beside.window, beside.pool, beside.server, settings.requestsMin * FEW, beside.window.to - usual.from)
  return own && own.from > usual.from && standsOut(own, beside, settings, 3) ? own : null
}

/** Stretches of the past, and servers to compare with in each: the median of so few is noisier than that of all. */
const PAST_MOST = 24
const OTHERS_MOST = 7

/** A server's mean response over the median of others, oldest first, in stretches of the past as long as the one that is judged. */
function pastOf(window: SeriesWindow, pool: Pool, server: PoolServer, serving: readonly PoolServer[], from: number) {
  const own = timedOf(window, pool, server)!
  const others = serving.filter((other) => other !== server).slice(0, OTHERS_MOST)
  const timed = others.flatMap((other) => timedOf(window, pool, other) ?? [])
  const ms = window.to - from
  const ratios: number[] = []
  for (let k = Math.min(PAST_MOST, Math.floor((from - window.from) / ms)); k > 0; k--) {
    const [start, end] = [from - k * ms, from - (k - 1) * ms]
    const mine = responseBetween(own, start, end)
    const normal = median(timed.flatMap((other) => responseBetween(other, start, end)?.value ?? []))
    if (mine && mine.value > 0 && normal !== null && normal > 0) ratios.push(mine.value / normal)
  }
  return { ratios, stepMs: own.times.stepMs }
}

/** Verdict on the pool as a whole: each server compared with its own past. When all are slower, what they share is slow; a note, because the rules on the shared cause raise the alarm. */
function together(window: SeriesWindow, pool: Pool, responses: ReadonlyMap<string, Response>, settings: Settings): Verdict {
  const subject = poolLabels(pool)
  const unjudged = (because: string): Verdict => ({ subject, is: 'unjudged', because })
  const serving = servingOf(pool)
  if (serving.length < 2) return unjudged('fewer than two servers take requests')
  const pairs = serving.flatMap((server) => {
    const now = responses.get(server.name)
    const timed = timedOf(window, pool, server)
    const before = timed && responseBetween(timed, window.from, window.to - settings.before)
    return now && before && before.requests >= 3 * settings.requestsMin ? [{ now, before }] : []
  })
  if (pairs.length < serving.length) return unjudged(`too few requests now, or ${settings.before / 1000} s ago`)
  const slowed = pairs.every(
    ({ now, before }) =>
      now.value >= settings.ratio * before.value &&
      now.value - before.value >= Math.max(settings.slower / 1000, 2 * (now.error + before.error)),
  )
  if (!slowed) return { subject, is: 'clear' }
  const [was, is] = [median(pairs.map(({ before }) => before.value))!, median(pairs.map(({ now }) => now.value))!]
  const from = Math.min(...pairs.map(({ now }) => now.from))
  return {
    subject,
    is: 'found',
    severity: 'info',
    summary: `All ${serving.length} servers of ${pool.name} slowed together, from ${text(was, 'seconds')} to ${text(is, 'seconds')}: look for the cause in what they share`,
    evidence: [
      evidence({ from, to: window.to }, 'pool_response_seconds', subject, 'median of the servers', is, 'seconds', {
        baseline: was,
        threshold: Math.max(settings.ratio * was, was + settings.slower / 1000),
        method: `each of ${serving.length} servers against itself ${settings.before / 1000} s ago`,
      }),
    ],
  }
}
