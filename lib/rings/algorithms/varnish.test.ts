import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it, test } from 'vitest'
import type { RingSpec } from '../../model/ring.ts'
import { sha256Words } from '../hashes/sha256.ts'
import { locate, sharesOf } from '../placement.ts'
import { parseSpec } from '../spec.ts'
import { varnishHash } from './varnish.ts'

/** What varnishd 7.1.1 of Debian answered: the owner of each key, a letter each. */
const measured = JSON.parse(readFileSync(new URL('../fixtures/varnish-7.1.1.json', import.meta.url), 'utf8')) as {
  texts: string[]
  numbers: string[]
  rings: { name: string; spec: RingSpec; keys: 'texts' | 'numbers'; owners: string }[]
}

test('SHA-256 is that of Node, for lengths around a block', () => {
  for (let length = 0; length < 200; length++) {
    const bytes = Buffer.alloc(length, length * 7)
    const hex = [...sha256Words(bytes)].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('')
    expect(hex).toBe(createHash('sha256').update(bytes).digest('hex'))
  }
})

test.each(measured.rings.map((ring) => [ring.name, ring] as const))(
  '%s: owners as varnishd chose them',
  (_name, { spec, keys, owners }) => {
    const located = locate(parseSpec(spec))
    expect(measured[keys].map(located).join('')).toBe(owners)
  },
)

describe('the shard director', () => {
  const spec = (nodes: RingSpec['nodes'], options = {}): RingSpec => ({ algorithm: 'varnish-shard', nodes, options })

  it('gives what lies behind the last point to the last, without a wrap', () => {
    const ring = spec([{ name: 'a' }, { name: 'b' }, { name: 'c' }], { replicas: 1, input: 'number' })
    const [last, first] = ['a', 'b', 'c'].map((name) => [varnishHash(`${name}0`), name] as const).sort((x, y) => y[0] - x[0]).filter((_, i) => i !== 1) // biome-ignore format: one line
    expect(locate(ring)(String(2 ** 32 - 1))).toBe(last![1])
    expect(locate(ring)('0')).toBe(first![1])
    // A sick last one's keys walk on to the first.
    const sick = spec(
      ring.nodes.map((node) => (node.name === last![1] ? { ...node, state: 'down' } : node)),
      ring.options,
    )
    expect(locate(sick)(String(2 ** 32 - 1))).toBe(first![1])
  })

  it('with two points alone finds the second for every key', () => {
    const ring = spec([{ name: 'a' }, { name: 'b' }], { replicas: 1 })
    const owner = varnishHash('a0') > varnishHash('b0') ? 0 : 1
    expect([...sharesOf(ring)][owner]).toBe(1)
  })

  it('refuses what Varnish would leave out, and keys that its input is not', () => {
    expect(() => parseSpec(spec([{ name: 'a', label: 'x' }, { name: 'x' }]))).toThrow('ident is there already')
    expect(() => parseSpec(spec([{ name: 'a' }], { replicas: 0 }))).toThrow('options.replicas')
    expect(() => parseSpec(spec([{ name: 'a' }], { input: 'source' }))).toThrow('options.input')
  })
})

describe('the hash director', () => {
  const spec = (nodes: RingSpec['nodes'], options = {}): RingSpec => ({ algorithm: 'varnish-hash', nodes, options })

  it('shares by weight, and nobody has the keys of one that weighs nothing', () => {
    const shares = [
      ...sharesOf(
        spec([
          { name: 'a', weight: 1 },
          { name: 'b', weight: 0 },
          { name: 'c', weight: 3 },
        ]),
      ),
    ]
    expect(shares[0]).toBeCloseTo(0.25, 9)
    expect(shares.slice(1)).toEqual([0, expect.closeTo(0.75, 9), 0])
    expect(locate(spec([{ name: 'a', state: 'down' }]))('x')).toBeNull()
  })

  it('before 6.4 took the first bytes of the SHA-256', () => {
    const nodes = ['a', 'b', 'c', 'd'].map((name) => ({ name }))
    const first = (key: string) => nodes[createHash('sha256').update(key).digest()[0]! >> 6]!.name
    const located = locate(spec(nodes, { version: '6.0.16' }))
    for (const key of measured.texts) expect(located(key)).toBe(first(key))
  })
})
