import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { hotkeysSession as session } from '../../../../test/hotkeysSession.ts'
import { type HotkeysSession, readHotkeys } from './answer.ts'
import { batchOf } from './batches.ts'
import { looked, noHotkeys } from './session.ts'
import { sessionShares, windowShares } from './shares.ts'

const fixture = (name: string): unknown => JSON.parse(readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8'))

/** Looks 2.5 s apart at one session, of µs for each key in each stretch; 1 000 commands and 10 000 µs a stretch. */
function shares(stretches: Record<string, number>[], sampleRatio = 1) {
  const memory = noHotkeys()
  looked(memory, session({ durationMs: 0, cpuUs: 0, sampleRatio }), 0)
  const sums = new Map<string, number>()
  for (const [i, stretch] of stretches.entries()) {
    for (const [key, us] of Object.entries(stretch)) sums.set(key, (sums.get(key) ?? 0) + us)
    const byCpu = [...sums].sort((a, b) => b[1] - a[1])
    looked(memory, session({ durationMs: 2_500 * (i + 1), cpuUs: 10_000 * (i + 1), byCpu, sampleRatio }), 1_000 * (i + 1))
  }
  return sessionShares(memory.batches)
}

describe('HOTKEYS GET', () => {
  it('of Redis 8.6 and later: a session, with hostile names as text', () => {
    const read = readHotkeys(fixture('hotkeys-8.9.json'))
    expect(read).toMatchObject({ dialect: 'redis', active: true, sampleRatio: 4, durationMs: 123, cpuUs: 1_672 })
    const { byCpu } = read as HotkeysSession
    const names = byCpu.map(([key]) => key)
    expect(names).toEqual(expect.arrayContaining(['viral:1', '\\x00\\xff\\xfe', '__proto__', '<script>alert(1)</script>']))
    expect(names.find((name) => name.startsWith('xxx'))).toMatch(/^x{512}… \(700 characters, [0-9a-f]{8}\)$/)
    expect(byCpu.every(([, us]) => us > 0)).toBe(true)
  })

  it('of Valkey: rows', () => {
    expect(readHotkeys(fixture('hotkeys-valkey.CONSTRUCTED.json'))).toMatchObject({
      dialect: 'valkey',
      keys: expect.arrayContaining([{ key: '__proto__', db: 0, perSecond: 90 }]),
    })
    expect(readHotkeys([])).toEqual({ dialect: 'valkey', keys: [] })
  })

  it('is nothing where no session was begun', () => expect(readHotkeys(null)).toBeNull())

  it.each([
    ['text', 'OK'],
    ['a row that is no list', ['key']],
    ['a row without a key', [['db', 0]]],
    ['a rate below zero', [['key', 'a', 'db', 0, 'qps', -1]]],
    ['an odd list', [['tracking-active', 1, 'sample-ratio']]],
    ['a session without times', [['tracking-active', 1, 'sample-ratio', 1]]],
    [
      'keys without counts',
      [(fixture('hotkeys-8.9.json') as unknown[][])[0]!.map((part) => (Array.isArray(part) && part.length > 2 ? ['a'] : part))],
    ],
  ])('refuses %s', (_what, answer) => {
    expect(() => readHotkeys(answer)).toThrow(expect.objectContaining({ code: 'malformed' }))
  })
})

describe('shares of a session', () => {
  it('are the trimmed means of its stretches, hottest first', () => {
    const keys = shares(Array.from({ length: 6 }, (_, i) => ({ viral: 2_000 + 100 * i, b: 300, c: 200, d: 100, e: 50 })))
    expect(keys[0]).toMatchObject({ key: 'viral', hot: true, measure: 'cpu-time', heardMs: 15_000, lines: 6_000 })
    expect(keys[0]!.share).toBeCloseTo(0.225)
    expect(keys[0]!.low).toBeLessThanOrEqual(0.2)
    expect(keys[0]!.high).toBeGreaterThanOrEqual(0.25)
    // CPU time does not tell how many commands took it.
    expect(keys[0]!.perSecond).toBeNull()
    expect(keys.map(({ key }) => key)).toEqual(['viral', 'b', 'c', 'd', 'e'])
  })

  it('no key is hot for one command during which the server was descheduled', () => {
    const quiet = { a: 300, b: 200, c: 100 }
    const keys = shares([quiet, quiet, { ...quiet, unlucky: 9_000 }, quiet, quiet, quiet])
    expect(keys.find(({ key }) => key === 'unlucky')).toBeUndefined()
  })

  it('wait for three stretches', () => expect(shares([{ a: 5_000 }, { a: 5_000 }])).toEqual([]))

  it('are scaled where one command in several is sampled', () => {
    const [first] = shares(
      Array.from({ length: 3 }, () => ({ a: 500, b: 10 })),
      4,
    )
    expect(first).toMatchObject({ key: 'a', lines: 750 })
    expect(first!.share).toBeCloseTo(0.2)
  })

  it('of a new session are not taken from those of the one before', () => {
    const before = session({ byCpu: [['a', 5_000]] })
    expect(batchOf(before, session({ startedAt: 9_000, byCpu: [['a', 700]] }), 10)).toMatchObject({
      cpuUs: 10_000,
      keys: [['a', 700, null]],
    })
    expect(batchOf(before, before, 10)).toBeNull()
    // A sketch forgets: no count falls below zero.
    expect(batchOf(before, session({ durationMs: 5_000, cpuUs: 11_000, byCpu: [['a', 4_000]] }), 10)!.keys).toEqual([['a', 0, null]])
  })
})

describe('shares of a window of Valkey', () => {
  const sampling = { topK: 20, windowSeconds: 2, percentage: 10 }
  it('are of all accesses, the databases together', () => {
    const keys = windowShares(readHotkeys(fixture('hotkeys-valkey.CONSTRUCTED.json')) as never, 3_000, sampling)
    expect(keys[0]).toMatchObject({ key: 'viral:1', perSecond: 900, share: 0.3, lines: 600, heardMs: 2_000, measure: 'accesses' })
    expect(keys[0]!.low).toBeGreaterThan(0.25)
  })
  it('are never more than all, whatever INFO says', () => {
    const keys = windowShares({ dialect: 'valkey', keys: [{ key: 'a', db: 0, perSecond: 900 }] }, 10, sampling)
    expect(keys[0]).toMatchObject({ share: 1, high: 1 })
    expect(windowShares({ dialect: 'valkey', keys: [] }, 0, sampling)).toEqual([])
  })
})
