import type { Access } from '../../model/reference.ts'
import { badLine, found } from '../traces/line.ts'

const OPS: Record<string, number> = { get: 0, set: 1, delete: 2, write: 3 }
/** The largest value of Redis; memcached's are smaller. */
const SIZE_MAX = 512 * 1024 * 1024
/** About 300 years. */
const TTL_MS_MAX = 1e13
/** The end of the year 9999. */
const AT_MAX = 253_402_300_799_999
const PATTERN_MAX = 80
const FORM = 'MS HASH OP [SIZE [TTL_MS [PATTERN [TAG]]]]'

/** One line of a report: `1767225600123 89abcdef01234567 get 512 60000`. `-` stands for what is not told. Throws `bad_request` that names the line. */
export function readReportLine(text: string, line: number): Access {
  const words = text.trim().split(/[ \t]+/)
  const [ms = '', hash = '', op = '', size = '-', ttl = '-', pattern = '', tag] = words
  if (words.length < 3 || words.length > 7) throw badLine(line, `expected ${FORM}, found ${found(text)}.`)
  if (!/^[0-9a-fA-F]{16}$/.test(hash)) throw badLine(line, `HASH: expected 16 hex digits, found ${found(hash)}.`)
  const known = Object.hasOwn(OPS, op) ? OPS[op] : undefined
  if (known === undefined) throw badLine(line, `OP: expected get, set, delete or write, found ${found(op)}.`)
  if (pattern.length > PATTERN_MAX) throw badLine(line, `PATTERN: expected at most ${PATTERN_MAX} characters, found ${found(pattern)}.`)
  if (tag !== undefined && !/^[0-9a-fA-F]{8}$/.test(tag)) throw badLine(line, `TAG: expected 8 hex digits, found ${found(tag)}.`)
  const bytes = size === '-' ? 0 : numberIn('SIZE', size, SIZE_MAX, line)
  return {
    at: numberIn('MS', ms, AT_MAX, line),
    high: Number.parseInt(hash.slice(0, 8), 16),
    low: Number.parseInt(hash.slice(8), 16),
    op: known,
    size: bytes,
    ttlMs: ttl === '-' ? Number.NaN : numberIn('TTL_MS', ttl, TTL_MS_MAX, line),
    keyBytes: 0,
    pattern: pattern === '-' ? '' : pattern,
    ...(tag !== undefined && { tag: Number.parseInt(tag, 16) }),
  }
}

function numberIn(name: string, text: string, most: number, line: number): number {
  const value = /^\d{1,15}(\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN
  if (!(value <= most)) throw badLine(line, `${name}: expected a number from 0 to ${most}, found ${found(text)}.`)
  return Math.round(value)
}
