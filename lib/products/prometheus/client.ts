import { z } from 'zod'
import { withoutTrailingSlashes } from '../../format/url.ts'
import { EvenkeelError, malformed } from '../../model/error.ts'
import { parseJson } from '../../model/json.ts'
import { firstWrong } from '../answers.ts'
import type { PromSeries } from '../exporters/series.ts'
import { getText } from '../http.ts'
import type { PrometheusConfig } from './config.ts'

const matrixShape = z.object({
  status: z.literal('success'),
  data: z.object({
    resultType: z.enum(['matrix', 'vector']),
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        values: z.array(z.tuple([z.number(), z.string()])).optional(),
        value: z.tuple([z.number(), z.string()]).optional(),
      }),
    ),
  }),
})

/** One instant query; a range selector (`x[1m]`) answers with the samples as they were scraped, at their own times. */
export function query(config: PrometheusConfig, expression: string, signal: AbortSignal): Promise<string> {
  const base = withoutTrailingSlashes(config.url)
  return getText(`${base}/api/v1/query`, signal, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      ...(config.bearer ? { authorization: `Bearer ${config.bearer}` } : {}),
    },
    body: new URLSearchParams({ query: expression }).toString(),
  })
}

/** Series of an answer, in ms; values that are no numbers (NaN, a stale marker) are gaps. Throws `malformed`. */
export function parseAnswer(text: string): PromSeries[] {
  let json: unknown
  try {
    json = parseJson(text)
  } catch {
    throw malformed('Prometheus did not answer with JSON', text)
  }
  const parsed = matrixShape.safeParse(json)
  if (!parsed.success) throw malformed(`Prometheus's answer: ${firstWrong(parsed.error)}`, text)
  return parsed.data.data.result.map(({ metric, values, value }) => ({
    labels: metric,
    points: (values ?? (value ? [value] : []))
      .map(([at, number]): [number, number] => [Math.round(at * 1000), Number(number)])
      .filter(([, number]) => Number.isFinite(number)),
  }))
}

const quoted = (text: string) => `"${text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`

/** `{__name__=~"a|b",instance="x",cluster="prod"}`. */
export function selector(
  names: readonly string[],
  config: PrometheusConfig,
  instance?: string,
  more: Readonly<Record<string, string>> = {},
): string {
  const parts = [`__name__=~${quoted([...new Set(names)].join('|'))}`]
  if (instance !== undefined) parts.push(`instance=${quoted(instance)}`)
  for (const [label, value] of Object.entries(more)) parts.push(`${label}=${quoted(value)}`)
  if (config.match) parts.push(config.match)
  return `{${parts.join(',')}}`
}

/** Refusals of the query interface, in words. */
export function unavailable(error: unknown): string | null {
  if (error instanceof EvenkeelError && /answered (401|403)$/.test(error.message))
    return 'Prometheus demands a login: give `bearer`, or USER:PASSWORD in the URL'
  return null
}
