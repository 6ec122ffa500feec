import { z } from 'zod'
import type { ControlConfig } from '../../model/control.ts'
import { malformed } from '../../model/error.ts'
import { parseJson } from '../../model/json.ts'

export type TtlControl = Extract<ControlConfig, { ttl: object }>

const document = z.looseObject({
  version: z.int().min(0),
  match: z.string(),
  ttlMs: z.number().positive(),
  jitter: z.number().min(0).max(1),
})

export type LiveTtl = { version: number; match: string; ttlMs: number; jitter: number; raw: z.infer<typeof document> | null }

/** @throws malformed when the field holds something else than a TTL policy */
export function readTtl(config: TtlControl, text: string | null): LiveTtl {
  if (text === null) {
    const { match, ttlMs, jitter } = config.ttl
    return { version: 0, match, ttlMs, jitter, raw: null }
  }
  const what = `expected a TTL policy in field ${config.ttl.name} of ${config.key}`
  let value: unknown
  try {
    value = parseJson(text)
  } catch {
    throw malformed(what, text)
  }
  const read = document.safeParse(value)
  if (!read.success) throw malformed(`${what} (${read.error.issues[0]!.path.join('.')}: ${read.error.issues[0]!.message})`, text)
  const { version, match, ttlMs, jitter } = read.data
  return { version, match, ttlMs, jitter, raw: read.data }
}

/** The field's text with these values, one version on; unknown fields stay. */
export function withTtl(live: LiveTtl, changes: { ttlMs?: number; jitter?: number }): { version: number; text: string } {
  const version = live.version + 1
  const { match, ttlMs, jitter } = live
  return { version, text: JSON.stringify({ ...live.raw, version, match, ttlMs, jitter, ...changes }) }
}
