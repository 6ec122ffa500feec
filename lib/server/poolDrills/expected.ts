import { text } from '../../format/format.ts'
import { type LoadLine, responseAt } from '../../math/loadLine.ts'
import { projectedWithout, SESSIONS_NEAR } from '../../metrics/capacity.ts'
import { measure } from '../../metrics/measure.ts'
import { poolLabels } from '../../metrics/traffic.ts'
import type { Expectation } from '../../model/drill.ts'
import type { Pool, PoolServer } from '../../model/topology.ts'
import type { SeriesWindow } from '../../model/window.ts'

const SHARE_LEAST = 0.02
/** Of what a server takes more: by weight nearly exactly, by load or keys only about. */
const LOOSE = { weight: 0.15, load: 0.5, hash: 0.35, unknown: 0.5 } as const
/** Two looks at the same pool differ by so much of its response, besides their own interval. */
const DAY = 0.15

/** Shares of the requests of a server that stays, now and then; null: not known. */
export type OtherShare = { server: string; before: number | null; after: number | null }

type Spent = { fromMs: number; toMs: number }

export function shareExpected(pool: Pool, { server, before, after }: OtherShare, spent: Spent): Expectation[] {
  if (before === null || after === null) return []
  const loose = SHARE_LEAST + LOOSE[pool.balances] * Math.abs(after - before)
  return [
    {
      metric: 'pool_share',
      where: { ...poolLabels(pool), server },
      unit: 'ratio',
      before,
      after,
      low: Math.max(0, after - loose),
      high: Math.min(1, after + loose),
      basis: pool.balances === 'hash' ? 'the keys that its ring gives it' : `weights, as ${pool.algorithm} shares out`,
      ...spent,
    },
  ]
}

export type AtLoad = { line: LoadLine | null; load: number | null }

export function responseExpected(pool: Pool, window: SeriesWindow, { line, load, ...spent }: AtLoad & Spent): Expectation[] {
  const where = poolLabels(pool)
  const [rate, before] = [measure('pool_request_rate', where, window), measure('pool_response_seconds', where, window)]
  if (!line || load === null || rate.is !== 'measured' || before.is !== 'measured') return []
  // What the line says of now and of then, laid on what is measured now: slow hours move the whole line.
  const [now, then] = [responseAt(line, rate.value), responseAt(line, rate.value * load)]
  const after = Math.max(0, before.value + then.value - now.value)
  return [
    {
      metric: 'pool_response_seconds',
      where,
      unit: 'seconds',
      before: before.value,
      after,
      low: Math.max(0, Math.min(before.low, after) - (then.value - then.low)) * (1 - DAY),
      high: (Math.max(before.high, after) + (then.high - then.value)) * (1 + DAY),
      basis: `${line.slices} slices at ${text(line.least, 'perSecond')} to ${text(line.most, 'perSecond')}; the others are then loaded as now at ${text(rate.value * load, 'perSecond')}`,
      ...spent,
    },
  ]
}

/** Sessions of the others over what they may have; null where they have no limits. */
export function fullness(window: SeriesWindow, pool: Pool, server: PoolServer): number | null {
  const projected = projectedWithout(window, pool, [server])
  return projected?.limit ? projected.sessions / projected.limit : null
}

export function queueExpected(pool: Pool, window: SeriesWindow, full: number | null, spent: Spent): Expectation[] {
  const where = poolLabels(pool)
  const before = measure('pool_queue', where, window)
  // Near the limits a queue comes and goes, and how long it gets is not foreseen.
  if (before.is !== 'measured' || full === null || full > SESSIONS_NEAR / 2) return []
  const high = Math.max(1, 2 * before.high)
  const basis = `the others would have ${text(full, 'ratio')} of the sessions that they may`
  return [{ metric: 'pool_queue', where, unit: 'count', before: before.value, after: before.value, low: 0, high, basis, ...spent }]
}

export function failuresExpected(pool: Pool, window: SeriesWindow, spent: Spent): Expectation[] {
  const where = poolLabels(pool)
  const before = measure('pool_error_ratio', where, window)
  if (before.is !== 'measured') return []
  const high = Math.min(1, Math.max(before.high, before.value + 0.01))
  const basis = 'requests that are under way are served to their end'
  return [{ metric: 'pool_error_ratio', where, unit: 'ratio', before: before.value, after: before.value, low: 0, high, basis, ...spent }]
}
