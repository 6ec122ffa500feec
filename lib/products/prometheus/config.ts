import { z } from 'zod'
import { secret, url } from '../../model/marks.ts'

const metric = z.string().regex(/^[a-zA-Z_:][a-zA-Z0-9_:]*$/, 'a metric name')
const label = z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'a label name')

/** A row of one's own beside the table of mapping.ts: the series `from` counts as the canonical `to`. */
const mapping = z.strictObject({
  from: metric,
  to: metric,
  /** Only series with these labels. */
  where: z.record(label, z.string()).optional(),
  /** Canonical label -> label of the series: `{ pool: upstream, server: backend }`. */
  labels: z.record(label, label).optional(),
  /** What one unit is worth: 0.001 for milliseconds as seconds. */
  scale: z.number().positive().optional(),
})

/** A Prometheus (or VictoriaMetrics, Thanos, …) that scrapes exporters: each server behind it becomes a target of its own. */
export const prometheusConfig = z
  .strictObject({
    kind: z.literal('prometheus'),
    name: z.string(),
    url: url(z.url({ protocol: /^https?$/, error: 'http://[USER:PASSWORD@]HOST:PORT[/PATH]' })),
    bearer: secret(z.string().regex(/^[\x21-\x7e]+$/, 'a token: visible ASCII without blanks')).optional(),
    /** More matchers for every query: `cluster="prod", env!="test"`. */
    match: z
      .string()
      .regex(
        /^\s*[a-zA-Z_][a-zA-Z0-9_]*\s*(=~|!~|!=|=)\s*"(?:[^"\\\n]|\\.)*"(\s*,\s*[a-zA-Z_][a-zA-Z0-9_]*\s*(=~|!~|!=|=)\s*"(?:[^"\\\n]|\\.)*")*\s*$/,
        'label matchers as in PromQL: cluster="prod"',
      )
      .optional(),
    mappings: z.array(mapping).default([]),
    /** Instance label -> configured target that it is, where addresses do not tell: `{ "redis-exporter:9121": cache-a }`. */
    same: z.record(z.string(), z.string()).default({}),
  })
  .transform((config) => ({ ...config, behind: undefined as Behind | undefined }))

/** What a server behind Prometheus is: which exporter tells of it, and under which instance. */
export type Behind = { exporter: string; instance: string; address: string }
export type PrometheusConfig = z.infer<typeof prometheusConfig> & { role?: 'cache' | 'store' }
export type Mapping = z.infer<typeof mapping>
