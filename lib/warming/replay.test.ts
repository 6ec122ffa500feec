import { describe, expect, it } from 'vitest'
import type { KeyItem, WarmRun } from '../model/warming.ts'
import type { Batch, HookOutcome } from './hook.ts'
import { type Ending, replay } from './replay.ts'

const TAKEN: HookOutcome = { taken: true, retry: false, answer: 'HTTP 204' }
const LATER: HookOutcome = { taken: false, retry: true, answer: 'HTTP 503' }
const NEVER: HookOutcome = { taken: false, retry: false, answer: 'HTTP 400' }

type Given = {
  keys?: number
  perSecond?: number
  batch?: number
  answers?: (call: number, at: number) => HookOutcome
  callMs?: number
  held?: (at: number) => string | null
  over?: (at: number) => Ending | null
  mine?: (at: number) => boolean
  stopAt?: number
  begun?: Partial<WarmRun>
  failures?: number
  atMostMs?: number
}

/** Plays a run on a clock of its own. */
async function played(given: Given) {
  const { keys = 100, perSecond = 20, batch = 10, answers = () => TAKEN, callMs = 5, failures = 3, atMostMs = 60_000 } = given
  let at = 1_000_000
  const stop = new AbortController()
  const calls: (Batch & { at: number })[] = []
  const states: WarmRun[] = []
  const pass = (ms: number) => {
    at += ms
    if (given.stopAt !== undefined && at >= given.stopAt)
      stop.abort({ end: 'stopped', because: 'Stopped by ann.', by: 'ann' } satisfies Ending)
  }
  const run: WarmRun = {
    id: 'r1',
    target: 'a',
    by: 'Evenkeel',
    findings: [],
    emptiedAt: 999_000,
    at,
    state: 'running',
    keys,
    namedAt: at,
    covers: null,
    perSecond,
    batch,
    next: 0,
    taken: 0,
    refused: 0,
    filled: null,
    calls: 0,
    failuresInRow: 0,
    ratioBefore: 0.9,
    expects: null,
    ...given.begun,
  }
  const items = Array.from({ length: keys }, (_, i): KeyItem => ({ key: `k${i}` }))
  const ended = await replay(run, items, {
    async hook(one, options) {
      calls.push({ ...one, at: options.at })
      const answer = answers(calls.length, options.at)
      pass(callMs)
      return answer
    },
    settings: { failures, atMostMs },
    rule: 'cache/restart',
    now: () => at,
    monotonic: () => at - 500_000,
    sleep: async (ms) => pass(Math.max(1, ms)),
    held: () => given.held?.(at) ?? null,
    over: () => given.over?.(at) ?? null,
    mine: async () => given.mine?.(at) ?? true,
    put: (next) => void states.push(next),
    signal: stop.signal,
  })
  const sent = calls.flatMap(({ keys: batchKeys }) => batchKeys.map((item) => ('key' in item ? item.key : item.base64)))
  return { ended, calls, sent, states, after: at - 1_000_000 }
}

describe('a run of a hook', () => {
  it('sends the hottest first, each once, no faster than the rate', async () => {
    const { ended, sent, calls, after } = await played({})
    expect(ended).toMatchObject({ state: 'ended', end: 'sent', taken: 100, refused: 0, calls: 10 })
    expect(sent).toEqual(Array.from({ length: 100 }, (_, i) => `k${i}`))
    expect(new Set(calls.map(({ id }) => id)).size).toBe(10)
    // 100 keys at 20 a second: the last batch goes out after 90 of them.
    expect(after).toBeGreaterThanOrEqual(4_500)
    expect(after).toBeLessThan(5_500)
    for (const [i, { at }] of calls.slice(1).entries()) expect(at - calls[i]!.at).toBeGreaterThanOrEqual(500)
  })

  it('is slower where the hook is slow, and never makes up for it', async () => {
    const { calls } = await played({ callMs: 900, answers: () => TAKEN, keys: 50 })
    for (const [i, { at }] of calls.slice(1).entries()) expect(at - calls[i]!.at).toBeGreaterThanOrEqual(900)
    const mixed = await played({ keys: 60, callMs: 0, held: (at) => (at < 1_010_000 ? 'frozen' : null) })
    for (const [i, { at }] of mixed.calls.slice(1).entries()) expect(at - mixed.calls[i]!.at).toBeGreaterThanOrEqual(500)
  })

  it('tries the same batch again under the same id while the hook says later, ever less often', async () => {
    const { ended, calls } = await played({ keys: 20, failures: 5, answers: (call) => (call <= 3 ? LATER : TAKEN) })
    expect(ended).toMatchObject({ end: 'sent', taken: 20, failuresInRow: 0, calls: 5 })
    expect(calls.map(({ id }) => id)).toEqual(['r1-0', 'r1-0', 'r1-0', 'r1-0', 'r1-1'])
    const waits = calls.slice(1, 4).map(({ at }, i) => at - calls[i]!.at)
    expect(waits.map((ms) => Math.round(ms / 1_000))).toEqual([1, 2, 4])
  })

  it('waits as long as the hook asks for', async () => {
    const { calls, states } = await played({
      keys: 10,
      answers: (call) => (call === 1 ? { ...LATER, answer: 'HTTP 429', waitMs: 7_000 } : TAKEN),
    })
    expect(calls[1]!.at - calls[0]!.at).toBeGreaterThanOrEqual(7_000)
    expect(states[0]).toMatchObject({ newest: { taken: false, answer: 'HTTP 429' }, next: 0 })
  })

  it('gives a batch up that is refused for good, and goes on with the next', async () => {
    const { ended, calls } = await played({ keys: 30, answers: (call) => (call === 2 ? NEVER : TAKEN) })
    expect(ended).toMatchObject({ end: 'sent', taken: 20, refused: 10, calls: 3 })
    expect(calls.map(({ id }) => id)).toEqual(['r1-0', 'r1-1', 'r1-2'])
  })

  it('ends after so many failures in a row, and at once where no try can help', async () => {
    const failing = await played({ answers: () => LATER })
    expect(failing.ended).toMatchObject({ end: 'failed', calls: 3, taken: 0 })
    expect(failing.ended!.because).toBe('3 calls in a row failed, the newest with: HTTP 503.')
    const refusing = await played({ answers: () => NEVER })
    expect(refusing.ended).toMatchObject({ end: 'failed', calls: 3, refused: 30 })
    const absent = await played({ answers: () => ({ ...NEVER, absent: true, answer: 'the program is not there' }) })
    expect(absent.ended).toMatchObject({ end: 'failed', calls: 1 })
    const broken = await played({
      answers: () => {
        throw new Error('a secret')
      },
    })
    expect(broken.ended).toMatchObject({ end: 'failed', calls: 3 })
    expect(JSON.stringify(broken.ended)).not.toContain('secret')
  })

  it('ends when the cache is warm, at its deadline, and when a person stops it', async () => {
    const warm = await played({ over: (at) => (at > 1_001_200 ? { end: 'warm', because: 'The hit ratio is back.' } : null) })
    expect(warm.ended).toMatchObject({ end: 'warm', taken: 30 })
    const late = await played({ keys: 1_000, atMostMs: 5_000 })
    expect(late.ended).toMatchObject({ end: 'deadline' })
    expect(late.after).toBeLessThan(6_500)
    const stopped = await played({ stopAt: 1_001_300 })
    expect(stopped.ended).toMatchObject({ end: 'stopped', stoppedBy: 'ann', because: 'Stopped by ann.' })
    expect(stopped.calls.length).toBeLessThanOrEqual(3)
    // Of a Retry-After too, and while it is held.
    const asked = await played({ answers: () => ({ ...LATER, waitMs: 86_400_000 }) })
    expect(asked.ended).toMatchObject({ end: 'deadline', calls: 1 })
    const frozen = await played({ held: () => 'frozen', atMostMs: 5_000 })
    expect(frozen.ended).toMatchObject({ end: 'deadline', calls: 0 })
  })

  it('waits while it is held, and says why', async () => {
    const { ended, calls, states } = await played({ keys: 20, held: (at) => (at < 1_010_000 ? 'Changes are frozen.' : null) })
    expect(states[0]!.held).toBe('Changes are frozen.')
    expect(calls[0]!.at).toBeGreaterThanOrEqual(1_010_000)
    expect(ended).toMatchObject({ end: 'sent', taken: 20 })
    expect(ended!.held).toBeUndefined()
  })

  it('is left to another replica that has taken over, before the next call', async () => {
    const { ended, calls, states } = await played({ mine: (at) => at < 1_001_000 })
    expect(ended).toBeNull()
    expect(calls).toHaveLength(2)
    expect(states.at(-1)).toMatchObject({ state: 'running', next: 20 })
  })

  it('goes on after a crash where its last answer stands, no sooner than the rate and the hook allow', async () => {
    const first = await played({ mine: (at) => at < 1_001_000 })
    const left = first.states.at(-1)!
    const second = await played({ begun: { ...left, notBefore: 1_004_000 } })
    expect(second.calls[0]).toMatchObject({ id: 'r1-2', from: 20 })
    expect(second.calls[0]!.at).toBeGreaterThanOrEqual(1_004_000)
    expect([...first.sent, ...second.sent]).toEqual(Array.from({ length: 100 }, (_, i) => `k${i}`))
    // Killed between a call and its answer: the same batch under the same id.
    const again = await played({ begun: { ...left, next: 10, calls: 1 } })
    expect(again.calls[0]!.id).toBe(first.calls[1]!.id)
    expect(again.calls[0]!.keys).toEqual(first.calls[1]!.keys)
  })
})
