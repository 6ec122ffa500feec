import { expect, test } from 'vitest'
import { writerOf } from './client.ts'
import { type RedisConfig, redisConfig } from './config.ts'

const parsed = (more: object): RedisConfig =>
  redisConfig.parse({ kind: 'redis', name: 'a', url: 'redis://reader:look@127.0.0.1:6379/2', ...more })
const login = ({ url, username, password }: RedisConfig) => ({ url, username, password })

test('without `write` it is the same user', () => expect(writerOf(parsed({}))).toEqual(parsed({})))

test('another user at the same address', () =>
  expect(login(writerOf(parsed({ write: { username: 'tuner', password: 'turn' } })))).toEqual({
    url: 'redis://reader:look@127.0.0.1:6379/2',
    username: 'tuner',
    password: 'turn',
  }))

test('another address brings its own user, never that of the readers', () =>
  expect(login(writerOf(parsed({ username: 'reader', password: 'look', write: { url: 'unix:/run/redis.sock' } })))).toEqual({
    url: 'unix:/run/redis.sock',
    username: undefined,
    password: undefined,
  }))

test.each([
  ['a name without a password', { username: 'tuner' }],
  ['nothing', {}],
])('%s is refused', (_what, write) => expect(() => parsed({ write })).toThrow(/password, or an url/))

test('an address is for one server', () =>
  expect(() => redisConfig.parse({ kind: 'redis', name: 'a', cluster: ['redis://h:1'], write: { url: 'redis://h:2' } })).toThrow(
    /one server/,
  ))
