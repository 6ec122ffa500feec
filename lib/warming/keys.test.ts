import { describe, expect, it } from 'vitest'
import type { HotNames, KeyReads, WarmSettings } from '../model/warming.ts'
import { KeyCounts } from './keyCounts.ts'
import { keyBytes, keyItem } from './keyItem.ts'
import { createKeyMemory } from './keyMemory.ts'

describe('a key in JSON', () => {
  const latin1 = (text: string) => Buffer.from(text, 'utf8').toString('latin1')

  it('is text where it is text, Base64 where it is none or holds control characters', () => {
    expect(keyItem('product:1')).toEqual({ key: 'product:1' })
    expect(keyItem(latin1('größe:日'))).toEqual({ key: 'größe:日' })
    expect(keyItem('\xff\xfe')).toEqual({ base64: '//4=' })
    expect(keyItem('a\nb')).toEqual({ base64: 'YQpi' })
    expect(keyItem('a\0b')).toEqual({ base64: 'YQBi' })
  })

  it('comes back byte by byte, whatever it is', () => {
    const odd = ['', '\ufeff', latin1('\ufeffx'), '$(reboot)`"\'\\', ...Array.from({ length: 256 }, (_, i) => `k${String.fromCharCode(i)}`)]
    for (const bytes of odd.map((text) => text.replace(/[^\0-\xff]/g, '')))
      expect(keyBytes(JSON.parse(JSON.stringify(keyItem(bytes))))).toBe(bytes)
  })
})

/** Keys k1, k2, … of which k1 is read most, by Zipf's law. */
const burst = (seed: number, reads = 1_000, keys = 300): KeyReads => {
  let state = seed
  const random = () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
  const weights = Array.from({ length: keys }, (_, i) => 1 / (i + 1))
  const sum = weights.reduce((a, b) => a + b)
  const counts = new Map<string, number>()
  for (let n = 0; n < reads; n++) {
    let left = random() * sum
    const at = weights.findIndex((weight) => {
      left -= weight
      return left <= 0
    })
    counts.set(`k${at + 1}`, (counts.get(`k${at + 1}`) ?? 0) + 1)
  }
  return { keys: [...counts], reads }
}

describe('counts of reads by key', () => {
  it('name the hottest, and tell what part of later reads they hold', () => {
    const counts = new KeyCounts(30)
    for (let i = 1; i <= 10; i++) counts.add(burst(i), i * 1_000)
    const named = counts.name().map(([name]) => name)
    expect(named.slice(0, 3)).toEqual(['k1', 'k2', 'k3'])
    expect(counts.covers(10_000)).toBeNull()
    for (let i = 11; i <= 20; i++) counts.add(burst(i), i * 1_000)
    // The 30 hottest of 300 by Zipf's law with 1: 4.0 / 6.3.
    const { value, low, high } = counts.covers(20_000)!
    expect(value).toBeGreaterThan(0.58)
    expect(value).toBeLessThan(0.67)
    expect(low).toBeLessThan(value)
    expect(high).toBeGreaterThan(value)
  })

  it('follow what has become hot, over days, and stay bounded', () => {
    const counts = new KeyCounts(5)
    counts.add({ keys: [['old', 1_000]], reads: 1_000 }, 1)
    counts.add({ keys: [['new', 100]], reads: 100 }, 3 * 3_600_000)
    expect(counts.name()[0]![0]).toBe('new')
    for (let day = 1; day < 40; day++)
      counts.add({ keys: Array.from({ length: 500 }, (_, i) => [`d${day}-${i}`, 1]), reads: 500 }, day * 86_400_000)
    expect(counts.name().map(([name]) => name.slice(0, 3))).toEqual(Array(5).fill('d39'))
    expect(counts.name().every(([, part]) => Number.isFinite(part))).toBe(true)
  })
})

describe('the names that are remembered', () => {
  const settings = { keys: 3 } as WarmSettings
  const setUp = ({ isWell = () => true }: { isWell?: (target: string) => boolean } = {}) => {
    const kept = new Map<string, string>()
    const memory = {
      get: <T>(key: string) => (kept.has(key) ? (JSON.parse(kept.get(key)!) as T) : null),
      put: (key: string, value: unknown) => void kept.set(key, JSON.stringify(value)),
      delete: (key: string) => void kept.delete(key),
      keys: (prefix: string) => [...kept.keys()].filter((key) => key.startsWith(prefix)),
    }
    const open = () => createKeyMemory({ memory, settings: (target) => (target === 'a' ? settings : null), isWell })
    return { memory, kept, open }
  }
  const read = (...keys: [string, number][]) => ({ reads: { keys, reads: keys.reduce((sum, [, n]) => sum + n, 0) }, hot: [] })
  const namesOf = (names: HotNames | null) => names?.keys.map(([item]) => ('key' in item ? item.key : item.base64)) ?? null

  it('survive a restart of Evenkeel, and go on from there', () => {
    const { open } = setUp()
    const first = open()
    first.hear('a', read(['x', 50], ['y', 30], ['z', 20], ['rare', 1]), 1_000_000)
    expect(namesOf(first.names('a', 1_000_000))).toEqual(['x', 'y', 'z'])
    const second = open()
    expect(namesOf(second.names('a', 1_060_000))).toEqual(['x', 'y', 'z'])
    second.hear('a', read(['rare', 5]), 1_060_000)
    expect(namesOf(second.names('a', 1_060_000))).toEqual(['x', 'y', 'z'])
    expect(second.names('a', 1_000_000 + 25 * 3_600_000 + 60_000)).toBeNull()
  })

  it('are those of before the cold start: nothing is learned while the cache is not well', () => {
    let well = true
    const { open } = setUp({ isWell: () => well })
    const keys = open()
    keys.hear('a', read(['x', 50]), 1_000_000)
    well = false
    keys.hear('a', read(['storm', 5_000]), 1_100_000)
    expect(namesOf(keys.names('a', 1_100_000))).toEqual(['x'])
  })

  it('are kept of caches with a hook alone, and forgotten with it', () => {
    const { open, kept } = setUp()
    const keys = open()
    keys.hear('b', read(['x', 50]), 1_000_000)
    expect(kept.size).toBe(0)
    keys.hear('a', read(['x', 50]), 1_000_000)
    keys.forget(new Set())
    expect(keys.names('a', 1_000_000)).toBeNull()
  })

  it('of texts alone those count that stand for no other bytes', () => {
    const { open } = setUp()
    const keys = open()
    const hot = ['plain', 'größe', '\\xff', `${'k'.repeat(512)}… (600 bytes, 01234567)`].map((key) => ({ key, share: 0.2 }))
    keys.hear('a', { hot }, 1_000_000)
    expect(namesOf(keys.names('a', 1_000_000))!.sort()).toEqual(['größe', 'plain'])
    expect(keys.names('a', 1_000_000)!.covers).toBeNull()
  })
})
