import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { hotkeysSession as session } from '../../../../test/hotkeysSession.ts'
import type { RedisClient } from '../client.ts'
import { redisConfig } from '../config.ts'
import { closeRedis, openRedis, type RedisLink } from '../link.ts'
import { hotkeys as probe } from '../probes/hotkeys.ts'
import { monitor } from '../probes/monitor.ts'
import { burst, burstMs, endSession, nextStep, noHotkeys } from './session.ts'

const signal = AbortSignal.timeout(5_000)
/** Bursts are shortest there. */
const BUSY = 100_000

describe('a session', () => {
  const ours = { ...noHotkeys(), own: 1_000 }
  it.each([
    ['none is there', null, 'burst'],
    ['ours was left over', session({ durationMs: 5_000 }), 'burst'],
    ['ours has ended', session({ active: false }), 'burst'],
    ["somebody's goes on", session({ startedAt: 7, durationMs: 90_000 }), 'read'],
    ["somebody's has just ended", session({ startedAt: 7, active: false, durationMs: 900_000 }), 'wait'],
    ["somebody's ended long ago", session({ startedAt: 7, active: false, durationMs: 1_000 }), 'burst'],
  ])('when %s', (_what, held, step) => expect(nextStep(held, ours, 1_000_000)).toBe(step))

  it('lasts as long as 2 500 commands take, and never long', () => {
    expect([0, 900, 20_000, 1_000_000].map(burstMs)).toEqual([2_000, 2_000, 125, 50])
  })

  /** A server with HOTKEYS; `begin` is somebody else's START. */
  function server() {
    const said: string[] = []
    const slow = { ms: 0 }
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
            100,
            'by-cpu-time-us',
            ['viral', 50, 'b', 1],
          ],
        ]
      )
    }
    const client = {
      call: async (command: readonly unknown[]) => one(command),
      callBytes: async (command: readonly unknown[]) => {
        if (held) await sleep(slow.ms)
        return one(command)
      },
      pipeline: async (commands: readonly unknown[][]) => commands.map(one),
      close: async () => {},
    } as unknown as RedisClient
    return { client, said, slow, begin: () => one(['HOTKEYS', 'START']), held: () => held }
  }

  it('is begun, and ended with what the server keeps of it', async () => {
    const { client, held, said } = server()
    const memory = noHotkeys()
    await burst(client, memory, BUSY, signal)
    expect(held()).toBeNull()
    expect(memory).toMatchObject({ own: null, batches: [{ ms: 9, commands: 900, cpuUs: 100, keys: [['viral', 50, null], ['b', 1, null]] }] }) // biome-ignore format: one line
    expect(said).toEqual(['START', 'GET', 'GET', 'GET', 'STOP', 'RESET'])
  })

  it('is ended when the look is broken off, and where that fails with the next one', async () => {
    const { client, held } = server()
    const memory = noHotkeys()
    await expect(burst(client, memory, BUSY, AbortSignal.timeout(10))).rejects.toMatchObject({ name: 'AbortError' })
    expect(held()).toBeNull()
    const dead = { ...client, call: () => Promise.reject(new Error('closed')) } as unknown as RedisClient
    await expect(burst(dead, memory, BUSY, signal)).rejects.toThrow('closed')
    expect(memory.own).toBe(held()!.startedAt)
    await burst(client, memory, BUSY, signal)
    expect(held()).toBeNull()
  })

  it('of somebody else is read, and never ended: not where ours was thought to run, and not at the end', async () => {
    const { client, begin, held, said } = server()
    begin()
    const memory = noHotkeys()
    expect(await burst(client, memory, BUSY, signal)).toBeNull()
    expect(memory.own).toBeNull()
    memory.own = 77
    await endSession(client, memory, signal)
    expect(held()).not.toBeNull()
    expect(said).not.toContain('STOP')
  })

  const linkTo = (client: RedisClient, knows: string[], monitor: string): RedisLink => {
    const link = openRedis(redisConfig.parse({ kind: 'redis', name: 'a', url: 'redis://127.0.0.1:1', role: 'cache', monitor }))
    const seen = { opsPerSecond: BUSY, cpu: 0.1, counted: { commands: 5 } } as unknown as RedisLink['seen']
    // MONITOR is not permitted there: otherwise it counts.
    return Object.assign(link, { client, seen, writes: { knows: (name: string) => knows.includes(name) }, deaf: 'NOPERM' })
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
    const reading = probe.read(link, null, signal)
    await expect.poll(held, { interval: 5 }).not.toBeNull()
    await closeRedis(link)
    expect(held()).toBeNull()
    await reading
    expect(held()).toBeNull()
  })

  const counting = ['hotkeys|get', 'hotkeys|start']

  it('is none on a server without a tenth of its core left, and tells nothing any more', async () => {
    const { client, held } = server()
    const link = linkTo(client, counting, 'bursts')
    for (let i = 0; i < 3; i++) await probe.read(link, null, signal)
    expect(link.hotkeys.tells).toBe(true)
    link.seen!.cpu = 0.95
    expect(probe.wanted!(link)).toBe('the server is too busy: 95 % of a core')
    expect(held()).toBeNull()
    expect(link.hotkeys).toMatchObject({ tells: false, batches: [] })
    link.seen!.cpu = 0.5
    expect(probe.wanted!(link)).toBe(true)
  })

  it('is none for a while where the server answers more slowly with it; no MONITOR takes its place', async () => {
    const { client, slow } = server()
    const link = linkTo(client, counting, 'bursts')
    slow.ms = 25
    for (let i = 0; i < 4; i++) await probe.read(link, null, signal)
    expect(probe.wanted!(link)).toBe(true)
    await probe.read(link, null, signal)
    expect(probe.wanted!(link)).toMatch(/^it stopped and rests for 1 min: the server answers in \d+ ms, without it in 0\.\d ms$/)
    expect(link.hotkeys.tells).toBe(false)
    expect(monitor.wanted!(link)).toMatch('HOTKEYS was too much for the server')
  })

  it('is none where MONITOR may be run, which counts reads for less; it is where commands are too many or too large for that', () => {
    const link = linkTo(server().client, counting, 'bursts')
    expect(probe.wanted!(link)).toBe(true)
    link.deaf = null
    expect(probe.wanted!(link)).toBe('not needed: MONITOR tells more')
    expect(monitor.wanted!(link)).toBe(true)
    link.seen!.opsPerSecond = 200_000
    expect([probe.wanted!(link), monitor.wanted!(link)]).toEqual([true, 'the server is too busy: 200000 commands a second'])
    link.seen!.opsPerSecond = BUSY
    link.monitored.largeUntil = performance.now() + 60_000
    expect([probe.wanted!(link), monitor.wanted!(link)]).toEqual([true, expect.stringMatching('its commands are large')])
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
