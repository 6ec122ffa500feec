import { z } from 'zod'
import { malformed } from '../../model/error.ts'
import { parseJson } from '../../model/json.ts'
import { path, url } from '../../model/marks.ts'
import type { TargetConfig } from '../../model/product.ts'
import { getText } from '../http.ts'
import { targetKeys } from '../targetKeys.ts'

export const envoyConfig = z.strictObject({
  ...targetKeys('envoy'),
  admin: url(z.url({ protocol: /^https?$/, error: 'a http:// URL of the admin interface, such as http://127.0.0.1:9901' })).describe(
    'The admin interface, `http://HOST:PORT`',
  ),
  eds: z
    .strictObject({
      file: path().describe(
        'The JSON file of endpoints that Envoy watches (`path_config_source`), or with `serve` the file that Evenkeel serves',
      ),
      serve: z.boolean().default(false).describe("`true`: Envoy polls Evenkeel (`api_type: REST`) and the file is Evenkeel's own"),
      node: z.string().min(1).optional().describe("With `serve` and several Envoys: this one's `node.id` or `node.cluster`"),
    })
    .optional()
    .describe('Where weights and states are set. Without it they are read only'),
})
export type EnvoyConfig = z.infer<typeof envoyConfig> & TargetConfig

export type EnvoyLink = {
  config: EnvoyConfig
  /** `/config_dump` is large on a large Envoy and seldom changes. */
  dump: { at: number; text: string | null } | null
}

/** One admin page, as text. */
export const adminPage = (config: EnvoyConfig, path: string, signal: AbortSignal) => getText(new URL(path, config.admin).href, signal)

export function pageOf(text: string, what: string): unknown {
  try {
    return parseJson(text)
  } catch {
    throw malformed(`Envoy's ${what} is not JSON`, text)
  }
}

/** `ip:port`, `[v6]:port` or a pipe's path: the text by which pools, EDS and rings name a host. */
export function addressText(address: z.infer<typeof addressShape>): string {
  if (address.pipe) return address.pipe.path
  const { address: ip = '', port_value = 0 } = address.socket_address ?? {}
  return ip.includes(':') ? `[${ip}]:${port_value}` : `${ip}:${port_value}`
}

/** `core.v3.Address`; fields at their default are omitted by Envoy. */
export const addressShape = z.looseObject({
  socket_address: z.looseObject({ address: z.string().optional(), port_value: z.number().optional() }).optional(),
  pipe: z.looseObject({ path: z.string() }).optional(),
})
