import { describe, expect, test } from 'vitest'
import { randomOf } from '../../test/random.ts'
import { isWithin, parseRef, type Ref, refOf, refText, sameRef } from './ref.ts'

const random = randomOf(11)
const below = (count: number) => Math.floor(random() * count)
const one = <T>(list: readonly T[]): T => list[below(list.length)]!
const PIECES = ['/', '/', '%', '%', ':', '2F', '25', 'ring:', 'pool:', 'clients', 'target:', 'a', 'web', ' ', 'é', '\n', '//']
const name = () => Array.from({ length: 1 + below(5) }, () => one(PIECES)).join('')

const KINDS: (() => Ref)[] = [
  () => ({ target: name() }),
  () => ({ target: name(), pool: name() }),
  () => ({ target: name(), pool: name(), server: name() }),
  () => ({ target: name(), cache: name() }),
  () => ({ ring: name() }),
  () => ({ ring: name(), node: name() }),
  () => ({ ttl: name() }),
  () => ({ clients: true }),
  () => ({ application: name() }),
  () => ({ origin: name() }),
]

describe('the text of a ref', () => {
  test('is read back as what was written, whatever the names, and no other ref shares it', () => {
    const seen = new Map<string, Ref>()
    for (let i = 0; i < 20_000; i++) {
      const ref = one(KINDS)()
      const text = refText(ref)
      expect(parseRef(text)).toEqual(ref)
      expect(seen.get(text) ?? ref).toEqual(ref)
      seen.set(text, ref)
    }
  })

  test.each<[Ref, string]>([
    [{ target: 'edge', pool: 'app' }, 'pool:edge/app'],
    [{ target: 'mesh', pool: 'default/web' }, 'pool:mesh/default/web'],
    [{ ring: 'products' }, 'ring:products'],
    [{ ttl: 'products' }, 'ttl:products'],
    [{ target: 'cache-a' }, 'target:cache-a'],
    [{ clients: true }, 'clients'],
    [{ application: 'shop' }, 'application:shop'],
    [{ origin: 'db' }, 'origin:db'],
  ])('%j is what edges always called it', (ref, text) => {
    expect(refText(ref)).toBe(text)
  })

  test('names a cache and a store as the target that they are', () => {
    expect(parseRef('cache:cache-a')).toEqual({ target: 'cache-a' })
    expect(parseRef('store:sessions')).toEqual({ target: 'sessions' })
  })

  test.each(['', 'pool:edge', 'pool:/app', 'pool:edge/', 'ring:', 'elsewhere:x', 'server:a/b'])('%j is none', (text) => {
    expect(parseRef(text)).toBeNull()
  })
})

test('what labels are about, and what is a part of it', () => {
  const server = refOf({ target: 'edge', pool: 'app', server: 'app3', code: '5xx' })!
  expect(sameRef(server, { target: 'edge', pool: 'app', server: 'app3' })).toBe(true)
  expect(refOf({ ring: 'products', node: 'a' })).toEqual({ ring: 'products', node: 'a' })
  expect(refOf({ key: 'product:1' })).toBeNull()
  expect(isWithin(server, { target: 'edge', pool: 'app' })).toBe(true)
  expect(isWithin(server, { target: 'edge' })).toBe(true)
  expect(isWithin({ target: 'mesh', pool: 'default/web' }, { target: 'mesh', pool: 'default' })).toBe(false)
  expect(isWithin({ target: 'edge' }, server)).toBe(false)
  expect(isWithin({ ring: 'products' }, { ttl: 'products' })).toBe(false)
})
