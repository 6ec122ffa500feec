import { duration, text } from '../../format/format.ts'
import { type LoadLine, responseAt } from '../../math/loadLine.ts'
import { SESSIONS_NEAR } from '../../metrics/capacity.ts'
import { poolLoadLine } from '../../metrics/loadLine.ts'
import { measure } from '../../metrics/measure.ts'
import { poolLabels } from '../../metrics/traffic.ts'
import type { Expectation } from '../../model/drill.ts'
import { EvenkeelError } from '../../model/error.ts'
import type { Guard } from '../../model/proposal.ts'
import { serverRef } from '../../model/ref.ts'
import { servingOf } from '../../model/serving.ts'
import { type SettingText, settingText, stateOf, weightOf } from '../../model/setting.ts'
import type { Pool, PoolServer } from '../../model/topology.ts'
import type { Measurement, SeriesWindow } from '../../model/window.ts'
import { poolShares } from '../../rings/poolShares.ts'
import { type AtLoad, failuresExpected, fullness, type OtherShare, queueExpected, responseExpected, shareExpected } from './expected.ts'

/** How a server is taken out: connection draining, a weight of 0, or by a person's own hand. */
export type Way = 'drain' | 'weight' | 'hand'

/** A drill of one server that takes no requests for a while: what is written, and what is expected of the others. */
export type PoolDrillPlan = {
  target: string
  pool: string
  server: string
  way: Way
  lastsMs: number
  /** None of a person's own hand. */
  steps: { setting: SettingText; after: string }[]
  /** Its share of the requests now. */
  share: number | null
  others: OtherShare[]
  /** By what the load of the others grows. */
  load: number | null
  line: LoadLine | null
  expects: Expectation[]
  guards: Guard[]
  risks: string[]
}

/** Rates and responses are those of the last minute. */
const NOW_MS = 60_000
/** Connections that are open are served to their end, and a poll sees what is new a moment later. */
const SETTLED_MS = 5_000
/** A health check fails a few times before it takes a dead server out, where nobody tells how it checks. */
const CHECKED_MS = 10_000
const ERRORS_MORE = 0.05
const SLOWER_MOST = 3
const SLOWER_LEAST_SECONDS = 0.05

type Asked = { target: string; pool: string; server?: string; way?: Way; lastsMs: number }

/**
 * What is expected when one server of a pool takes no requests: the load of the others, their response by the load-latency line of the last
 * minutes, the queue and failures. `seen` reaches back as far as that line.
 * @throws not_found without such a pool or server; not_allowed where it cannot be taken out, is out already, or nothing would be left
 */
export function poolDrillPlan(
  pools: readonly Pool[],
  seen: SeriesWindow,
  { target, pool: name, server: asked, way, lastsMs }: Asked,
): PoolDrillPlan {
  const { pool, server } = serverOf(pools, { target, pool: name, server: asked })
  const chosen = wayOf(pool, server, way)
  const window = seen.between(seen.to - NOW_MS, seen.to)
  const where = poolLabels(pool)
  const shareOf = (of: string) => known(measure('pool_share', { ...where, server: of }, window))
  const next = sharesWithout(pool, server)
  const share = shareOf(server.name)
  const others = servingOf(pool, [server]).map((one) => ({
    server: one.name,
    before: shareOf(one.name),
    after: next?.get(one.name) ?? null,
  }))
  const load = share === null || share >= 1 ? null : 1 / (1 - share)
  const line = poolLoadLine(seen, where)
  const fromMs = chosen === 'hand' ? Math.max(SETTLED_MS, server.detectMs ?? CHECKED_MS) + SETTLED_MS : SETTLED_MS
  const spent = { fromMs, toMs: lastsMs }
  const full = fullness(window, pool, server)
  return {
    target,
    pool: name,
    server: server.name,
    way: chosen,
    lastsMs,
    steps: stepsOf(pool, server, chosen),
    share,
    others,
    load,
    line,
    expects:
      fromMs + SETTLED_MS > lastsMs
        ? []
        : [
            ...(pool.sticky ? [] : others.flatMap((other) => shareExpected(pool, other, spent))),
            ...responseExpected(pool, window, { line, load, ...spent }),
            ...queueExpected(pool, window, full, spent),
            ...(chosen === 'hand' ? [] : failuresExpected(pool, window, spent)),
          ],
    guards: chosen === 'hand' ? [] : guardsOf(pool, window),
    risks: risksOf(pool, server, { window, line, load, full, way: chosen }),
  }
}

function serverOf(pools: readonly Pool[], asked: Pick<Asked, 'target' | 'pool' | 'server'>): { pool: Pool; server: PoolServer } {
  const pool = pools.find(({ target, name }) => target === asked.target && name === asked.pool)
  if (!pool) throw new EvenkeelError('not_found', 'There is no pool of that name on that target.')
  const serving = servingOf(pool)
  const name = asked.server ?? [...serving].sort((a, b) => b.weightEffective - a.weightEffective)[0]?.name
  const server = pool.servers.find((one) => one.name === name)
  if (!server) throw new EvenkeelError('not_found', `The pool ${pool.name} has no server of that name.`)
  if (!serving.includes(server))
    throw new EvenkeelError('not_allowed', `${server.name} takes no requests now: there is nothing to take away.`)
  if (pool.serversBecause === undefined && servingOf(pool, [server]).length === 0)
    throw new EvenkeelError('not_allowed', `No other server of ${pool.name} takes requests: every one would fail.`)
  return { pool, server }
}

function wayOf(pool: Pool, server: PoolServer, asked: Way | undefined): Way {
  const way = asked ?? (pool.can.state === true ? 'drain' : 'weight')
  const can = way === 'drain' ? pool.can.state : way === 'weight' ? pool.can.weight : true
  if (can !== true) throw new EvenkeelError('not_allowed', `${server.name} cannot be taken out so: ${can.because}.`)
  return way
}

const stepsOf = (pool: Pool, server: PoolServer, way: Way): PoolDrillPlan['steps'] => {
  const ref = serverRef(pool, server)
  if (way === 'hand') return []
  return [way === 'drain' ? { setting: settingText(stateOf(ref)), after: 'drain' } : { setting: settingText(weightOf(ref)), after: '0' }]
}

/** The share of the requests of each other server; null where nothing says how the pool shares out. */
function sharesWithout(pool: Pool, server: PoolServer): Map<string, number> | null {
  if (pool.balances === 'unknown') return null
  const servers = pool.servers.map((one) => (one === server ? { ...one, state: 'drain' as const, weightEffective: 0 } : one))
  if (pool.balances === 'hash') return poolShares({ ...pool, servers })
  const rest = servingOf({ ...pool, servers })
  const sum = rest.reduce((total, one) => total + one.weightEffective, 0)
  return sum > 0 ? new Map(rest.map((one) => [one.name, one.weightEffective / sum])) : null
}

function guardsOf(pool: Pool, window: SeriesWindow): Guard[] {
  const where = poolLabels(pool)
  const [errors, response] = [measure('pool_error_ratio', where, window), measure('pool_response_seconds', where, window)]
  const guard = { where, op: '>' as const, forMs: 5_000 }
  return [
    ...(errors.is === 'measured'
      ? [
          {
            ...guard,
            metric: 'pool_error_ratio',
            unit: 'ratio' as const,
            limit: errors.value + ERRORS_MORE,
            why: 'many more requests fail than before the drill',
          },
        ]
      : []),
    ...(response.is === 'measured'
      ? [
          {
            ...guard,
            metric: 'pool_response_seconds',
            unit: 'seconds' as const,
            limit: Math.max(SLOWER_MOST * response.value, response.value + SLOWER_LEAST_SECONDS),
            why: 'answers take three times as long as before the drill',
          },
        ]
      : []),
  ]
}

type Facts = AtLoad & { window: SeriesWindow; full: number | null; way: Way }

function risksOf(pool: Pool, server: PoolServer, { window, line, load, full, way }: Facts): string[] {
  const rate = known(measure('pool_request_rate', poolLabels(pool), window))
  const then = rate !== null && load !== null ? rate * load : null
  const risks: string[] = []
  if (full !== null && full > SESSIONS_NEAR)
    risks.push(`The others would have ${text(full, 'ratio')} of the sessions that they may: requests wait in the queue.`)
  if (then !== null && line?.knee && then > line.knee.low)
    risks.push(
      `Their load is that of ${text(then, 'perSecond')} on all of them, and answers were slower from ${text(line.knee.value, 'perSecond')} (${text(line.knee.low, 'perSecond')} to ${text(line.knee.high, 'perSecond')}) on.`,
    )
  else if (then !== null && line && !responseAt(line, then).seen)
    risks.push(
      `Their load is that of ${text(then, 'perSecond')} on all of them; more than ${text(line.most, 'perSecond')} was not seen, so that how long answers take then is a guess.`,
    )
  if (pool.sticky) risks.push(`Sessions that stick to ${server.name} (${pool.sticky}) may stay with it: no shares are foreseen.`)
  if (pool.balances === 'hash') risks.push('Its keys go to other servers meanwhile: what each holds of them is cold at first.')
  if (way === 'hand')
    risks.push(
      server.detectMs === null
        ? `${server.name} has no health check: its share of the requests fails until it is back.`
        : `Requests that go to it fail until its health check has taken it out${server.detectMs === undefined ? '' : `, up to ${duration(server.detectMs)}`}.`,
    )
  return risks
}

const known = (measured: Measurement): number | null => (measured.is === 'measured' ? measured.value : null)
