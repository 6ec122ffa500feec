import { malformed } from '../../model/error.ts'
import { payloadOf } from './backendList.ts'
import type { VarnishClient } from './client.ts'

/** Parameters that Evenkeel sets: what an object lives where its origin and the VCL say nothing, and how much longer it may be used. */
export const PARAMS = ['default_ttl', 'default_grace', 'default_keep'] as const
export type Param = (typeof PARAMS)[number]

/** A time in seconds as Varnish keeps it, with three decimals at most. */
export const secondsText = (seconds: number): string => String(Math.round(seconds * 1_000) / 1_000)

/** The value of `param.show -j NAME`. Throws `malformed`. */
export function paramOf(name: Param, text: string): string {
  const [row] = payloadOf('param.show', text)
  const value = typeof row === 'object' && row !== null && 'value' in row ? row.value : undefined
  if (typeof value !== 'number' || !Number.isFinite(value)) throw malformed(`param.show is to tell the value of ${name}`, text)
  return secondsText(value)
}

export async function readParam(client: VarnishClient, name: Param, signal: AbortSignal): Promise<string> {
  return paramOf(name, await client.ask(`param.show -j ${name}`, signal))
}
