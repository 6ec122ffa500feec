import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { handClock } from '../../test/clock.ts'
import { EvenkeelError } from '../model/error.ts'
import type { AnyProduct, Parsed, Probe } from '../model/product.ts'
import type { Health } from './health.ts'
import { createTarget } from './target.ts'

const START = 1_000_000_000
const log = { info() {}, warn() {}, error() {} }
const refused = () => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })

type Read = (signal: AbortSignal, cursor: string | null) => Promise<Record<string, unknown>>

/** A server whose answers the test decides, with a vital probe each second and a slower one. */
function server(
  reads: { vital: Read; slow?: Read; wanted?: () => true | string },
  { samples = 0, slowMs = 5_000, pipelined = false } = {},
) {
  const everyMs: number[] = []
  const list = Array.from({ length: samples }, (_, i) => ({ metric: `m${i}`, value: 1 }))
  const clock = handClock(START)
  const asked: { probe: string; at: number; cursor: string | null }[] = []
  const seen: { probe: string; at: number; parsed: Parsed }[] = []
  const states: Health[] = []
  let inFlight = 0
  let most = 0
  const probe = (id: string, read: Read, more: Partial<Probe<unknown, unknown>>): Probe<unknown, unknown> => ({
    id,
    feature: id.toUpperCase(),
    everyMs: 1_000,
    cost: 'nothing worth telling',
    async read(_link, cursor, signal) {
      asked.push({ probe: id, at: clock.now() - START, cursor })
      if (id === 'vital') most = Math.max(most, ++inFlight)
      try {
        return await read(signal, cursor)
      } finally {
        if (id === 'vital') inFlight--
      }
    },
    parse: (raw) => ({ samples: list, records: [], topology: { facts: raw as { runId: string } }, cursor: 'seen' }),
    ...more,
  })
  const product: AnyProduct = {
    kind: 'fake',
    title: 'Fake',
    config: z.any(),
    open: () => ({}),
    close: async () => {},
    probes: [
      probe('vital', reads.vital, { vital: true }),
      ...(reads.slow ? [probe('slow', reads.slow, { everyMs: slowMs, ...(reads.wanted && { wanted: reads.wanted }) })] : []),
    ],
    unavailable: (error) => (error instanceof Error && error.message.startsWith('NOPERM') ? error.message : null),
    address: () => '127.0.0.1:1',
    pipelined,
  }
  const target = createTarget({
    config: { kind: 'fake', name: 'a' },
    product,
    poll: { everyMs: 1_000, timeoutMs: 900 },
    clock,
    log,
    onRead: (id, parsed, at, every) => {
      everyMs.push(every)
      seen.push({ probe: id, at: at - START, parsed })
    },
    onState: (health) => states.push(health),
    onStatus() {},
  })
  const times = (id: string) => asked.filter((one) => one.probe === id).map((one) => one.at)
  return { clock, asked, seen, states, everyMs, target, times, most: () => most }
}

describe('a target', () => {
  it('whose answers are very large is polled less often, and says so', async () => {
    const s = server({ vital: async () => ({}) }, { samples: 20_000 })
    s.target.start()
    await s.clock.pass(30_000)
    const times = s.times('vital')
    expect(times.slice(2).map((at, i) => at - times[i + 1]!)).toEqual(times.slice(2).map(() => 3_000))
    expect(s.everyMs.at(-1)).toBe(3_000)
    expect(s.target.status().probes[0]).toMatchObject({ everyMs: 3_000 })
    expect(s.target.capabilities()).toEqual([
      { feature: 'VITAL', available: true, because: 'one answer holds 20,000 values: it is read each 3 s' },
    ])
  })

  it('is not asked again and again for an answer that is too large; its other probes go on', async () => {
    const s = server({
      vital: async () => ({}),
      slow: async () => {
        throw new EvenkeelError('too_large', '127.0.0.1:1 sent an answer of 954 MiB; at most 8 MiB are read')
      },
    })
    s.target.start()
    await s.clock.pass(280_000)
    expect(s.times('slow')).toHaveLength(1)
    expect(s.target.health().state).toBe('up')
    expect(s.target.capabilities()).toContainEqual({
      feature: 'SLOW',
      available: false,
      because: '127.0.0.1:1 sent an answer of 954 MiB; at most 8 MiB are read',
    })
    await s.clock.pass(60_000)
    expect(s.times('slow')).toHaveLength(2)
  })

  it('is polled at its rhythm from a random phase', async () => {
    const s = server({ vital: async () => ({}) })
    s.target.start()
    await s.clock.pass(10_000)
    const times = s.times('vital')
    expect(times).toHaveLength(10)
    expect(times[0]).toBeGreaterThanOrEqual(0)
    expect(times[0]).toBeLessThan(1_000)
    expect(times[9]! - times[0]!).toBe(9_000)
    expect(s.states.map((health) => health.state)).toEqual(['up'])
  })

  it('is asked for what has the rhythm of its vital probe at the same moments, so that one write and one answer do', async () => {
    const s = server({ vital: async () => ({}), slow: async () => ({}) }, { slowMs: 1_000 })
    s.target.start()
    await s.clock.pass(5_000)
    expect(s.times('slow')).toHaveLength(4)
    expect(s.times('slow')).toEqual(s.times('vital').slice(1))
  })

  it('of one connection is asked whatever is due at multiples of that rhythm at the same moments too, after its vital probe', async () => {
    const s = server({ vital: async () => ({}), slow: async () => ({}) }, { pipelined: true })
    s.target.start()
    await s.clock.pass(30_000)
    expect(s.times('slow').length).toBeGreaterThanOrEqual(5)
    expect(s.times('vital')).toEqual(expect.arrayContaining(s.times('slow')))
    for (const at of s.times('slow')) expect(s.asked.filter((one) => one.at === at).map(({ probe }) => probe)).toEqual(['vital', 'slow'])
    expect(
      s
        .times('slow')
        .slice(1)
        .map((at, i) => at - s.times('slow')[i]!),
    ).toEqual(
      s
        .times('slow')
        .slice(1)
        .map(() => 5_000),
    )
  })

  it('is down within five seconds of its last answer, though its reads ignore their deadline, with one in flight at most', async () => {
    let silent = false
    const s = server({ vital: () => (silent ? new Promise(() => {}) : Promise.resolve({})) })
    s.target.start()
    await s.clock.pass(2_500)
    silent = true
    await s.clock.pass(5_000)
    expect(s.target.status()).toMatchObject({ state: 'down', error: 'no answer within 900 ms' })
    expect(s.most()).toBe(1)
    // A read that never ends is given up in the end, so that the target can come back.
    silent = false
    await s.clock.pass(25_000)
    expect(s.target.status()).toMatchObject({ state: 'up', failures: 0 })
  })

  it('appends nothing for an answer that came too late, and stays up', async () => {
    let answer = (_: Record<string, unknown>) => {}
    let late = false
    const s = server({
      vital: () =>
        late
          ? new Promise((resolve) => {
              answer = resolve
            })
          : Promise.resolve({}),
    })
    s.target.start()
    await s.clock.pass(3_000)
    const before = s.seen.length
    late = true
    await s.clock.pass(1_950)
    late = false
    answer({ runId: 'too late' })
    expect(s.seen).toHaveLength(before)
    await s.clock.pass(2_000)
    expect(s.seen.length).toBeGreaterThan(before)
    expect(s.states.map((health) => health.state)).toEqual(['up'])
  })

  it('is down after two refusals; its other probes rest, and go on when it is back', async () => {
    let gone = false
    const s = server({ vital: async () => (gone ? Promise.reject(refused()) : {}), slow: async () => ({}) })
    s.target.start()
    await s.clock.pass(8_000)
    gone = true
    await s.clock.pass(2_000)
    expect(s.target.status().state).toBe('down')
    const slow = s.times('slow').length
    await s.clock.pass(60_000)
    expect(s.times('slow')).toHaveLength(slow)
    expect(s.target.status().probes[1]).toMatchObject({ state: 'resting', because: 'the target is down: it refuses connections' })
    const [a, b] = s.times('vital').slice(-2)
    expect(b! - a!).toBe(15_000)
    gone = false
    await s.clock.pass(15_000)
    expect(s.target.status().state).toBe('up')
    await s.clock.pass(5_000)
    expect(s.times('slow').length).toBeGreaterThan(slow)
  })

  it('is unknown, with the reason, while it answers what cannot be read', async () => {
    const s = server({ vital: async () => Promise.reject(new EvenkeelError('malformed', 'INFO has no run_id')) })
    s.target.start()
    await s.clock.pass(5_000)
    expect(s.target.status()).toMatchObject({ state: 'unknown', error: 'INFO has no run_id' })
  })
})

describe('a probe', () => {
  it('that is not available here rests until the server is another run', async () => {
    let runId = 'r1'
    let allowed = false
    const s = server({ vital: async () => ({ runId }), slow: async () => (allowed ? {} : Promise.reject(new Error('NOPERM slowlog'))) })
    s.target.start()
    await s.clock.pass(30_000)
    expect(s.times('slow')).toHaveLength(1)
    expect(s.target.capabilities()).toContainEqual({ feature: 'SLOW', available: false, because: 'NOPERM slowlog' })
    expect(s.target.status().state).toBe('up')
    allowed = true
    runId = 'r2'
    await s.clock.pass(5_000)
    expect(s.target.capabilities()).toContainEqual({ feature: 'SLOW', available: true })
  })

  it('that could be read once and cannot now is not available after a while, and says since when', async () => {
    let fails = false
    const s = server({ vital: async () => ({}), slow: async () => (fails ? Promise.reject(new EvenkeelError('malformed', 'odd')) : {}) })
    s.target.start()
    await s.clock.pass(12_000)
    fails = true
    await s.clock.pass(8_000)
    expect(s.target.capabilities()).toContainEqual({ feature: 'SLOW', available: true })
    await s.clock.pass(60_000)
    expect(s.target.capabilities()).toContainEqual({
      feature: 'SLOW',
      available: false,
      because: expect.stringMatching(/^nothing could be read since \d\d:\d\d:\d\d UTC: /),
    })
    fails = false
    await s.clock.pass(8_000)
    expect(s.target.capabilities()).toContainEqual({ feature: 'SLOW', available: true })
  })

  it('goes on from its cursor, and begins anew after a restart', async () => {
    let runId = 'r1'
    const s = server({ vital: async () => ({ runId }), slow: async () => ({}) })
    s.target.start()
    await s.clock.pass(15_000)
    runId = 'r2'
    await s.clock.pass(10_000)
    const cursors = s.asked.filter((one) => one.probe === 'slow').map((one) => one.cursor)
    expect(cursors.filter((cursor) => cursor === null)).toHaveLength(2)
    expect(cursors).toContain('seen')
  })

  it('that is not wanted now costs nothing and says why', async () => {
    let wanted: true | string = 'an admin has not allowed it'
    const s = server({ vital: async () => ({}), slow: async () => ({}), wanted: () => wanted })
    s.target.start()
    await s.clock.pass(20_000)
    expect(s.times('slow')).toEqual([])
    expect(s.target.capabilities()).toContainEqual({ feature: 'SLOW', available: false, because: 'an admin has not allowed it' })
    wanted = true
    await s.clock.pass(6_000)
    expect(s.times('slow').length).toBeGreaterThan(0)
  })

  it('can be polled at once', async () => {
    const s = server({ vital: async () => ({}), slow: async () => ({}) })
    s.target.start()
    await s.clock.pass(9_000)
    const before = s.asked.length
    await s.target.pollNow()
    expect(s.asked.slice(before).map((one) => one.probe)).toEqual(['vital', 'slow'])
    await s.clock.pass(3_000)
    expect(s.target.status().failures).toBe(0)
  })

  it('stops with its target', async () => {
    const s = server({ vital: async () => ({}) })
    s.target.start()
    await s.clock.pass(3_000)
    await s.target.stop()
    const before = s.asked.length
    await s.clock.pass(10_000)
    expect(s.asked).toHaveLength(before)
  })
})
