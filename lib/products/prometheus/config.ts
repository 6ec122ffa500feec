import { z } from 'zod'
import { secret, url } from '../../model/marks.ts'
import { targetKeys } from '../targetKeys.ts'

const metric = z.string().regex(/^[a-zA-Z_:][a-zA-Z0-9_:]*$/, 'a metric name')
const label = z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'a label name')

/** A row of one's own beside the table of mapping.ts: the series `from` counts as the canonical `to`. */
const mapping = z.strictObject({
  from: metric.describe("The exporter's metric"),
  to: metric.describe('The metric of Evenkeel that it counts as'),
  where: z.record(label, z.string()).optional().describe('Only series with these labels'),
  labels: z.record(label, label).optional().describe("Evenkeel's label to the label of the series: `{ pool: upstream, server: backend }`"),
  scale: z.number().positive().optional().describe('Factor of each value: 0.001 for milliseconds as seconds'),
})

/** A Prometheus (or VictoriaMetrics, Thanos, …) that scrapes exporters: each server behind it becomes a target of its own. */
export const prometheusConfig = z
  .strictObject({
    ...targetKeys('prometheus'),
    url: url(z.url({ protocol: /^https?$/, error: 'http://[USER:PASSWORD@]HOST:PORT[/PATH]' })).describe(
      'Its address, `http://[USER:PASSWORD@]HOST:PORT[/PATH]`',
    ),
    bearer: secret(z.string().regex(/^[\x21-\x7e]+$/, 'a token: visible ASCII without blanks'))
      .optional()
      .describe('A token, sent as `Authorization: Bearer`'),
    match: z
      .string()
      .regex(
        /^\s*[a-zA-Z_][a-zA-Z0-9_]*\s*(=~|!~|!=|=)\s*"(?:[^"\\\n]|\\.)*"(\s*,\s*[a-zA-Z_][a-zA-Z0-9_]*\s*(=~|!~|!=|=)\s*"(?:[^"\\\n]|\\.)*")*\s*$/,
        'label matchers as in PromQL: cluster="prod"',
      )
      .optional()
      .describe('Matchers that are added to every query: `cluster="prod", env!="test"`'),
    mappings: z
      .array(mapping)
      .default([])
      .describe("Rows of your own beside the table of known exporters: which series counts as which of Evenkeel's"),
    same: z
      .record(z.string(), z.string())
      .default({})
      .describe('Instance label to the configured target that it is, where the addresses differ: `{ "redis-exporter:9121": cache-a }`'),
  })
  .transform((config) => ({ ...config, behind: undefined as Behind | undefined }))

/** The identity of a server behind Prometheus: its exporter and its instance. */
export type Behind = {
  exporter: string
  instance: string
  /** The scrape job that its series have: another one may have the same instance. */
  job?: string
  address: string
}
export type PrometheusConfig = z.infer<typeof prometheusConfig> & { role?: 'cache' | 'store' }
export type Mapping = z.infer<typeof mapping>
