import { z } from 'zod'
import { secret, url } from '../model/marks.ts'

/** Who draws changes, incidents and annotations into its own charts. */
export const grafanaSchema = z
  .strictObject({
    url: url(z.url({ protocol: /^https?$/, error: 'an http(s) address' })).meta({
      description: 'The base address of Grafana, with the path below which it is served',
    }),
    token: secret(z.string().min(1)).meta({ description: 'The token of a service account that may write annotations' }),
  })
  .describe('A Grafana to which each change, incident and annotation is pushed, with the tag `evenkeel`')
