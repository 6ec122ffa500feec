import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { RedisClient } from '../client.ts'
import { redisConfig } from '../config.ts'
import { closeRedis, openRedis, type RedisLink } from '../link.ts'
import { hotkeys as probe } from '../probes/hotkeys.ts'
import { type HotkeysSession, readHotkeys } from './answer.ts'
import { batchOf } from './batches.ts'
import { endSession, looked, nextStep, noHotkeys, ratioFor, startSession } from './session.ts'
import { sessionShares, windowShares } from './shares.ts'

const fixture = (name: string): unknown => JSON.parse(readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8'))
const signal = AbortSignal.timeout(5_000)

const session = (given: Partial<HotkeysSession>): HotkeysSession => ({
  dialect: 'redis',
  active: true,
  sampleRatio: 1,
  startedAt: 1_000,
  durationMs: 2_500,
  cpuUs: 10_000,
  byCpu: [],
  byBytes: [],
  ...given,
})

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
  it('are the medians of its stretches, hottest first', () => {
    const keys = shares(Array.from({ length: 6 }, (_, i) => ({ viral: 2_000 + 100 * i, b: 300, c: 200, d: 100, e: 50 })))
    expect(keys[0]).toMatchObject({ key: 'viral', hot: true, measure: 'cpu-time', heardMs: 15_000, lines: 6_000 })
    expect(keys[0]!.share).toBeCloseTo(0.225)
    expect(keys[0]!.low).toBeLessThanOrEqual(0.2)
    expect(keys[0]!.high).toBeGreaterThanOrEqual(0.25)
    expect(keys[0]!.perSecond).toBeCloseTo(90)
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

describe('a session', () => {
  const ours = { ...noHotkeys(), own: 1_000 }
  it.each([
    ['none is there', null, 'start'],
    ['ours is young', session({ durationMs: 5_000 }), 'read'],
    ['ours is old', session({ durationMs: 26_000 }), 'restart'],
    ['ours has ended', session({ active: false }), 'start'],
    ["somebody's goes on", session({ startedAt: 7, durationMs: 90_000 }), 'read'],
    ["somebody's has just ended", session({ startedAt: 7, active: false, durationMs: 900_000 }), 'wait'],
    ["somebody's ended long ago", session({ startedAt: 7, active: false, durationMs: 1_000 }), 'start'],
  ])('when %s', (_what, held, step) => expect(nextStep(held, ours, 1_000_000)).toBe(step))

  it('looks at a thousand commands a second at most', () => {
    expect([0, 900, 20_000].map(ratioFor)).toEqual([1, 1, 20])
  })

  /** A server with HOTKEYS; `begin` is somebody else's START. */
  function server() {
    const said: string[] = []
    let held: { startedAt: number; active: number } | null = null
    const one = (command: readonly unknown[]): unknown => {
      const [, what] = command as string[]
      said.push(String(what))
      if (what === 'START') {
        if (held?.active) return new Error('ERR hotkey tracking session already in progress')
        held = { startedAt: 5_000 + said.length, active: 1 }
        return 'OK'
      }
      if (what === 'STOP' && held) held.active = 0
      if (what === 'RESET') held = null
      if (what !== 'GET') return 'OK'
      return (
        held && [
          [
            'tracking-active',
            held.active,
            'sample-ratio',
            1,
            'collection-start-time-unix-ms',
            held.startedAt,
            'collection-duration-ms',
            9,
            'all-commands-all-slots-us',
            5,
          ],
        ]
      )
    }
    const client = {
      call: async (command: readonly unknown[]) => one(command),
      callBytes: async (command: readonly unknown[]) => one(command),
      pipeline: async (commands: readonly unknown[][]) => commands.map(one),
      close: async () => {},
    } as unknown as RedisClient
    return { client, said, begin: () => one(['HOTKEYS', 'START']), held: () => held }
  }

  it('is begun, and ended with what the server keeps of it', async () => {
    const { client, held, said } = server()
    const memory = noHotkeys()
    await startSession(client, memory, 100, signal)
    expect(memory.own).toBe(held()!.startedAt)
    await endSession(client, memory, signal)
    expect(held()).toBeNull()
    await endSession(client, memory, signal)
    expect(said).toEqual(['START', 'GET', 'GET', 'STOP', 'RESET'])
  })

  it('of somebody else is read, and never ended: not where ours was thought to run, and not at the end', async () => {
    const { client, begin, held, said } = server()
    begin()
    const memory = noHotkeys()
    await startSession(client, memory, 100, signal)
    expect(memory.own).toBeNull()
    memory.own = 77
    await endSession(client, memory, signal)
    expect(held()).not.toBeNull()
    expect(said).not.toContain('STOP')
  })

  const linkTo = (client: RedisClient, knows: string[], monitor: string): RedisLink => {
    const link = openRedis(redisConfig.parse({ kind: 'redis', name: 'a', url: 'redis://127.0.0.1:1', role: 'cache', monitor }))
    const seen = { opsPerSecond: 100, cpu: 0.1, counted: { commands: 5 } } as unknown as RedisLink['seen']
    return Object.assign(link, { client, seen, writes: { knows: (name: string) => knows.includes(name) } })
  }

  it('is begun only with consent, and ended when the target is closed', async () => {
    const { client, held } = server()
    const wanted = (knows: string[], monitor: string) => probe.wanted!(linkTo(client, knows, monitor))
    expect(wanted(['hotkeys|get', 'hotkeys|start'], 'ask')).toContain('admin')
    expect(wanted(['hotkeys|get', 'hotkeys|start'], 'never')).toContain('never')
    expect(wanted([], 'bursts')).toContain('does not know it')
    expect(wanted(['hotkeys|get'], 'ask')).toBe(true)
    const link = linkTo(client, ['hotkeys|get', 'hotkeys|start'], 'bursts')
    expect(probe.wanted!(link)).toBe(true)
    await probe.read(link, null, signal)
    expect(link.hotkeys.tells).toBe(true)
    expect(held()).not.toBeNull()
    await closeRedis(link)
    expect(held()).toBeNull()
  })

  it('is never begun on Valkey, which counts by its configuration', async () => {
    const said: string[] = []
    const client = {
      callBytes: async ([, what]: string[]) => {
        said.push(what!)
        throw new Error('ERR Hotkey detection is disabled')
      },
      call: async (command: string[]) => {
        said.push(command.slice(0, 2).join(' '))
        return ['hotkeys-top-k', '0', 'hotkeys-window-seconds', '1']
      },
    } as unknown as RedisClient
    const link = linkTo(client, ['hotkeys|get'], 'bursts')
    const raw = await probe.read(link, null, signal)
    expect(said).toEqual(['GET', 'CONFIG GET'])
    expect(link.hotkeys.tells).toBe(false)
    expect(probe.parse(raw, { cursor: null, at: 1 }).topology.capabilities![0]).toMatchObject({ feature: 'HOTKEYS', available: false })
  })
})
