import type { IncomingMessage } from 'node:http'
import { describe, expect, test } from 'vitest'
import { authSchema, type ProxyAuth } from '../config/auth.ts'
import { createConnections } from './connection.ts'
import { createProxied, proxyHeaders } from './proxied.ts'

const auth = authSchema.parse({
  mode: 'proxy',
  trusted: ['127.0.0.1', '10.1.0.0/16', '::1'],
  roles: { admin: ['sre', 'user:ann@example.com'], operator: ['oncall'], viewer: ['staff'] },
}) as ProxyAuth
const proxied = createProxied(auth, 'https://keel.example')
const connections = createConnections({ trusted: auth.trusted, taken: proxyHeaders(auth) })

type Sent = Record<string, string | string[]>
/** A request as Node parses it. */
function message(peer: string | undefined, sent: Sent): IncomingMessage {
  const headersDistinct = Object.fromEntries(Object.entries(sent).map(([name, values]) => [name.toLowerCase(), [values].flat()]))
  const headers = Object.fromEntries(Object.entries(headersDistinct).map(([name, values]) => [name, values.join(', ')]))
  return { socket: { remoteAddress: peer }, headers, headersDistinct } as unknown as IncomingMessage
}
function ask(peer: string | undefined, sent: Sent) {
  const met = message(peer, { host: 'keel.example', ...sent })
  connections.meet(met)
  return whoIs(met.headers as Record<string, string>)
}
function whoIs(sent: Record<string, string>) {
  const headers = new Headers(sent)
  return proxied.person(headers, connections.of(headers))
}

describe('a reverse proxy says who it is', () => {
  test.each([
    ['sre', 'admin'],
    ['staff, oncall', 'operator'],
    ['qa,staff', 'viewer'],
  ])('groups %s: %s', (groups, role) => {
    expect(ask('10.1.2.3', { 'X-Forwarded-User': 'bob', 'X-Forwarded-Groups': groups })).toEqual({ name: 'bob', role })
  })
  test('a person may hold a role by name, but no group of such a name gives it', () => {
    expect(ask('::1', { 'X-Forwarded-User': 'ann@example.com' })).toEqual({ name: 'ann@example.com', role: 'admin' })
    expect(() => ask('::1', { 'X-Forwarded-User': 'bob', 'X-Forwarded-Groups': 'user:ann@example.com' })).toThrow(/no role/)
  })
  test('an IPv4 address seen through an IPv6 socket is the same address', () => {
    expect(ask('::ffff:127.0.0.1', { 'X-Forwarded-User': 'bob', 'X-Forwarded-Groups': 'sre' }).role).toBe('admin')
    expect(() => ask('::ffff:10.2.0.1', { 'X-Forwarded-User': 'bob', 'X-Forwarded-Groups': 'sre' })).toThrow(/came from ::ffff:10\.2\.0\.1/)
  })
  test('names in UTF-8 are read as such; what is no name is refused', () => {
    expect(ask('::1', { 'X-Forwarded-User': Buffer.from('Jörg Ödön').toString('latin1'), 'X-Forwarded-Groups': 'sre' }).name).toBe(
      'Jörg Ödön',
    )
    for (const name of ['a'.repeat(101), Buffer.from('a\u0085b').toString('latin1')])
      expect(() => ask('::1', { 'X-Forwarded-User': name, 'X-Forwarded-Groups': 'sre' })).toThrow(/holds no name/)
  })
})

describe('and nobody else', () => {
  const claims = { 'X-Forwarded-User': 'ann@example.com', 'X-Forwarded-Groups': 'sre' }
  test.each(['10.2.0.1', '127.0.0.2', 'fe80::1%eth0', '', undefined])('from %s', (peer) => {
    expect(() => ask(peer, { ...claims, 'X-Forwarded-For': '127.0.0.1' })).toThrow(
      expect.objectContaining({ code: 'unauthenticated', message: expect.stringContaining('no trusted proxy (auth.trusted)') }),
    )
  })
  test('the headers go no further, and the seal cannot be made up', () => {
    const met = message('10.2.0.1', {
      ...claims,
      'x-evenkeel-connection': `made-up ${Buffer.from('{"trusted":true,"headers":{}}').toString('base64url')}`,
    })
    connections.meet(met)
    expect(met.headers['x-forwarded-user']).toBeUndefined()
    expect(() => whoIs(met.headers as Record<string, string>)).toThrow(/no trusted proxy/)
    // Not met at all.
    const sealed = `made-up ${Buffer.from(JSON.stringify({ peer: '::1', trusted: true, headers: {} })).toString('base64url')}`
    for (const headers of [claims, { ...claims, 'x-evenkeel-connection': sealed }, { 'x-evenkeel-connection': 'undefined' }])
      expect(() => whoIs(headers as Record<string, string>)).toThrow(/connection of this request is not known/)
  })
  test('a proxy that adds instead of replacing is refused', () => {
    expect(() => ask('::1', { 'X-Forwarded-User': ['ann@example.com', 'bob'] })).toThrow(/X-Forwarded-User came more than once/)
    expect(() => ask('::1', { 'X-Forwarded-User': 'bob', 'X-Forwarded-Groups': ['sre', 'staff'] })).toThrow(/X-Forwarded-Groups came more/)
  })
  test('a foreign name that resolves to us is refused', () => {
    for (const host of ['evil.example', 'evil.example:3000', ''])
      expect(() => ask('127.0.0.1', { ...claims, host }), host).toThrow(/Host: /)
    for (const host of ['localhost:3000', '10.1.0.9:3000', 'keel.example', '[::1]:3000'])
      expect(ask('127.0.0.1', { ...claims, host }).role).toBe('admin')
  })
  test('what is missing is said', () => {
    expect(() => ask('::1', {})).toThrow('The proxy at ::1 did not say who you are: X-Forwarded-User is missing.')
    expect(() => ask('::1', { 'X-Forwarded-User': 'bob' })).toThrow(
      /bob is signed in but has no role here: the header X-Forwarded-Groups names no group/,
    )
    expect(() => ask('::1', { 'X-Forwarded-User': 'bob', 'X-Forwarded-Groups': 'qa,dev' })).toThrow(
      expect.objectContaining({
        code: 'forbidden',
        message: expect.stringContaining('the header X-Forwarded-Groups names qa, dev. An admin gives'),
      }),
    )
  })
})

describe('the address of a client', () => {
  const from = (peer: string, forwarded?: string | string[]) => {
    const met = message(peer, forwarded === undefined ? {} : { 'X-Forwarded-For': forwarded })
    connections.meet(met)
    return connections.of(new Headers(met.headers as Record<string, string>))!.from
  }
  test.each([
    ['198.51.100.7', undefined, '198.51.100.7'],
    // Who is no trusted proxy speaks for nobody.
    ['198.51.100.7', '203.0.113.1', '198.51.100.7'],
    ['127.0.0.1', '203.0.113.1', '203.0.113.1'],
    // What stands left of the first stranger was written by that stranger.
    ['127.0.0.1', '10.1.0.1, 203.0.113.1, 10.1.9.9', '203.0.113.1'],
    ['127.0.0.1', ['192.0.2.1', '2001:db8::1'], '2001:db8::1'],
    ['127.0.0.1', '10.1.0.1', '127.0.0.1'],
    ['127.0.0.1', 'unknown', '127.0.0.1'],
    ['127.0.0.1', Array(1_000).fill('10.1.0.1').join(','), '127.0.0.1'],
  ])('%s with %s is %s', (peer, forwarded, client) => {
    expect(from(peer, forwarded)).toBe(client)
  })
})
