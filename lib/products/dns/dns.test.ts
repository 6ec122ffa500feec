import { expect, test } from 'vitest'
import { dnsConfig, isNameServer } from './config.ts'
import { type SeenTtl, seenTtl, ttlOf } from './ttl.ts'

test.each([
  ['10.0.0.53', true],
  ['10.0.0.53:5353', true],
  ['fd00::53', true],
  ['[fd00::53]:53', true],
  ['[fd00::53]', true],
  ['ns1.example', false],
  ['10.0.0.53:0', false],
  ['10.0.0.53:65536', false],
  ['10.0.0', false],
  ['', false],
])('%j as a name server: %s', (text, is) => expect(isNameServer(text)).toBe(is))

test.each(['shop.example', 'shop', '_http._tcp.shop.example.', 'SHOP-1.example'])('%s is a name', (host) => {
  expect(dnsConfig.safeParse({ kind: 'dns', name: 'a', host }).success).toBe(true)
})

test.each(['10.0.0.1', 'shop..example', '-shop.example', 'shop.example:80', `${'a'.repeat(64)}.example`, 'http://shop.example', ''])(
  '%j is none',
  (host) => {
    expect(dnsConfig.safeParse({ kind: 'dns', name: 'a', host }).error?.issues[0]?.message).toMatch(/^a name/)
  },
)

/** What a resolver that keeps a record of `ttl` says is left of it, at each look. */
function looks(known: SeenTtl | null, ttl: (second: number) => number, seconds: number, from = 0): { seen: SeenTtl; said: number[] } {
  let seen = known
  const said: number[] = []
  for (let second = from; second < from + seconds; second += 10) {
    const whole = ttl(second)
    seen = seenTtl(seen, whole - (second % whole), second * 1_000)
    said.push(ttlOf(seen))
  }
  return { seen: seen!, said }
}

test('the TTL is that of the record, not what is left of it: from the first renewal on it stays', () => {
  expect(new Set(looks(null, () => 60, 3_000).said)).toEqual(new Set([60]))
  const late = looks(null, () => 3_600, 20_000, 1_800).said
  expect(new Set(late.slice(200))).toEqual(new Set([3_600]))
})

test('a TTL that was lowered shows in time', () => {
  const { said } = looks(null, (second) => (second < 1_000 ? 300 : 60), 4_000)
  expect(said[90]).toBe(300)
  expect(said.at(-1)).toBe(60)
})
