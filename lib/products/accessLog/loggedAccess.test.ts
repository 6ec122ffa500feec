import { expect, test } from 'vitest'
import type { LogFeed } from '../../model/reference.ts'
import { hash64 } from '../../rings/hashes/hash64.ts'
import { fieldsOf } from './fields.ts'
import { accessOf } from './loggedAccess.ts'

const NOW = 1_767_225_600_000
const FEED: LogFeed = { cache: 'cache', key: 'key', pool: null, ttlMs: null }
const read = (fields: object, feed: Partial<LogFeed> = {}) => {
  const line = fieldsOf(JSON.stringify(fields))
  if (typeof line === 'string') throw new Error(line)
  return accessOf(line.fields, { ...FEED, ...feed }, NOW)
}

test('a request reads the key of its line, by the hash that reporters and MONITOR have', () => {
  const access = read({ t: NOW / 1_000 - 1.25, m: 'GET', st: 200, b: 512, key: 'product:17', ttl: '60' })
  expect(access).toEqual({
    at: NOW - 1_250,
    ...hash64(Buffer.from('product:17')),
    op: 0,
    size: 512,
    ttlMs: 60_000,
    keyBytes: 10,
    pattern: 'product:*',
  })
  expect(read({ request_method: 'GET', status: '200', body_bytes_sent: '7', cache_key: 'ü 1' }, { key: 'cache_key' })).toMatchObject({
    ...hash64(Buffer.from('ü 1')),
    at: NOW,
    size: 7,
    ttlMs: Number.NaN,
    pattern: '*',
  })
})

test.each([
  ['a HEAD reads, and its body is none', { m: 'HEAD', st: 200, b: 0 }, { op: 0, size: 0 }],
  ['what did not change was read', { m: 'GET', st: 304, b: 0 }, { op: 0, size: 0 }],
  ['a part is not the value', { m: 'GET', st: 206, b: 10 }, { op: 0, size: 0 }],
  ['a purge', { m: 'PURGE', st: 200, b: 10 }, { op: 2, size: 0, ttlMs: Number.NaN }],
  ['a deletion', { m: 'DELETE', st: 204 }, { op: 2 }],
  ['what the line itself says it is', { m: 'PUT', op: 'delete', st: 200 }, { op: 2 }],
  ['a write that the line says it is', { m: 'PUT', op: 'set', st: 200, size: 5 }, { op: 1, size: 5 }],
  ['neither method nor status is told', {}, { op: 0 }],
  ['no TTL', { ttl: 0 }, { ttlMs: 0 }],
  ['a size and a TTL that are none', { st: 200, b: '-5', ttl: '1e9' }, { size: 0, ttlMs: 600_000 }],
  ['a time in ms', { t: NOW - 5 }, { at: NOW - 5 }],
  ['the clock of another machine', { t: 5 }, { at: NOW }],
  ['a time ahead', { t: NOW / 1_000 + 61 }, { at: NOW }],
  ['a time that is none', { t: '2026-01-01T00:00:00Z' }, { at: NOW }],
  ['an answer of an upstream after its cache', { cache: 'REVALIDATED', st: 200 }, { op: 0 }],
  ['of the pool', { up: 'app' }, { op: 0 }],
])('%s', (_, fields, expected) => {
  expect(read({ up: 'app', key: 'a', ...fields }, { ttlMs: 600_000, pool: 'app' })).toMatchObject(expected)
})

test.each([
  ['keyless', { key: '' }],
  ['keyless', { key: '-' }],
  ['keyless', { other: 'a' }],
  ['cached', { key: 'a', cache: 'HIT', st: 200 }],
  ['cached', { key: 'a', upstream_cache_status: 'STALE' }],
  ['failed', { key: 'a', st: 404 }],
  ['failed', { key: 'a', st: 502 }],
  ['failed', { key: 'a', st: -1 }],
  ['method', { key: 'a', m: 'POST', st: 200 }],
  ['method', { key: 'a', m: 'toString' }],
  ['method', { key: 'a', op: '__proto__' }],
  ['pool', { key: 'a', up: 'other' }],
])('is left out as %s', (why, fields) => {
  expect(read({ be: 'app', ...fields }, { pool: 'app' })).toBe(why)
})
