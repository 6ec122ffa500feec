import { z } from 'zod'
import { type Labels, labelsKey } from '../../model/series.ts'

/** What answers PromQL: address without `/api/v1/…`, and headers. */
export type PromqlSource = { url: string; headers: Record<string, string> }

export type ArchivedQuestion = { metric: string; labels: Labels; from: number; to: number; stepMs: number; rate: boolean }
export type ArchivedSeries = { labels: Labels; points: (readonly [at: number, value: number | null])[] }

const TIMEOUT_MS = 5_000
/** A pool of hundreds of servers at a day's minutes. */
const BYTES_MAX = 32_000_000
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/

const answer = z.object({
  data: z.object({
    resultType: z.literal('matrix'),
    result: z.array(z.object({ metric: z.record(z.string(), z.string()), values: z.array(z.tuple([z.number(), z.string()])) })),
  }),
})

/** A label matcher's value, escaped as PromQL's string literals are. */
const quoted = (value: string): string => `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`

/** The expression of a question: of a counter with `rate` its increase a second over two steps, so that one scrape that failed leaves no hole. */
export function expressionOf({ metric, labels, stepMs, rate }: Omit<ArchivedQuestion, 'from' | 'to'>): string {
  const wanted = Object.entries(labels).map(([name, value]) => `${name}=${quoted(value)}`)
  const selector = `{__name__=${quoted(metric)}${wanted.map((one) => `,${one}`).join('')}}`
  const window = Math.max(10, Math.ceil((2 * stepMs) / 1_000))
  return rate ? `rate(${selector}[${window}s])` : selector
}

/**
 * The history of a metric as another store has it, by label set. A moment that it does not have is null. Throws when it does not answer, or answers
 * something else; nothing of an address or a token is in the message.
 */
export async function archivedSeries(source: PromqlSource, question: ArchivedQuestion): Promise<ArchivedSeries[]> {
  const { from, to, stepMs, labels } = question
  if (!Object.keys(labels).every((name) => LABEL.test(name))) return []
  const start = Math.ceil(from / stepMs) * stepMs
  const body = new URLSearchParams({
    query: expressionOf(question),
    start: String(start / 1_000),
    end: String(to / 1_000),
    step: String(stepMs / 1_000),
  })
  const response = await fetch(`${source.url.replace(/\/+$/, '')}/api/v1/query_range`, {
    method: 'POST',
    headers: { ...source.headers, 'content-type': 'application/x-www-form-urlencoded' },
    body,
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  if (!response.ok) throw new Error(`HTTP ${response.status}`)
  const text = await response.text()
  if (text.length > BYTES_MAX) throw new Error('the answer is too large')
  return parseArchived(text, { start, to, stepMs })
}

/** The answer of `query_range`, laid on the grid that was asked for. Throws for anything else. */
function parseArchived(text: string, { start, to, stepMs }: { start: number; to: number; stepMs: number }): ArchivedSeries[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Error('no JSON')
  }
  const parsed = answer.safeParse(value)
  if (!parsed.success) throw new Error('no matrix of a range query')
  const series = new Map<string, ArchivedSeries>()
  for (const { metric, values } of parsed.data.data.result) {
    const { __name__: _, ...labels } = metric
    const known = new Map(values.map(([at, number]) => [Math.round(at * 1_000), Number(number)]))
    const points: ArchivedSeries['points'] = []
    for (let at = start; at <= to; at += stepMs) {
      const found = known.get(at)
      points.push([at, found === undefined || !Number.isFinite(found) ? null : found])
    }
    series.set(labelsKey(labels), { labels, points })
  }
  return [...series.values()]
}
