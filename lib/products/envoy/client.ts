import { z } from 'zod'
import { malformed } from '../../model/error.ts'
import { parseJson } from '../../model/json.ts'
import { path, url } from '../../model/marks.ts'
import type { TargetConfig } from '../../model/product.ts'
import { getText } from '../http.ts'
import { targetKeys } from '../targetKeys.ts'
import type { EjectionCounts } from './ejections.ts'

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

/** The page as it came: what is read of it is remembered by this object. */
export type DumpPage = { text: string }

export type EnvoyLink = {
  config: EnvoyConfig
  /** `/config_dump` is large on a large Envoy and seldom changes. */
  dump: { at: number; page: DumpPage | null } | null
  ejections: EjectionCounts
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

/** A number of protobuf's JSON: 64 bits come as strings, and some control planes write every number as one. */
export const wireNumber = z
  .union([z.number(), z.string().regex(/^-?\d+(\.\d+)?$/)])
  .transform(Number)
  .refine(Number.isFinite)

/** `core.v3.Address`; fields at their default are omitted by Envoy. */
export const addressShape = z.looseObject({
  socket_address: z
    .looseObject({ address: z.string().optional(), port_value: wireNumber.optional(), named_port: z.string().optional() })
    .optional(),
  pipe: z.looseObject({ path: z.string().min(1) }).optional(),
  envoy_internal_address: z.looseObject({ server_listener_name: z.string().optional(), endpoint_id: z.string().optional() }).optional(),
})
type Address = z.infer<typeof addressShape>

/**
 * `ip:port`, `[v6]:port`, a pipe's path, or what an internal listener is to reach (`endpoint_id`): the text by which pools, EDS and rings name a
 * host. Null: nothing in the address tells one host from another.
 */
export function addressText({ socket_address, pipe, envoy_internal_address }: Address): string | null {
  if (pipe) return pipe.path
  if (envoy_internal_address) return envoy_internal_address.endpoint_id || envoy_internal_address.server_listener_name || null
  const { address, port_value, named_port } = socket_address ?? {}
  if (!address) return null
  return `${address.includes(':') ? `[${address}]` : address}:${port_value ?? named_port ?? 0}`
}

/** How Envoy itself writes an address where that is another text (`Network::Address::Instance::asString`): what its rings hash. */
export function hashedAddress({ envoy_internal_address: internal }: Address): string | undefined {
  return internal && `envoy://${internal.server_listener_name ?? ''}/${internal.endpoint_id ?? ''}`
}
