import { z } from 'zod'
import { secret, url } from '../model/marks.ts'

const bearer = secret(z.string().regex(/^[\x21-\x7e]+$/, 'a token: visible ASCII without blanks'))

/** Where samples are besides the store in `data`. */
export const seriesSchema = z
  .strictObject({
    write: url(z.url({ protocol: /^https?$/, error: 'http(s)://[USER:PASSWORD@]HOST:PORT/api/v1/write' })).describe(
      'Where each sample is sent by Prometheus remote write: Prometheus with `--web.enable-remote-write-receiver`, VictoriaMetrics, Mimir, Thanos',
    ),
    query: url(z.url({ protocol: /^https?$/, error: 'http(s)://[USER:PASSWORD@]HOST:PORT[/PATH]' }))
      .optional()
      .describe(
        'Where the same samples are asked for by PromQL (`PATH/api/v1/query_range`): charts of metrics begin there where the store in `data` does not reach back',
      ),
    bearer: bearer.optional().describe('A token, sent as `Authorization: Bearer` to both'),
  })
  .describe('Where all series go besides the store in `data`')

export type SeriesConfig = z.output<typeof seriesSchema>
