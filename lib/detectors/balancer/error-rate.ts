import { z } from 'zod'
import { text } from '../../format/format.ts'
import { wilson } from '../../math/intervals.ts'
import { increases } from '../../math/rates.ts'
import { type Count, countDeviation } from '../../math/sequential.ts'
import { poolLabels, requestsOf, serverLabels, serverSeries } from '../../metrics/traffic.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Evidence, Verdict } from '../../model/finding.ts'
import type { Labels } from '../../model/series.ts'
import { servingOf } from '../../model/serving.ts'
import type { Pool, PoolServer } from '../../model/topology.ts'
import type { SeriesWindow } from '../../model/window.ts'
import { requestsFailed } from '../prices.ts'
import { isCountRise } from '../rises.ts'
import { evidence, factsOf, serverCount } from '../rows.ts'
import { duration, evidenceOfEach, falseAlarms, patience, share, threshold } from '../settings.ts'

type Settings = DetectorSettings & {
  falseAlarms: number
  errors: number
  critical: number
  over: number
  before: number
  errorsMin: number
  requestsMin: number
  times: number
}
type Errors = { requests: number; errors: number; before: { requests: number; errors: number } }

export const errorRate: Detector<Settings> = {
  id: 'balancer/error-rate',
  title: 'Requests fail',
  why: 'Users get errors. When one server of a pool fails more than the others, it is broken while its health check still passes: fast failures even attract traffic under leastconn. When all fail alike, look behind them: a shared database, a deploy, a bad client.',
  harmless:
    'While a server is tried out with requests that are meant to fail, and where a client asks for what never existed (only answers of 5xx and refused connections count here).',
  settings: z.strictObject({
    ...patience('2s', '15s'),
    falseAlarms: falseAlarms('servers'),
    errors: share(
      0.03,
      'Share of requests that fail, as the lower end of its 95 % interval. Single failures of quiet servers stay below the default',
    ),
    critical: share(0.5, 'Share of failing requests from which it is critical: one in two'),
    over: duration('10s', 'Requests are counted over this time: long enough for some hundred requests, short enough to report soon'),
    before: duration('60s', 'The usual error share of the pool is taken from this time before'),
    times: threshold(3, 'Factor over the usual error share: an application that always answers some requests with 5xx has its own normal'),
    errorsMin: threshold(5, 'Fewer errors are not judged'),
    requestsMin: threshold(20, 'Fewer requests are not judged: one error would be a large share'),
  }),
  needs: { spanMs: 480_000, metrics: ['pool_errors_total', 'pool_requests_total'], topology: 'pools' },
  price: requestsFailed,
  detect: (window, topology, settings) => {
    const evidenceNeeded = (stepMs: number) => evidenceOfEach(stepMs, serverCount(topology) + topology.pools.length, settings.falseAlarms)
    const earlier = window.between(window.from, window.to - settings.over)
    return topology.pools.values().flatMap((pool): Verdict[] => {
      const whole = poolLabels(pool)
      const facts = factsOf(topology, pool.target)
      if (facts && facts.state !== 'up')
        return [whole, ...pool.servers.map((server) => serverLabels(pool, server))].map((subject) => ({
          subject,
          is: 'unjudged',
          because: `${pool.target} does not answer`,
        }))
      const serving = servingOf(pool)
      const takes = new Set(serving)
      const seen = new Map(pool.servers.map((server) => [server, errorsOf(window, earlier, pool, server, settings)]))
      const isBad = (errors: Errors | null, of: readonly PoolServer[]) =>
        bad(errors, settings) && isRise(pastOf(window, pool, of, settings.over), settings, evidenceNeeded)
      const failing = new Set(serving.filter((server) => isBad(seen.get(server)!, [server])))
      // When most servers fail, the cause is what they share: no single server is named.
      const shared = serving.length > 1 && failing.size > serving.length / 2
      const rest = serving.filter((server) => shared || !failing.has(server))
      const pooled = sum(rest.map((server) => seen.get(server)!))
      const verdicts = pool.servers.map((server): Verdict => {
        const subject = serverLabels(pool, server)
        const own = seen.get(server)!
        // It takes no requests: none can fail.
        if (!takes.has(server)) return { subject, is: 'clear' }
        if (own === null) return { subject, is: 'unjudged', because: 'errors are not reported' }
        if (own.requests < settings.requestsMin)
          return { subject, is: 'unjudged', because: `${own.requests} requests; ${settings.requestsMin} needed` }
        if (shared || !failing.has(server)) return { subject, is: 'clear' }
        const others = sum(serving.filter((other) => other !== server).map((other) => seen.get(other)!))
        return found(
          window,
          subject,
          `${server.name} fails`,
          own,
          settings,
          others ? { label: 'of the others', ratio: ratioOf(others) } : null,
        )
      })
      const own: Verdict =
        pooled === null || pooled.requests < settings.requestsMin
          ? {
              subject: whole,
              is: 'unjudged',
              because: pooled === null ? 'errors are not reported' : `${pooled.requests} requests; ${settings.requestsMin} needed`,
            }
          : isBad(pooled, rest)
            ? found(window, whole, `${pool.name} fails`, pooled, settings, null)
            : { subject: whole, is: 'clear' }
      return [own, ...verdicts]
    })
  },
}

function errorsOf(window: SeriesWindow, earlier: SeriesWindow, pool: Pool, server: PoolServer, { over, before }: Settings): Errors | null {
  const requests = requestsOf(window, pool, server, over)
  const errors = requestsOf(window, pool, server, over, 'pool_errors_total')
  if (requests === null || errors === null) return null
  return {
    requests,
    // A request that ended within this time may have begun before it.
    errors: Math.min(errors, requests),
    before: {
      requests: requestsOf(earlier, pool, server, before) ?? 0,
      errors: requestsOf(earlier, pool, server, before, 'pool_errors_total') ?? 0,
    },
  }
}

function sum(all: (Errors | null)[]): Errors | null {
  const known = all.filter((one) => one !== null)
  if (known.length === 0) return null
  const add = (of: (one: Errors) => number) => known.reduce((total, one) => total + of(one), 0)
  return {
    requests: add((one) => one.requests),
    errors: add((one) => one.errors),
    before: { requests: add((one) => one.before.requests), errors: add((one) => one.before.errors) },
  }
}

const ratioOf = ({ requests, errors }: { requests: number; errors: number }) => (requests > 0 ? errors / requests : 0)

function bad(seen: Errors | null, settings: Settings): boolean {
  if (seen === null || seen.requests < settings.requestsMin || seen.errors < settings.errorsMin) return false
  const { low } = wilson(seen.errors, seen.requests)
  // A lasting fault becomes its own baseline, so a share above a tenth never counts as usual.
  const normal = Math.min(0.1, ratioOf(seen.before))
  const usual = seen.before.requests >= settings.requestsMin && normal <= settings.errors ? normal : 0
  return low >= Math.max(settings.errors, settings.times * usual)
}

/** Errors and requests in neighbouring stretches of the past, oldest first, the newest is now. */
type Past = { stepMs: number; stretches: Count[] }

function pastOf(window: SeriesWindow, pool: Pool, servers: readonly PoolServer[], ms: number): Past {
  const count = Math.floor((window.to - window.from) / ms)
  const stretches = Array.from({ length: count }, (): Count => ({ events: 0, exposure: 0 }))
  let stepMs = 1000
  for (const server of servers) {
    const grown = (metric: string) => {
      const series = serverSeries(window, metric, pool, server)
      stepMs = series?.stepMs ?? stepMs
      return series ? increases(series.points, series.stepMs, window.to - count * ms, window.to, count) : []
    }
    const [errors, requests] = [grown('pool_errors_total'), grown('pool_requests_total')]
    for (const [i, stretch] of stretches.entries()) {
      stretch.events += errors[i] ?? 0
      stretch.exposure += requests[i] ?? 0
    }
  }
  return { stepMs, stretches }
}

/** Lengths of "now" in stretches: over the longer ones a fault of few requests is as sure as one of many is at once. */
const NOW = [1, 2, 4]

/** A past without faults is believed to scatter sooner than one that may hold some. */
const DOUBT = 0.2

/**
 * Whether more fail than before by more than chance. The past is that of stretches which the limits alone would not report, so that a fault that
 * lasts does not become its own normal. Where too few requests are left of it, the limits decide alone.
 */
function isRise({ stepMs, stretches }: Past, settings: Settings, needed: (stepMs: number) => number): boolean {
  const isNormal = ({ events, exposure }: Count) => events < settings.errorsMin || wilson(events, exposure).low < settings.errors
  const deviations = NOW.flatMap((newest) => {
    const normal = total(stretches.slice(0, -newest).filter(isNormal))
    return normal.exposure >= settings.requestsMin ? [countDeviation(total(stretches.slice(-newest)), normal)] : []
  })
  if (deviations.length === 0) return true
  const normals = stretches.slice(0, -1).filter((one) => one.exposure > 0 && isNormal(one))
  const length = Math.max(1, Math.round(settings.before / settings.over))
  const past = normals.slice(1).map((one, i) => countDeviation(one, total(normals.slice(Math.max(0, i + 1 - length), i + 1))))
  return isCountRise(Math.max(...deviations), past, past.length / 2, needed(stepMs) + Math.log(deviations.length), DOUBT)
}

const total = (counts: readonly Count[]): Count => ({
  events: counts.reduce((sum, { events }) => sum + events, 0),
  exposure: counts.reduce((sum, { exposure }) => sum + exposure, 0),
})

function found(
  window: SeriesWindow,
  subject: Labels,
  who: string,
  seen: Errors,
  settings: Settings,
  others: { label: string; ratio: number } | null,
): Verdict {
  const { value, low, high } = wilson(seen.errors, seen.requests)
  const span = { from: window.to - settings.over, to: window.to }
  const compare: Evidence[] = others
    ? [evidence(span, 'pool_error_ratio', subject, `failing requests ${others.label}`, others.ratio, 'ratio')]
    : []
  return {
    subject,
    is: 'found',
    severity: value >= settings.critical ? 'critical' : 'warning',
    summary: `${who} ${text(value, 'ratio')} of its requests${others ? `; the others ${text(others.ratio, 'ratio')}` : ''}`,
    evidence: [
      evidence(span, 'pool_error_ratio', subject, 'failing requests', value, 'ratio', {
        low,
        high,
        threshold: settings.errors,
        baseline: ratioOf(seen.before),
        method: `${seen.errors} of ${seen.requests} requests`,
      }),
      ...compare,
    ],
  }
}
