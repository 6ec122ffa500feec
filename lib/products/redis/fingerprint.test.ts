import { expect, it } from 'vitest'
import { fingerprintOf } from './fingerprint.ts'

const many = (count: number, of: (i: number) => string) => Array.from({ length: count }, (_, i) => of(i))

it.each([
  ['GET product:17', 'GET product:*'],
  ['set product:17 {"name":"x"} EX 60', 'SET product:* ? EX ?'],
  ['SET session:9f8a7b6c5d4e3f2a1b0c v PX 5000 NX', 'SET session:* ? PX ? NX'],
  ['MGET product:1 product:2 product:3', 'MGET product:* ×2–10'],
  ['DEL a:1 b:1', 'DEL a:* b:* ×2–10'],
  ['MSET user:1 secret user:2 secret', 'MSET user:* ×2–10'],
  ['LRANGE queue:1 0 -1', 'LRANGE queue:* 0 -1'],
  ['ZRANGEBYSCORE board:1 -inf +inf WITHSCORES LIMIT 0 100', 'ZRANGEBYSCORE board:* -inf +inf WITHSCORES LIMIT 0 ?'],
  ['HSET user:1 name secret', 'HSET user:* ? ×2–10'],
  ['KEYS user:*', 'KEYS ?'],
  ['SCAN 0 MATCH a* COUNT 200', 'SCAN 0 MATCH ? COUNT ?'],
  ['CONFIG GET maxmemory', 'CONFIG GET ?'],
  ['ZUNION 2 a:1 a:2 WITHSCORES', 'ZUNION a:* ×2–10 WITHSCORES'],
  ['EVAL return 1 k:1 secret', 'EVAL (script) k:* ?'],
  ['FLUSHALL', 'FLUSHALL'],
  ['DEBUG SLEEP 0.1', 'DEBUG SLEEP ?'],
  ['XREAD COUNT 10 STREAMS s:1 0', 'XREAD COUNT ? STREAMS ? 0'],
])('%s is %s', (command, expected) => expect(fingerprintOf(command.split(' '))).toBe(expected))

it('counts what the log has cut off', () => {
  expect(fingerprintOf(['MGET', ...many(30, (i) => `k:${i}`), '... (470 more arguments)'])).toBe('MGET k:* ×101–1,000')
})

it('is bounded, and one for commands that differ in values alone', () => {
  const of = (value: string) => fingerprintOf(['SET', 'user:7', value])
  expect(of('secret')).toBe(of('a\r\nb "\\x00'))
  expect(fingerprintOf([]).length).toBeLessThan(5)
  expect(fingerprintOf(['X'.repeat(9_000), ...many(31, (i) => `EX ${i}`)]).length).toBeLessThan(200)
  expect(fingerprintOf(['<script>', 'k'])).toBe('? k')
  expect(fingerprintOf(['GET', 'x'.repeat(5_000)]).length).toBeLessThan(200)
  expect(fingerprintOf(['ZUNION', '999999999999', 'a'])).toBe('ZUNION a')
  expect(fingerprintOf(['ZUNION', 'NaN', 'a'])).toBe('ZUNION ?')
})
