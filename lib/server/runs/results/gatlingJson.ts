import { z } from 'zod'
import { malformed } from '../../../model/error.ts'
import { LOAD_RESULT_MAX, type LoadFigures, type LoadResult } from '../../../model/loadResult.ts'

const number = z.number().min(0)
const three = z.looseObject({ total: number, ok: number, ko: number })
const statistics = z.looseObject({
  numberOfRequests: three,
  maxResponseTime: three,
  meanResponseTime: three,
  percentiles1: three,
  percentiles3: three,
  percentiles4: three,
  meanNumberOfRequestsPerSecond: three,
})
type Statistics = z.infer<typeof statistics>
/** A request, or a group of them, as deep as the simulation nests. */
const node = z.looseObject({
  type: z.string(),
  path: z.string(),
  stats: statistics,
  contents: z.record(z.string(), z.unknown()).optional(),
})
const DEPTH_MAX = 32
const NODES_MAX = 20_000

/**
 * `js/global_stats.json` or `js/stats.json` of the report of Gatling 3.0 to 3.13.4; later ones write neither. Percentiles 1, 3 and 4 are 50, 95 and 99
 * unless gatling.conf says otherwise, which the file does not tell.
 */
export function parseGatlingJson(report: unknown): LoadResult {
  const isTree = typeof report === 'object' && report !== null && 'contents' in report
  const parts: LoadResult['parts'] = []
  const all = isTree ? read(node, report, 'stats.json of Gatling').stats : read(statistics, report, 'global_stats.json of Gatling')
  if (isTree) collect(report, parts, 0)
  const figures = figuresOf(all)
  return {
    tool: 'gatling',
    format: isTree ? 'stats.json' : 'global_stats.json',
    counts: 'requests',
    from: null,
    to: null,
    seconds: figures.perSecond ? figures.requests / figures.perSecond : null,
    usersMax: null,
    all: figures,
    checks: null,
    thresholds: [],
    parts: parts.sort((a, b) => b.requests - a.requests).slice(0, LOAD_RESULT_MAX.parts),
    course: [],
  }
}

/** The requests below a group. */
function collect(group: unknown, parts: LoadResult['parts'], depth: number): void {
  if (depth > DEPTH_MAX) throw malformed(`groups at most ${DEPTH_MAX} deep`, 'more')
  for (const inner of Object.values(read(node, group, 'a group of Gatling').contents ?? {})) {
    const { type, path, stats } = read(node, inner, 'a request of Gatling')
    if (type !== 'REQUEST') collect(inner, parts, depth + 1)
    else if (parts.length >= NODES_MAX) throw malformed(`at most ${NODES_MAX} requests`, 'more')
    else parts.push({ name: path.slice(0, LOAD_RESULT_MAX.name), ...figuresOf(stats) })
  }
}

function figuresOf(stats: Statistics): LoadFigures {
  const seconds = (of: z.infer<typeof three>) => of.total / 1000
  return {
    requests: stats.numberOfRequests.total,
    failures: stats.numberOfRequests.ko,
    perSecond: stats.meanNumberOfRequestsPerSecond.total,
    times: {
      mean: seconds(stats.meanResponseTime),
      p50: seconds(stats.percentiles1),
      p90: null,
      p95: seconds(stats.percentiles3),
      p99: seconds(stats.percentiles4),
      max: seconds(stats.maxResponseTime),
    },
  }
}

function read<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const { path, message } = parsed.error.issues[0]!
  throw malformed(`${what}: ${path.map(String).join('.').slice(0, 200)}: ${message}`, JSON.stringify(value) ?? 'nothing')
}
