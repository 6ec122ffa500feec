import { patternOf } from '../../model/patterns.ts'
import type { Access, LogFeed } from '../../model/reference.ts'
import { hash64 } from '../../rings/hashes/hash64.ts'
import { type Fields, textIn } from './fields.ts'

/** Each field by the product's own variable, and by short names. */
const NAMES = {
  time: ['t', 'msec'],
  status: ['st', 'status'],
  method: ['m', 'method', 'request_method'],
  op: ['op'],
  size: ['size', 'b', 'bytes', 'body_bytes_sent'],
  ttl: ['ttl'],
  pool: ['up', 'proxy_host', 'be', 'backend'],
  cache: ['cache', 'upstream_cache_status'],
} as const

/** Why a line is no reference of a cache. */
export const LEFT = {
  pool: 'of other pools',
  keyless: 'without a key',
  cached: "answered from the proxy's own cache",
  failed: 'neither answered well nor unchanged (a status other than 2xx and 304)',
  method: 'by methods that neither read nor purge',
} as const
export type Left = keyof typeof LEFT

const [GET, SET, DELETE, WRITE] = [0, 1, 2, 3]
const OPS: Record<string, number> = { get: GET, set: SET, delete: DELETE, write: WRITE }
/** PUT and PATCH change what the URL names, at its origin (RFC 9110, RFC 5789). A POST may only ask. */
const METHODS: Record<string, number> = { GET, HEAD: GET, PURGE: DELETE, DELETE, PUT: WRITE, PATCH: WRITE }
/** Answered by the proxy alone: nobody behind it reads a cache. */
const CACHED = new Set(['HIT', 'STALE', 'UPDATING'])
const SIZE_MAX = 512 * 1024 * 1024
const TTL_MS_MAX = 1e13
/** A line is written when its request ends, and read within seconds. What is further off is the time of another clock, or none. */
const SECONDS_MAX = 1e11
const [LATE_MS, AHEAD_MS] = [900_000, 60_000]

/** What one line tells of a cache behind the proxy: who asks for a page reads its key. Throws nothing, whatever the line holds. */
export function accessOf(fields: Fields, feed: LogFeed, now: number): Access | Left {
  const text = (field: keyof typeof NAMES) => textIn(fields, NAMES[field])
  if (feed.pool !== null && text('pool') !== feed.pool) return 'pool'
  const key = fields.get(feed.key) ?? ''
  if (key === '' || key === '-') return 'keyless'
  if (CACHED.has(text('cache') ?? '')) return 'cached'
  const op = opOf(text('op'), text('method'))
  if (op === null) return 'method'
  const status = text('status')
  // A reader of what is not there, or of what broke, is given nothing that would be kept.
  if (status !== null && !/^(2\d\d|304)$/.test(status)) return 'failed'
  const bytes = Buffer.from(key)
  return {
    at: timeOf(text('time'), now),
    ...hash64(bytes),
    op,
    // The body of a part, of no change, or of a HEAD is not the value.
    size: status === '200' && text('method') !== 'HEAD' && op < DELETE ? (numberIn(text('size'), SIZE_MAX) ?? 0) : 0,
    ttlMs: op >= DELETE ? Number.NaN : ttlOf(text('ttl'), feed),
    keyBytes: bytes.length,
    pattern: patternOf(key).replace(/\s/g, '_'),
  }
}

/** A line that says neither is a read. */
function opOf(op: string | null, method: string | null): number | null {
  if (op !== null) return Object.hasOwn(OPS, op) ? OPS[op]! : null
  if (method === null) return GET
  return Object.hasOwn(METHODS, method) ? METHODS[method]! : null
}

/** Epoch seconds with decimals, or ms. */
function timeOf(time: string | null, now: number): number {
  const told = numberIn(time, 1e15) ?? Number.NaN
  const at = told < SECONDS_MAX ? told * 1_000 : told
  return at >= now - LATE_MS && at <= now + AHEAD_MS ? Math.round(at) : now
}

function ttlOf(seconds: string | null, { ttlMs }: LogFeed): number {
  const told = numberIn(seconds, TTL_MS_MAX / 1_000)
  return told === null ? (ttlMs ?? Number.NaN) : Math.round(told * 1_000)
}

function numberIn(text: string | null, most: number): number | null {
  const value = text !== null && /^\d{1,15}(\.\d{1,9})?$/.test(text) ? Number(text) : Number.NaN
  return value <= most ? value : null
}
