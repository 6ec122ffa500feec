import { bucketQuantile } from '../../../math/buckets.ts'
import type { readings } from '../../answers.ts'
import { CLASSES, type Row } from './page.ts'

/** No request takes longer than a day: a mean beyond it is a counter that was broken. */
const SECONDS_MAX = 86_400
/** Fewer requests say nothing of their slowest twentieth. */
const QUANTILE_MIN = 20

/** What one server had counted at the last look. */
type Counted = { requests: number; seconds: number | null; buckets: number[] | null }
/** The same by the labels of each. */
export type Cursor = Record<string, Counted>

/** A name of several addresses has what all of them have counted. */
export const sumOf = (rows: readonly Row[], of: (row: Row) => number) => rows.reduce((sum, row) => sum + of(row), 0)

/** Counters of a server or an upstream, as the module has them since its zone began. */
export function addCounters(add: ReturnType<typeof readings>['add'], labels: Record<string, string>, rows: readonly Row[]): void {
  add('pool_requests_total', sumOf(rows, (row) => row.requestCounter), labels) // biome-ignore format: a table
  add('pool_errors_total', sumOf(rows, (row) => row.responses['5xx']), labels) // biome-ignore format: a table
  for (const code of CLASSES)
    add('nginx_vts_upstream_requests_total', sumOf(rows, (row) => row.responses[code]), { ...labels, code }) // biome-ignore format: a table
  add('nginx_vts_upstream_bytes_total', sumOf(rows, (row) => row.inBytes), { ...labels, direction: 'in' }) // biome-ignore format: a table
  add('nginx_vts_upstream_bytes_total', sumOf(rows, (row) => row.outBytes), { ...labels, direction: 'out' }) // biome-ignore format: a table
}

/** What the next look subtracts, so that means are of what came in between. */
export function countedIn(rows: readonly Row[]): Counted {
  const [first] = rows
  const bounds = first?.responseBuckets?.msecs.join()
  const alike = bounds !== undefined && rows.every((row) => row.responseBuckets?.msecs.join() === bounds)
  return {
    requests: sumOf(rows, (row) => row.requestCounter),
    seconds: rows.every((row) => row.responseMsecCounter !== undefined) ? sumOf(rows, (row) => row.responseMsecCounter!) / 1000 : null,
    buckets: alike ? first!.responseBuckets!.msecs.map((_, i) => sumOf(rows, (row) => row.responseBuckets!.counters[i] ?? 0)) : null,
  }
}

/** Mean and slowest twentieth of what came since the last look; none where the counters began anew. */
export function addTimes(
  add: ReturnType<typeof readings>['add'],
  labels: Record<string, string>,
  before: Counted | undefined,
  now: Counted,
  rows: readonly Row[],
): void {
  const more = before ? now.requests - before.requests : 0
  if (!before || more <= 0) return
  if (before.seconds !== null && now.seconds !== null && now.seconds >= before.seconds) {
    const mean = (now.seconds - before.seconds) / more
    add('pool_response_seconds', mean <= SECONDS_MAX ? mean : undefined, labels)
  }
  if (before.buckets?.length !== now.buckets?.length) return
  const grown = now.buckets?.map((value, i) => value - before.buckets![i]!)
  if (!grown || more < QUANTILE_MIN) return
  const milliseconds = bucketQuantile(rows[0]!.responseBuckets!.msecs, grown, more, 0.95)
  add('pool_response_seconds_p95', milliseconds === undefined ? undefined : milliseconds / 1000, labels)
}
