import { z } from 'zod'
import { secret, url } from '../../model/marks.ts'
import type { CloudThing } from '../exporters/cloudThings.ts'
import { mappings, period } from '../exporters/mappingConfig.ts'
import { targetKeys } from '../targetKeys.ts'

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
    mappings,
    period,
    same: z
      .record(z.string(), z.string())
      .default({})
      .describe(
        'Instance label, or the name of a thing of a cloud, to the configured target that it is, where the addresses differ: `{ "redis-exporter:9121": cache-a }`',
      ),
  })
  .transform((config) => ({ ...config, behind: undefined as Behind | undefined }))

/** The identity of a server behind Prometheus: its exporter and its instance. */
export type Behind = {
  exporter: string
  instance: string
  /** The scrape job that its series have: another one may have the same instance. */
  job?: string
  address: string
  /** Of an exporter of a cloud's metrics the one thing that it is. */
  thing?: CloudThing
}
export type PrometheusConfig = z.infer<typeof prometheusConfig> & { role?: 'cache' | 'store' }
