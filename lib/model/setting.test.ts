import { describe, expect, test } from 'vitest'
import { randomOf } from '../../test/random.ts'
import { expiryName } from './expiry.ts'
import type { ServerRef } from './ref.ts'
import { type Exists, parseSetting, readSetting, readWritten, type Setting, settingText } from './setting.ts'

const random = randomOf(7)
const below = (count: number) => Math.floor(random() * count)
const one = <T>(list: readonly T[]): T => list[below(list.length)]!
/** Mostly what the texts are made of. */
const PIECES = ['/', '/', '%', '%', ':', '2F', '25', '65', '3a', 'ring:', 'ttl:', 'target:', 'expiry', 'weight', 'state', 'points', 'ttl', 'jitter', 'config', 'a', 'web', ' ', 'é', '\n', '//', '{', '2026-01-05T12:00:00Z+60s'] // biome-ignore format: one line
const name = () => Array.from({ length: 1 + below(5) }, () => one(PIECES)).join('')

const KINDS: (() => Setting)[] = [
  () => ({ of: { target: name(), pool: name(), server: name() }, name: one(['weight', 'state'] as const) }),
  () => ({ of: { ring: name(), node: name() }, name: 'points' }),
  () => ({ of: { ttl: name() }, name: one(['ttl', 'jitter'] as const) }),
  () => ({ of: { target: name() }, name: one(['config/maxmemory', 'limit_maxbytes']) }),
  () => ({ of: { target: name() }, name: expiryName({ from: 1_767_614_400_000, to: 1_767_614_460_000 }, name()) }),
]

describe('the text of a setting', () => {
  test('is read back as what was written, whatever the names', () => {
    for (let i = 0; i < 20_000; i++) {
      const setting = one(KINDS)()
      expect(parseSetting(settingText(setting))).toEqual(setting)
    }
  })

  test('is no other setting’s', () => {
    const seen = new Map<string, string>()
    for (let i = 0; i < 20_000; i++) {
      const setting = one(KINDS)()
      const text = JSON.stringify(settingText(setting))
      expect(seen.get(text) ?? JSON.stringify(setting)).toBe(JSON.stringify(setting))
      seen.set(text, JSON.stringify(setting))
    }
  })

  test.each<[Setting, string, string]>([
    [{ of: { target: 'edge', pool: 'app', server: 'app3' }, name: 'weight' }, 'edge', 'app/app3/weight'],
    [{ of: { target: 'web', pool: 'app', server: 'unix:/run/app.sock' }, name: 'state' }, 'web', 'app/unix:/run/app.sock/state'],
    [{ of: { target: 'mesh', pool: 'app', server: '/run/app.sock' }, name: 'weight' }, 'mesh', 'app//run/app.sock/weight'],
    [{ of: { target: 'mesh', pool: 'app', server: '[fe80::1%eth0]:80' }, name: 'weight' }, 'mesh', 'app/[fe80::1%eth0]:80/weight'],
    [{ of: { target: 'mesh', pool: '50%', server: 'a' }, name: 'weight' }, 'mesh', '50%/a/weight'],
    [{ of: { target: 'mesh', pool: 'outbound|80||a.b', server: '10.0.0.1:80' }, name: 'weight' }, 'mesh', 'outbound|80||a.b/10.0.0.1:80/weight'], // biome-ignore format: one line
    [{ of: { ring: 'products', node: 'cache-a' }, name: 'points' }, 'ring:products', 'products/cache-a/points'],
    [{ of: { ring: 'products', node: 'a/b' }, name: 'points' }, 'ring:products', 'products/a/b/points'],
    [{ of: { ttl: 'products' }, name: 'ttl' }, 'ttl:products', 'products/ttl'],
    [{ of: { ttl: 'products' }, name: 'jitter' }, 'ttl:products', 'products/jitter'],
    [{ of: { target: 'cache-a' }, name: 'config/maxmemory' }, 'cache-a', 'config/maxmemory'],
    [{ of: { target: 'm' }, name: 'limit_maxbytes' }, 'm', 'limit_maxbytes'],
  ])('%j is what it always was', (setting, target, text) => {
    expect(settingText(setting)).toEqual({ target, name: text })
  })

  test('escapes a slash in the name of a pool alone', () => {
    const of = { target: 'mesh', pool: 'default/web', server: '10.0.0.1:80' }
    expect(settingText({ of, name: 'weight' }).name).toBe('default%2Fweb/10.0.0.1:80/weight')
  })

  test.each([
    ['ring:products', 'other/cache-a/points'],
    ['ring:products', 'products//points'],
    ['ring:products', 'points'],
    ['ttl:products', 'ttl'],
    ['ttl:products', 'other/ttl'],
    ['edge', 'app/weight'],
    ['edge', '/a/weight'],
    ['edge', 'app//weight'],
    ['edge', 'weight'],
  ])('%s %s is nothing that is known', (target, text) => {
    expect(parseSetting({ target, name: text })).toEqual({ of: { target }, name: text })
  })
})

describe('a text whose pool is written as it is', () => {
  const fleet =
    (...servers: [pool: string, server: string][]): Exists =>
    ({ pool, server }) =>
      servers.some(([a, b]) => a === pool && b === server)
  const read = (text: string, exists: Exists) => readWritten({ target: 'mesh', name: text }, exists, 'steps[0]')
  const of = (pool: string, server: string): ServerRef => ({ target: 'mesh', pool, server })

  test('means the server that exists', () => {
    const exists = fleet(['default', '10.0.0.1:80'], ['default/web', '10.0.0.1:80'])
    expect(read('default/web/10.0.0.1:80/weight', exists).of).toEqual(of('default/web', '10.0.0.1:80'))
    expect(read('default%2Fweb/10.0.0.1:80/weight', exists).of).toEqual(of('default/web', '10.0.0.1:80'))
    expect(read('default/10.0.0.1:80/weight', exists).of).toEqual(of('default', '10.0.0.1:80'))
    expect(read('a%2Fb/s/weight', fleet(['a%2Fb', 's'])).of).toEqual(of('a%2Fb', 's'))
    expect(read('a/unix:/run/x/state', fleet(['a', 'unix:/run/x'])).of).toEqual(of('a', 'unix:/run/x'))
  })

  test('means the exact reading where neither exists', () => {
    expect(read('default/web/gone/weight', fleet()).of).toEqual(of('default', 'web/gone'))
  })

  test('costs no more than a few readings, however many slashes a request holds', () => {
    let asked = 0
    const exists = () => {
      asked++
      return false
    }
    expect(read(`${'a/'.repeat(490)}b/weight`, exists).of).toMatchObject({ target: 'mesh', pool: 'a' })
    expect(read(`${'%41/'.repeat(16)}b/weight`, exists).of).toMatchObject({ target: 'mesh', pool: 'A' })
    expect(asked).toBeLessThan(40)
    expect(read('a/a/a/a/a/a/a/a/b/weight', fleet(['a/a/a/a/a/a/a/a', 'b'])).of).toEqual(of('a/a/a/a/a/a/a/a', 'b'))
  })

  test('is refused where two servers exist that it may mean; escaped, each is meant alone', () => {
    const exists = fleet(['default', 'web/a'], ['default/web', 'a'])
    expect(() => read('default/web/a/weight', exists)).toThrow('steps[0]: "default/web/a/weight" may mean "web/a" of "default" or "a" of "default/web"; write each "/" in the name of the pool and of the server as %2F.') // biome-ignore format: one line
    expect(read('default/web%2Fa/weight', exists).of).toEqual(of('default', 'web/a'))
    expect(read('default%2Fweb/a/weight', exists).of).toEqual(of('default/web', 'a'))
  })

  test('of a stored document is never refused: it is what was written, where that exists', () => {
    const exists = fleet(['default', 'web/a'], ['default/web', 'a'])
    expect(readSetting({ target: 'mesh', name: 'default/web/a/weight' }, exists).of).toEqual(of('default', 'web/a'))
    expect(readSetting({ target: 'mesh', name: 'default/web/a/weight' }, fleet(['default/web', 'a'])).of).toEqual(of('default/web', 'a'))
  })
})
