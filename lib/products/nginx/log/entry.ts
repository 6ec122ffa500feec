import { z } from 'zod'
import { parseJson } from '../../../model/json.ts'

/** One try of a request on one server. */
export type Try = { address: string; failed: boolean; seconds: number | null }
/** One line of the access log, as far as balancing goes. */
export type LogEntry = {
  /** `$proxy_host`: the upstream's name. Null where the log does not say it. */
  pool: string | null
  /** In order; the last one answered. Empty: answered from the cache, or by NGINX itself. */
  tries: Try[]
  failed: boolean
  cache: 'hit' | 'miss' | null
  /** What the upstream hashes, where the log has it. */
  key: string | null
}

/** Each field by NGINX's own variable, and by the short name that keeps a datagram small. */
const NAMES = {
  addresses: ['u', 'upstream_addr'],
  statuses: ['us', 'upstream_status'],
  seconds: ['urt', 'upstream_response_time'],
  status: ['st', 'status'],
  pool: ['up', 'proxy_host'],
  cache: ['cache', 'upstream_cache_status'],
  key: ['key', 'hash_key'],
} as const

const shape = z.record(z.string(), z.unknown())
const HITS = ['HIT', 'STALE', 'UPDATING', 'REVALIDATED']
const MISSES = ['MISS', 'EXPIRED']
const KEY_MAX = 512
const TRIES_MAX = 20

/** Reads one JSON line, with or without syslog's words before it. Null when it is none, or lacks the upstream's address. */
export function readEntry(line: string): LogEntry | null {
  const start = line.indexOf('{')
  if (start < 0) return null
  let json: unknown
  try {
    json = parseJson(line.slice(start))
  } catch {
    return null
  }
  const parsed = shape.safeParse(json)
  if (!parsed.success) return null
  const text = (field: keyof typeof NAMES): string | null => {
    const name = NAMES[field].find((candidate) => Object.hasOwn(parsed.data, candidate))
    const value = name === undefined ? null : parsed.data[name]
    return typeof value === 'string' || typeof value === 'number' ? String(value) : null
  }
  const addresses = text('addresses')
  if (addresses === null) return null
  const statuses = parts(text('statuses') ?? '')
  const seconds = parts(text('seconds') ?? '')
  const tries = parts(addresses)
    .slice(0, TRIES_MAX)
    .map((address, i, all): Try => {
      const status = Number(statuses[i])
      const took = Number.parseFloat(seconds[i] ?? '')
      // What was tried again had failed, whatever it answered.
      return { address, failed: status >= 500 || i < all.length - 1, seconds: Number.isFinite(took) && took >= 0 ? took : null }
    })
  const cache = text('cache') ?? ''
  const key = text('key')
  return {
    pool: text('pool')?.slice(0, 200) || null,
    tries,
    failed: Number(text('status') ?? statuses.at(-1)) >= 500,
    cache: HITS.includes(cache) ? 'hit' : MISSES.includes(cache) ? 'miss' : null,
    key: key ? key.slice(0, KEY_MAX) : null,
  }
}

/** NGINX lists tries as `a, b`, and those after an internal redirect behind ` : `. */
const parts = (text: string): string[] => (text === '' || text === '-' ? [] : text.split(/, | : /))
