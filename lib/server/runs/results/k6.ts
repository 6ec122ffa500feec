import { z } from 'zod'
import { malformed } from '../../../model/error.ts'
import { LOAD_RESULT_MAX, type LoadFigures, type LoadResult, type LoadTimes, NO_TIMES } from '../../../model/loadResult.ts'

const count = z.number().min(0)
const ms = z.number().min(0)
const values = z.record(z.string(), z.unknown())
const trend = z.looseObject({ avg: ms.optional(), med: ms.optional(), max: ms.optional(), 'p(90)': ms.optional(), 'p(95)': ms.optional(), 'p(99)': ms.optional() }) // biome-ignore format: one line
const counted = z.looseObject({ count, rate: count.optional() })

/** What handleSummary() gets, where a script writes it as it is. */
const handled = z.looseObject({
  metrics: z.record(
    z.string(),
    z.looseObject({ type: z.string(), values, thresholds: z.record(z.string(), z.looseObject({ ok: z.boolean() })).optional() }),
  ),
  state: z.looseObject({ testRunDurationMs: ms }).optional(),
})
/** `--summary-export`: values beside thresholds, of which `true` means that it was **crossed**. */
const exported = z.looseObject({ metrics: z.record(z.string(), values) })
const crossed = z.record(z.string(), z.boolean())
/** `--new-machine-readable-summary`, k6 1.5 and later. */
const readable = z.looseObject({
  config: z.looseObject({ duration: z.number().min(0) }),
  results: z.looseObject({
    checks: z.looseObject({ results: z.array(z.looseObject({ passes: count, fails: count })).optional() }).optional(),
    metrics: z.array(z.looseObject({ name: z.string(), values })),
  }),
})

type Threshold = LoadResult['thresholds'][number]
/** The same of each form: values by the metric's name. */
type Summary = {
  format: string
  values: Record<string, unknown>
  seconds: number | null
  thresholds: Threshold[]
  checks: LoadResult['checks']
}

/** The end-of-test summary of k6, in any of its three JSON forms. */
export function parseK6(summary: unknown): LoadResult {
  const { format, values, seconds, thresholds, checks } = summaryOf(summary)
  const of = <T>(name: string, schema: z.ZodType<T>): T | null =>
    values[name] === undefined ? null : read(schema, values[name], `a k6 summary with metrics.${name}`)
  const counts = values.http_reqs === undefined ? 'iterations' : 'requests'
  const all = of(counts === 'requests' ? 'http_reqs' : 'iterations', counted)
  if (!all) throw malformed('a k6 summary with the metric http_reqs or iterations', Object.keys(values).join(', '))
  const timed = of(counts === 'requests' ? 'http_req_duration' : 'iteration_duration', trend)
  // The new form has no rate of a counter; the old ones may lack the duration.
  const lasted = seconds ?? (all.rate ? all.count / all.rate : null)
  const failed = counts === 'requests' ? of('http_req_failed', z.union([z.looseObject({ passes: count }), z.looseObject({ matches: count })])) : null // biome-ignore format: one line
  const figures: LoadFigures = {
    requests: all.count,
    // It counts requests of which "failed" is true.
    failures: failed ? Number('passes' in failed ? failed.passes : failed.matches) : null,
    perSecond: all.rate ?? (lasted ? all.count / lasted : null),
    times: timed ? timesOf(timed) : NO_TIMES,
  }
  return {
    tool: 'k6',
    format,
    counts,
    from: null,
    to: null,
    seconds: lasted,
    usersMax: of('vus_max', z.looseObject({ value: count.optional(), max: count.optional() }))?.max ?? null,
    all: figures,
    checks,
    thresholds: thresholds.slice(0, LOAD_RESULT_MAX.thresholds),
    parts: [],
    course: [],
  }
}

function summaryOf(summary: unknown): Summary {
  const members = z.record(z.string(), z.unknown()).safeParse(summary)
  if (!members.success) throw malformed('a k6 summary: an object', JSON.stringify(summary) ?? 'nothing')
  if ('results' in members.data) return readableSummary(summary)
  const { metrics } = read(exported, summary, 'a k6 summary')
  const isHandled = Object.values(metrics).some((metric) => 'values' in metric)
  return isHandled ? handledSummary(summary) : exportedSummary(metrics)
}

function handledSummary(summary: unknown): Summary {
  const { metrics, state } = read(handled, summary, 'what k6 gives to handleSummary')
  const all = Object.entries(metrics)
  return {
    format: 'handleSummary',
    values: Object.fromEntries(all.map(([name, { values }]) => [name, values])),
    seconds: state ? state.testRunDurationMs / 1000 : null,
    thresholds: all.flatMap(([metric, { thresholds = {} }]) =>
      Object.entries(thresholds).map(([expression, { ok }]) => threshold(metric, expression, ok)),
    ),
    checks: checksOf(metrics.checks?.values),
  }
}

function exportedSummary(metrics: Record<string, Record<string, unknown>>): Summary {
  return {
    format: '--summary-export',
    values: metrics,
    seconds: null,
    thresholds: Object.entries(metrics).flatMap(([metric, { thresholds }]) =>
      thresholds === undefined
        ? []
        : Object.entries(read(crossed, thresholds, `a k6 summary with metrics.${metric}.thresholds`)).map(([expression, isCrossed]) =>
            threshold(metric, expression, !isCrossed),
          ),
    ),
    checks: checksOf(metrics.checks),
  }
}

function readableSummary(summary: unknown): Summary {
  const { config, results } = read(readable, summary, 'a machine-readable summary of k6')
  const checks = results.checks?.results ?? []
  const sum = (of: 'passes' | 'fails') => checks.reduce((total, check) => total + check[of], 0)
  return {
    format: '--new-machine-readable-summary',
    values: Object.fromEntries(results.metrics.map(({ name, values }) => [name, values])),
    seconds: config.duration,
    thresholds: [],
    checks: checks.length > 0 ? { passes: sum('passes'), fails: sum('fails') } : null,
  }
}

const threshold = (metric: string, expression: string, passed: boolean): Threshold => ({
  metric: metric.slice(0, LOAD_RESULT_MAX.name),
  expression: expression.slice(0, LOAD_RESULT_MAX.name),
  passed,
})

function checksOf(values: unknown): LoadResult['checks'] {
  if (values === undefined) return null
  const { passes, fails } = read(z.looseObject({ passes: count, fails: count }), values, 'a k6 summary with metrics.checks')
  return { passes, fails }
}

/** k6 times in milliseconds; which percentiles there are is the script's choice (summaryTrendStats). */
function timesOf(trend: Record<string, unknown>): LoadTimes {
  const seconds = (stat: string) => (typeof trend[stat] === 'number' ? trend[stat] / 1000 : null)
  return {
    mean: seconds('avg'),
    p50: seconds('med'),
    p90: seconds('p(90)'),
    p95: seconds('p(95)'),
    p99: seconds('p(99)'),
    max: seconds('max'),
  }
}

function read<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const { path, message } = parsed.error.issues[0]!
  const at = path.map(String)
  const found = at.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value)
  throw malformed(`${what}: ${at.join('.').slice(0, 200)}${at.length > 0 ? ': ' : ''}${message}`, JSON.stringify(found) ?? 'nothing')
}
