import { z } from 'zod'
import { secret, url } from '../../model/marks.ts'
import { role, targetKeys } from '../targetKeys.ts'

/** One zone at Cloudflare: its cache, and the pools of its load balancers. */
export const cloudflareConfig = z.strictObject({
  ...targetKeys('cloudflare'),
  token: secret(z.string().regex(/^[\x21-\x7e]+$/, 'a token: visible ASCII without blanks')).describe(
    'An API token; its least permissions stand on the page',
  ),
  zone: z
    .string()
    .regex(/^([0-9a-f]{32}|[a-z0-9-]+(\.[a-z0-9-]+)+)$/i, 'the id of a zone, or its name as `example.com`')
    .describe('The zone: its id, or its name'),
  api: url(z.url({ protocol: /^https?$/, error: 'http(s)://HOST:PORT/PATH' }))
    .default('https://api.cloudflare.com/client/v4')
    .describe('The address of the API'),
  role,
})
export type CloudflareConfig = z.output<typeof cloudflareConfig>
