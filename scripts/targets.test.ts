import { expect, it } from 'vitest'
import { schemas } from '../lib/server/schemas.ts'
import { targetsOf } from './targets.ts'

const URLS = [
  'redis://127.0.0.1:6379',
  'rediss://:secret@cache.example:6380/0',
  'memcached://127.0.0.1:11211',
  'haproxy://127.0.0.1:9999',
  'haproxy:///run/haproxy/admin.sock',
  'nginx+http://127.0.0.1:8080/stub_status',
  'envoy+http://127.0.0.1:9901',
  'twemproxy://127.0.0.1:22222',
  'prometheus+http://127.0.0.1:9090',
]

it('turns each kind of URL into a target that its product takes', () => {
  const targets = targetsOf(URLS)
  expect(targets.map(({ name }) => name)).toEqual([
    '127.0.0.1-6379',
    'cache.example-6380',
    '127.0.0.1-11211',
    '127.0.0.1-9999',
    'admin.sock',
    '127.0.0.1-8080',
    '127.0.0.1-9901',
    '127.0.0.1-22222',
    '127.0.0.1-9090',
  ])
  const known = schemas().targets
  for (const target of targets.filter(({ kind }) => known[kind!])) expect(known[target.kind!]!.safeParse(target).error).toBeUndefined()
})

it('refuses what is no URL or of no known kind, without repeating a password', () => {
  expect(() => targetsOf(['no url'])).toThrow('--target: found no URL')
  expect(() => targetsOf(['mysql://root:secret@db'])).toThrow(/^--target mysql:: allowed are redis/)
})
