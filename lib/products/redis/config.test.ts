import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../config/parse.ts'
import type { Schemas } from '../../config/schema.ts'
import { placeOf, redisAddress, redisConfig } from './config.ts'

const parse = (extra: object) => redisConfig.safeParse({ kind: 'redis', name: 'a', ...extra })

it('says what a URL may be in the middle of the sentence "found …; allowed: …"', () => {
  const schemas = { targets: { redis: redisConfig }, rules: {}, notifiers: {} } as unknown as Schemas
  const read = () =>
    parseConfig('targets:\n  - { kind: redis, name: a, url: "http://h" }', {}, schemas, { file: 'evenkeel.yaml', readFile: () => '' })
  expect(read).toThrow(/allowed: redis:\/\/HOST:PORT, .* \(the scheme is not known\)/)
  expect(read).not.toThrow(/allowed: .*allowed: /)
})

describe('placeOf', () => {
  it.each([
    ['redis://127.0.0.1:6380/2', { host: '127.0.0.1', port: 6380, db: 2, tls: false }],
    ['redis://cache', { host: 'cache', port: 6379, db: 0 }],
    ['rediss://user:p%40ss@cache.example:6379', { tls: true, username: 'user', password: 'p@ss' }],
    ['redis://:only@[::1]:6379', { host: '::1', password: 'only' }],
    ['unix:/run/redis.sock', { path: '/run/redis.sock' }],
    ['redis+unix:///run/redis.sock?db=3', { path: '/run/redis.sock', db: 3 }],
    ['/run/redis.sock', { path: '/run/redis.sock' }],
  ])('reads %s', (url, place) => {
    expect(placeOf(url)).toMatchObject(place)
  })

  it.each(['', 'nonsense', 'http://127.0.0.1', 'redis://:secret@', 'redis://h/not-a-number', 'redis://h:99999', 'redis://:sec%ret@h'])(
    'refuses %j without telling a secret',
    (url) => {
      expect(() => placeOf(url)).toThrow(/^redis:\/\/HOST:PORT, rediss:\/\/HOST:PORT or unix:\/PATH \(.+\)$/)
      try {
        placeOf(url)
      } catch (error) {
        expect(String(error)).not.toMatch(/secret|sec%ret/)
      }
    },
  )
})

describe('redisConfig', () => {
  it('never monitors a store unless told so', () => {
    expect(parse({ url: 'redis://h' }).data).toMatchObject({ role: 'cache', monitor: 'ask' })
    expect(parse({ url: 'redis://h', role: 'store' }).data).toMatchObject({ monitor: 'never' })
    expect(parse({ url: 'redis://h', role: 'store', monitor: 'bursts' }).data).toMatchObject({ monitor: 'bursts' })
  })

  it.each([
    [{ cluster: ['redis://h:1', 'rediss://h:2'], natMap: { '10.0.0.1:6379': '127.0.0.1:7001' } }, null],
    [{ sentinel: { master: 'm', nodes: ['h:26379', '[::1]:26379'] }, tls: true }, null],
    [{ cluster: [] }, 'cluster'],
    [{ cluster: ['unix:/run/r.sock'] }, 'cluster'],
    [{ cluster: ['redis://h'], url: 'redis://h' }, 'cluster'],
    [{ url: 'redis://h', natMap: { 'a:1': 'b:2' } }, 'natMap'],
    [{ cluster: ['redis://h'], natMap: { 'a:1': 'redis://b:2' } }, 'natMap.a:1'],
    [{ cluster: ['redis://h'], tls: true }, 'tls'],
    [{ url: 'rediss://h', ca: '/etc/ca.pem' }, 'ca'],
    [{ url: 'rediss://h', cert: '-----BEGIN CERTIFICATE-----' }, 'key'],
    [{ url: 'rediss://h', key: '-----BEGIN PRIVATE KEY-----' }, 'cert'],
    [{ sentinel: { master: 'm', nodes: ['redis://h'] } }, 'sentinel.nodes.0'],
  ])('takes %j: %s', (extra, field) => expect(parse(extra).error?.issues[0]?.path.join('.') ?? null).toBe(field))

  it('says what is missing and what is unknown', () => {
    expect(parse({}).error?.issues[0]?.message).toContain('url is missing')
    expect(parse({ url: 'redis://h', roll: 'cache' }).success).toBe(false)
  })

  it('has an address without secrets', () => {
    expect(redisAddress({ url: 'redis://user:secret@[::1]:6379/1' })).toBe('[::1]:6379')
  })
})
