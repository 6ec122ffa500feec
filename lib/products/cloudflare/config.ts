import { z } from 'zod'
import { secret, url } from '../../model/marks.ts'
import { role, targetKeys } from '../targetKeys.ts'

const token = z.string().regex(/^[\x21-\x7e]+$/, 'a token: visible ASCII without blanks')

/** One zone at Cloudflare: its cache, and the pools of its load balancers. */
export const cloudflareConfig = z.strictObject({
  ...targetKeys('cloudflare'),
  token: secret(token).describe('An API token; its least permissions stand on the page'),
  write: z
    .strictObject({ token: secret(token).describe('The API token that writes') })
    .optional()
    .describe('Another token for what writes; what only reads never sends it. Default: the same token'),
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

/** As what writes asks: with the token of `write`, where one is configured. */
export const writerOf = (config: CloudflareConfig): CloudflareConfig => (config.write ? { ...config, token: config.write.token } : config)
