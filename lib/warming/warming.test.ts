import { afterEach, describe, expect, it } from 'vitest'
import { createBus } from '../engine/bus.ts'
import type { Finding } from '../model/finding.ts'
import type { Store } from '../model/store.ts'
import type { WarmRun, WarmSettings } from '../model/warming.ts'
import { createStore } from '../store/store.ts'
import type { Batch, HookOutcome } from './hook.ts'
import { createKeyMemory } from './keyMemory.ts'
import { createWarming, type Warming } from './warming.ts'

const EMPTIED = 1_000_000_000
const settings: WarmSettings = { environment: [], keys: 40, perSecond: 10, batch: 10, timeoutMs: 1_000, atMostMs: 60_000, failures: 3 }
const open: { warming: Warming; close(): unknown }[] = []
afterEach(async () => {
  const all = open.splice(0)
  for (const { warming } of all) await warming.stop()
  for (const { close } of all) await close()
})

const finding = (rule: string, at: number, more: Partial<Finding> = {}): Finding => ({
  id: `${rule} ${at}`,
  rule,
  severity: 'info',
  state: 'firing',
  subject: { target: 'a' },
  summary: 'It restarted.',
  evidence: [{ metric: 'x', where: {}, label: 'x', value: 1, unit: 'none', from: at, to: at + 1_000 }],
  since: at,
  seenAt: at,
  ...more,
})

/** A cache with 20 reads a second that hit nine of ten, was emptied, and hits `since` from then on. */
type Before = { store: Store; clock: { at: number }; count: { hits: number; misses: number } }
type Given = { since?: number; held?: string | null; itemsSince?: number; perSecond?: number; after?: Before }
function fleet({ since = 0.1, held = null, itemsSince = 10, perSecond = 10, after }: Given = {}) {
  const store: Store = after?.store ?? createStore({ path: ':memory:' })
  const clock = { at: after?.clock.at ?? EMPTIED + 2_000 }
  const state = { held, owns: true, holds: true, hits: since }
  const count: { hits: number; misses: number } = after?.count ?? { hits: 1_000, misses: 100 }
  const poll = (at: number, ratio: number, items: number) => {
    count.hits += 20 * ratio
    count.misses += 20 * (1 - ratio)
    const readings = { cache_hits_total: count.hits, cache_misses_total: count.misses, cache_items: items }
    store.append(
      'a',
      at,
      Object.entries(readings).map(([metric, value]) => ({ metric, value })),
      1_000,
    )
  }
  if (!after) {
    for (let at = EMPTIED - 60_000; at <= EMPTIED; at += 1_000) poll(at, 0.9, 200)
    for (let at = EMPTIED + 1_000; at <= clock.at; at += 1_000) poll(at, since, itemsSince)
  }
  const calls: Batch[] = []
  const answer: { of: (batch: Batch) => HookOutcome | Promise<HookOutcome> } = {
    of: () => ({ taken: true, retry: false, answer: 'HTTP 204' }),
  }
  const told: string[] = []
  const sleepers = new Set<{ due: number; wake(): void }>()
  const names = createKeyMemory({ memory: store.memory, settings: () => settings, isWell: () => true })
  const warming = createWarming({
    store,
    names,
    settings: () => new Map([['a', { ...settings, perSecond }]]),
    owns: () => state.owns,
    holds: () => state.holds,
    window: (spanMs) => store.window(clock.at - spanMs, clock.at),
    held: () => state.held,
    factor: () => 1,
    bus: createBus(() => {}),
    tell: { began: (run) => void told.push(`began ${run.by}`), ended: (run) => void told.push(`ended ${run.end}`) },
    now: () => clock.at,
    monotonic: () => clock.at,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const one = {
          due: clock.at + ms,
          wake() {
            sleepers.delete(one)
            resolve()
          },
        }
        sleepers.add(one)
        if (signal.aborted) one.wake()
        signal.addEventListener('abort', one.wake)
      }),
    hook: () => async (batch) => {
      calls.push(batch)
      return answer.of(batch)
    },
    log: { info() {}, warn() {}, error() {}, debug() {} } as never,
  })
  open.push({ warming, close: () => (after ? undefined : store.close()) })
  const settled = async () => {
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve))
  }
  /** Time passes, second by second, with a poll and a tick each. */
  const pass = async (seconds: number) => {
    for (let i = 0; i < seconds * 4; i++) {
      clock.at += 250
      if (clock.at % 1_000 === 0) poll(clock.at, state.hits, itemsSince)
      for (const one of [...sleepers]) if (one.due <= clock.at) one.wake()
      await settled()
      if (clock.at % 1_000 === 0) warming.tick()
      await settled()
    }
  }
  const hear = () => {
    const keys = Array.from({ length: 50 }, (_, i): [string, number] => [`k${i}`, 50 - i])
    names.hear('a', { reads: { keys, reads: 1_500 }, hot: [] }, EMPTIED - 60_000)
  }
  return { count, store, warming, names, calls, answer, told, clock, state, pass, hear }
}

describe('a cache that came back empty', () => {
  it('is warmed once for two findings of the same cold start, with the keys of before', async () => {
    const { warming, store, calls, told, pass, hear } = fleet()
    hear()
    store.findings.put(finding('cache/restart', EMPTIED))
    await pass(2)
    store.findings.put(finding('cache/cold-start', EMPTIED + 1_000))
    await pass(10)
    const [run, ...more] = warming.runs('a')
    expect(more).toEqual([])
    expect(run).toMatchObject({
      by: 'Evenkeel',
      emptiedAt: EMPTIED,
      state: 'ended',
      end: 'sent',
      taken: 40,
      ratioBefore: expect.closeTo(0.9, 1),
    })
    expect(run!.findings).toHaveLength(2)
    expect(run!.expects!.withHook.low).toBeLessThanOrEqual(run!.expects!.withHook.value)
    expect(calls.flatMap(({ keys }) => keys)).toEqual(Array.from({ length: 40 }, (_, i) => ({ key: `k${i}` })))
    expect(told).toEqual(['began Evenkeel', 'ended sent'])
    // A second cold start is another.
    store.findings.put(finding('cache/restart', EMPTIED + 12_000))
    await pass(2)
    expect(warming.runs('a')).toHaveLength(2)
  })

  it('is warmed no longer than until its hit ratio is back, which is measured', async () => {
    const { warming, store, state, pass, hear } = fleet({ perSecond: 2 })
    hear()
    store.findings.put(finding('cache/restart', EMPTIED))
    await pass(2)
    state.hits = 0.9
    await pass(8)
    const [run] = warming.runs('a')
    expect(run).toMatchObject({ state: 'ended', end: 'warm' })
    expect(run!.taken).toBeLessThan(40)
    const measured = run!.measured as { seconds: number; inside: boolean }
    expect(measured.seconds).toBeGreaterThan(4)
    expect(measured.seconds).toBeLessThan(11)
    expect(typeof measured.inside).toBe('boolean')
  })

  it('is left alone where it came back with its keys, is warm already, or no names are known', async () => {
    const full = fleet({ itemsSince: 200 })
    full.hear()
    full.store.findings.put(finding('cache/restart', EMPTIED))
    await full.pass(12)
    expect(full.warming.runs()).toEqual([])
    const warm = fleet({ since: 0.9 })
    warm.hear()
    warm.store.findings.put(finding('cache/restart', EMPTIED))
    await warm.pass(3)
    expect(warm.warming.runs()).toEqual([])
    const unknown = fleet()
    unknown.store.findings.put(finding('cache/restart', EMPTIED))
    await unknown.pass(3)
    expect(unknown.warming.runs()).toEqual([])
    expect(unknown.warming.refusal('a')).toMatch(/^No names of hot keys/)
    const late = fleet()
    late.hear()
    late.store.findings.put(finding('cache/cold-start', EMPTIED - 11 * 60_000))
    await late.pass(3)
    expect(late.warming.runs()).toEqual([])
  })

  it('is not warmed in observe mode or a freeze; what goes on waits, and goes on when that is over', async () => {
    const { warming, store, calls, state, pass, hear } = fleet({ held: 'Changes are frozen.' })
    hear()
    store.findings.put(finding('cache/restart', EMPTIED))
    await pass(3)
    expect(warming.runs()).toEqual([])
    state.held = null
    await pass(1)
    expect(warming.runs('a')[0]).toMatchObject({ state: 'running' })
    state.held = 'The mode is observe: no hook is called.'
    await pass(2)
    const before = calls.length
    expect(warming.runs('a')[0]!.held).toBe(state.held)
    await pass(5)
    expect(calls).toHaveLength(before)
    state.held = null
    await pass(6)
    expect(warming.runs('a')[0]).toMatchObject({ end: 'sent', taken: 40 })
  })

  it('ends with its finding, and begins anew when the cache is emptied once more', async () => {
    const { warming, store, pass, hear } = fleet()
    hear()
    const one = finding('cache/restart', EMPTIED)
    store.findings.put(one)
    await pass(2)
    store.findings.put({ ...one, state: 'resolved', resolvedAt: 1 })
    await pass(2)
    expect(warming.runs('a')[0]).toMatchObject({ end: 'resolved' })
    const again = fleet()
    again.hear()
    again.store.findings.put(finding('cache/restart', EMPTIED))
    await again.pass(1)
    again.state.held = 'Changes are frozen.'
    await again.pass(12)
    again.state.held = null
    again.store.findings.put(finding('cache/restart', EMPTIED + 13_000))
    await again.pass(2)
    expect(again.warming.runs('a').map(({ end, emptiedAt }) => [end, emptiedAt])).toEqual([
      [undefined, EMPTIED + 13_000],
      ['again', EMPTIED],
    ])
  })
})

describe('a person', () => {
  it('begins a run and ends it; a second at once is refused', async () => {
    const { warming, state, pass, hear, told } = fleet()
    expect(() => warming.start('a', 'ann')).toThrow(/No names/)
    expect(() => warming.start('b', 'ann')).toThrow(/names no hook/)
    hear()
    const run = warming.start('a', 'ann')
    expect(run).toMatchObject({ by: 'ann', emptiedAt: null, expects: null, unpredicted: 'It was not emptied.' })
    expect(() => warming.start('a', 'bob')).toThrow(/being warmed already/)
    await pass(1)
    const ended = await warming.end('a', 'bob')
    expect(ended).toMatchObject({ state: 'ended', end: 'stopped', stoppedBy: 'bob', because: 'Stopped by bob.' })
    await expect(warming.end('a', 'bob')).rejects.toThrow(/not being warmed/)
    expect(told).toEqual(['began ann', 'ended stopped'])
    state.held = 'Changes are frozen.'
    expect(() => warming.start('a', 'ann')).toThrow(/frozen/)
  })
})

describe('several replicas, and crashes', () => {
  it('a run that a crash has cut off goes on under the same ids; nothing is begun twice', async () => {
    const before = fleet()
    before.hear()
    before.store.findings.put(finding('cache/restart', EMPTIED))
    await before.pass(2)
    const [left] = before.warming.runs('a')
    // Killed: what is in the store is all there is. Another process begins with that.
    before.state.holds = false
    const after = fleet({ after: before })
    await after.pass(8)
    const [run, ...more] = after.warming.runs('a')
    expect(more).toEqual([])
    expect(run).toMatchObject({ id: left!.id, end: 'sent', taken: 40 })
    const ids = [...before.calls, ...after.calls].map(({ id }) => id)
    expect([...new Set(ids)]).toEqual([0, 1, 2, 3].map((n) => `${left!.id}-${n}`))
    expect(after.calls[0]!.from).toBe(left!.next)
  })

  it('only the replica that polls the cache calls its hook, and no more once another has taken over', async () => {
    const other = fleet()
    other.hear()
    other.state.owns = false
    other.store.findings.put(finding('cache/restart', EMPTIED))
    await other.pass(3)
    expect(other.calls).toEqual([])
    const fenced = fleet()
    fenced.hear()
    fenced.store.findings.put(finding('cache/restart', EMPTIED))
    await fenced.pass(2)
    fenced.state.holds = false
    const sent = fenced.calls.length
    await fenced.pass(5)
    expect(fenced.calls).toHaveLength(sent)
    expect((fenced.warming.runs('a')[0] as WarmRun).state).toBe('running')
  })

  it('without a store that takes it, nothing is sent', async () => {
    const { store, calls, state, pass, hear, warming } = fleet()
    hear()
    store.durable = async () => {
      throw new Error('the disk is full')
    }
    store.findings.put(finding('cache/restart', EMPTIED))
    await pass(3)
    expect(calls).toEqual([])
    expect(state.holds).toBe(true)
    store.durable = async () => {}
    await pass(8)
    expect(warming.runs('a')[0]).toMatchObject({ end: 'sent', taken: 40 })
  })
})
