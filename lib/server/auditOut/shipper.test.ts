import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { AuditEntry } from '../../model/audit.ts'
import { createShipper } from './shipper.ts'
import { type Sink, SinkError } from './sink.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const log = { info() {}, warn() {}, error() {} }
function setUp(more: Partial<Sink> = {}, entries = 3) {
  const world = { entries, taken: [] as number[], down: null as Error | null, holds: true, leads: true, kept: new Map<string, unknown>() }
  const entry = (seq: number) => ({ seq, hash: `h${seq}` }) as AuditEntry
  const sink: Sink = {
    name: 'syslog',
    settlesMs: 5_000,
    async take(batch) {
      if (world.down) throw world.down
      world.taken.push(...batch.map(({ seq }) => seq))
    },
    holds: () => world.holds,
    close() {},
    ...more,
  }
  const audit = {
    head: () => ({ seq: world.entries, hash: '' }),
    since: async (after: number, limit: number) =>
      Array.from({ length: world.entries }, (_, i) => entry(i + 1)).slice(after, after + limit),
  }
  const memory = {
    get: (key: string) => (world.kept.get(key) ?? null) as never,
    put: (key: string, value: unknown) => void world.kept.set(key, value),
  }
  const open = () => createShipper({ sink, audit, memory, key: 'k', leads: () => world.leads, now: Date.now, monotonic: Date.now, log })
  return { world, open }
}
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

test('every entry in order; what is new follows within a second; the position is kept once it has settled', async () => {
  const { world, open } = setUp({}, 250)
  const shipper = open()
  await pass(10)
  expect(world.taken).toEqual(Array.from({ length: 250 }, (_, i) => i + 1))
  expect(world.kept.get('k')).toBeUndefined()
  world.entries = 251
  await pass(1_000)
  expect(world.taken.at(-1)).toBe(251)
  await pass(7_000)
  expect(world.kept.get('k')).toBe(251)
  expect(shipper.state()).toEqual({ to: 'syslog', seq: 251, failing: null })
})

test('what had not settled when the connection ended is sent again; what had is not', async () => {
  const { world, open } = setUp()
  open()
  await pass(7_000)
  world.entries = 5
  await pass(1_100)
  world.holds = false
  world.down = new SinkError('it closed the connection')
  await pass(1_000)
  ;[world.holds, world.down] = [true, null]
  await pass(10_000)
  expect(world.taken).toEqual([1, 2, 3, 4, 5, 4, 5])
})

test('a receiver that fails is tried ever more seldom, its state says so, and nothing is skipped', async () => {
  const { world, open } = setUp()
  world.down = Object.assign(new Error('connect ECONNREFUSED 10.0.0.1'), { code: 'ECONNREFUSED' })
  const shipper = open()
  await pass(30_000)
  expect(shipper.state()).toMatchObject({ seq: 0, failing: { because: 'ECONNREFUSED' } })
  world.down = null
  await pass(60_000)
  expect(world.taken).toEqual([1, 2, 3])
  expect(shipper.state().failing).toBeNull()
})

test('of several that share the log one sends, and the next goes on where that one was', async () => {
  const { world, open } = setUp()
  open()
  await pass(8_000)
  world.leads = false
  world.entries = 4
  await pass(5_000)
  expect(world.taken).toEqual([1, 2, 3])
  world.leads = true
  open()
  await pass(2_000)
  expect(world.taken.filter((seq) => seq < 4)).toEqual([1, 2, 3])
})

test('what a file holds already is not written twice; a file of another log is not believed', async () => {
  for (const [has, first] of [
    [{ seq: 2, hash: 'h2' }, 3],
    [{ seq: 2, hash: 'other' }, 1],
    [null, 1],
  ] as const) {
    const { world, open } = setUp({ has: async () => has })
    open()
    await pass(100)
    expect(world.taken[0]).toBe(first)
  }
})

test('closing sends what is left, and waits for nobody who hangs', async () => {
  const { world, open } = setUp()
  const shipper = open()
  await pass(10)
  world.entries = 4
  await shipper.close(2_000)
  expect(world.taken.at(-1)).toBe(4)
  const hung = setUp({ take: () => new Promise(() => {}) }).open()
  await pass(10)
  const closing = hung.close(2_000)
  await pass(2_000)
  await closing
})
