import { increase, latest } from '../../math/rates.ts'
import { measure } from '../../metrics/measure.ts'
import type { CurvesView } from '../../model/answers/curves.ts'
import type { CurvePoint, NewRecord } from '../../model/record.ts'
import type { SeriesWindow } from '../../model/window.ts'
import type { Runtime } from '../runtime.ts'
import { askCurves } from './curves.ts'
import { type Ask, type At, known, type NewCurve, pointOf } from './forecast.ts'
import { nextDue } from './nextDue.ts'
import type { CurvesRequest } from './question.ts'
import { ttlCurves } from './ttlForecast.ts'

const MIB = 1_048_576
/** Traffic changes over hours; a curve takes a second of a worker thread. */
const EVERY_MS = 300_000
/** Where too little is known, or nothing is, more may be known soon. */
const AGAIN_MS = 10_000
/** Metrics are looked at so far back. */
const SPAN_MS = 900_000
/** Memory limits that are tried, as parts of the present one, which is one of them. */
const SIZES = [1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.1, 1.25, 1.5, 2, 3, 4]
const RULES = ['lru', 'lfu'] as const
const SAMPLES = [5, 10]
const [WARM_UP_LEAST_MS, WARM_UP_MOST_MS] = [20_000, 6 * 3_600_000]
const BY = { by: 'the engine' }

/**
 * A schedule of the curves that rules and remedies go by: of each target with references, one after the other, every few minutes. `sources`
 * are the targets that have references.
 */
export function createForecasts(at: At, sources: () => string[], ask: Ask) {
  const dueAt = new Map<string, number>()
  let running: Promise<void> | null = null
  async function next(): Promise<void> {
    const target = nextDue(sources(), dueAt, at.now())
    if (target === undefined) return
    dueAt.set(target, at.now() + EVERY_MS)
    try {
      const records = await recordsOf(at, target, ask)
      at.store.putRecords(target, records)
      // While references are few, each doubling of them tells more.
      const span = Math.min(...records.map((record) => (record.kind === 'curve' ? record.spanMs : EVERY_MS)), EVERY_MS)
      dueAt.set(target, at.now() + (records.length === 0 ? AGAIN_MS : Math.max(AGAIN_MS, span)))
    } catch (error) {
      at.log.error({ target, err: error }, 'curves could not be computed')
    }
  }
  return {
    /** Begins what is due, and does not wait for it. */
    tick(): void {
      running ??= next().finally(() => {
        running = null
      })
    },
    /** For tests: what is under way. */
    idle: () => running ?? Promise.resolve(),
  }
}

/** For the running server. */
export const forecastsOf = (runtime: Runtime, sources: () => string[]) =>
  createForecasts(runtime, sources, (asked) => askCurves(runtime, asked, BY))

async function recordsOf(at: At, target: string, ask: Ask): Promise<NewRecord[]> {
  const now = at.now()
  const window = at.store.window(now - SPAN_MS, now)
  const max = newest(window, 'cache_memory_max_bytes', target)
  const leastBytes = at.engine.topology().targets.find(({ name }) => name === target)?.can?.memory?.leastBytes ?? MIB
  const whole = max && (await known(ask({ source: { target }, sizes: { bytes: sizesAround(max, leastBytes) } })))
  const missesPerSecond = missesOf(window, target)
  const memory = whole && memoryCurve(whole, now, missesPerSecond)
  const evicts = increaseOf(window, 'cache_evictions_total', target) > 0
  const [policy, lives] = [
    max && memory && evicts ? await policyCurve({ at, target, max, memory, missesPerSecond, ask }) : null,
    await ttlCurves(at, target, { max, evicts, requests: whole ? whole.requests : null }, ask),
  ]
  return [...(memory ? [memory] : []), ...(policy ? [policy] : []), ...lives]
}

/** The present limit first, the others in whole MiB and not below what the server takes. */
const sizesAround = (max: number, least: number): number[] => [
  ...new Set([max, ...SIZES.slice(1).map((part) => Math.max(least, MIB, Math.round((part * max) / MIB) * MIB))]),
]

function memoryCurve({ points, present, spanMs, basis }: CurvesView, at: number, missesPerSecond: number): NewCurve | null {
  const now = points[0]!
  if (!present) return null
  return {
    kind: 'curve',
    id: 'memory',
    at,
    varies: 'memory',
    points: points.map((point) => ({
      ...pointOf(point),
      warmUpMs: point.keys > now.keys ? warmUp(point.keys - now.keys, missesPerSecond) : null,
    })),
    present: { point: 0, measured: present.measured },
    spanMs,
    readsShare: 1,
    basis,
  }
}

type PolicyQuestion = { at: At; target: string; max: number; memory: NewCurve; missesPerSecond: number; ask: Ask }

/** The present rule and its neighbours: those that look at the same keys. */
async function policyCurve({ at, target, max, memory, missesPerSecond, ask }: PolicyQuestion): Promise<NewCurve | null> {
  const fact = (id: string) => at.store.records('fact', target).find((one) => one.id === id)?.value
  const present = fact('config/maxmemory-policy')
  const samples = Number(fact('config/maxmemory-samples') ?? 5)
  const [, keys] = /^(allkeys|volatile)-/.exec(present ?? '') ?? []
  if (!present || !keys) return null
  const others = RULES.flatMap((rule) => SAMPLES.map((n) => ({ policy: `${keys}-${rule}`, samples: n })))
  const all = [{ policy: present, samples }, ...others.filter((one) => one.policy !== present || one.samples !== samples)]
  const points: CurvePoint[] = []
  for (const one of all) {
    const answer = await known(ask({ source: { target }, ...one, policy: one.policy as CurvesRequest['policy'], sizes: { bytes: [max] } }))
    if (!answer) return null
    const point = answer.points[0]!
    const { settlesMs = 0 } = point
    points.push({
      ...pointOf(point),
      ...one,
      // What it learns, and before that whatever is there now goes.
      ...(points.length > 0 && settlesMs !== null && { warmUpMs: warmUp(point.keys, missesPerSecond, settlesMs) }),
      ...(settlesMs === null && { filled: false }),
    })
  }
  return { ...memory, id: 'policy', varies: 'policy', points }
}

/** Additional keys come in as fast as reads miss. */
const warmUp = (keys: number, missesPerSecond: number, besidesMs = 0): number | null =>
  missesPerSecond > 0 ? Math.min(WARM_UP_MOST_MS, Math.max(WARM_UP_LEAST_MS, (1_000 * keys) / missesPerSecond + besidesMs)) : null

function newest(window: SeriesWindow, metric: string, target: string): number | null {
  const series = window.series(metric, { target }).find(({ labels }) => Object.keys(labels).length === 1)
  return (series && latest(series.points)) || null
}

const increaseOf = (window: SeriesWindow, metric: string, target: string): number =>
  window
    .series(metric, { target })
    .filter(({ labels }) => Object.keys(labels).length === 1)
    .reduce((sum, { points }) => sum + increase(points), 0)

function missesOf(window: SeriesWindow, target: string): number {
  const found = measure('cache_miss_rate', { target }, window)
  return found.is === 'measured' ? found.value : 0
}
