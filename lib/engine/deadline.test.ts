import { describe, expect, it } from 'vitest'
import type { Clock } from './clock.ts'
import { Late, withDeadline } from './deadline.ts'

/** A clock whose timers run when the test lets them: `to` is one turn of the event loop, however long the one before took. */
function loop() {
  let now = 0
  let timers: { at: number; run: () => void }[] = []
  let most = 0
  const clock: Clock = {
    now: () => now,
    monotonic: () => now,
    random: () => 0,
    setTimer(run, ms) {
      const timer = { at: now + ms, run }
      timers.push(timer)
      most = Math.max(most, timers.length)
      return () => {
        timers = timers.filter((one) => one !== timer)
      }
    },
  }
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve))
  async function to(ms: number) {
    now = ms
    const due = timers.filter(({ at }) => at <= now)
    timers = timers.filter(({ at }) => at > now)
    for (const { run } of due) run()
    await settle()
  }
  return {
    clock,
    most: () => most,
    to,
    /** A loop that does nothing else. */
    async idleTo(ms: number) {
      while (now < ms) await to(now + 1)
    },
  }
}

/** A read that never answers, and what became of it. */
function silent(clock: Clock, ms: number) {
  const seen: { error?: unknown; at?: number; aborted?: boolean; settled?: boolean } = {}
  const { result, settled } = withDeadline(ms, clock, (signal) => {
    signal.addEventListener('abort', () => {
      seen.aborted = true
    })
    return new Promise<never>(() => {})
  })
  result.catch((error: unknown) => Object.assign(seen, { error, at: clock.now() }))
  settled.then(() => {
    seen.settled = true
  })
  return seen
}

describe('a deadline', () => {
  it('ends the wait for a silent server when it is over, and tells the read', async () => {
    const { clock, idleTo } = loop()
    const seen = silent(clock, 900)
    await idleTo(899)
    expect(seen).toEqual({})
    await idleTo(950)
    expect(seen).toMatchObject({ error: new Late(900), aborted: true })
    expect(seen.at).toBeLessThanOrEqual(950)
    expect(seen.settled).toBeUndefined()
    // It ignores its signal: the probe is asked again at last.
    await idleTo(9_100)
    expect(seen.settled).toBe(true)
  })

  it('is that of each read, whenever it began', async () => {
    const { clock, idleTo } = loop()
    const first = silent(clock, 900)
    await idleTo(430)
    const second = silent(clock, 300)
    await idleTo(729)
    expect(second).toEqual({})
    await idleTo(1_000)
    expect(second.at).toBeGreaterThanOrEqual(730)
    expect(second.at).toBeLessThanOrEqual(780)
    expect(first.at).toBeGreaterThanOrEqual(900)
    expect(first.at).toBeLessThanOrEqual(950)
  })

  it('does not take a process that stood still for a server that did', async () => {
    const { clock, to, idleTo } = loop()
    const { promise: reply, resolve: read } = Promise.withResolvers<string>()
    const { result, settled } = withDeadline(900, clock, () => reply)
    await idleTo(850)
    // The process was busy for five seconds; what has come meanwhile is read after the timers have run.
    await to(5_850)
    read('PONG')
    expect(await result).toBe('PONG')
    await settled
  })

  it('ends the wait of a process that is late all the time, too', async () => {
    const { clock, to } = loop()
    const seen = silent(clock, 900)
    for (let turn = 1; turn <= 20 && seen.error === undefined; turn++) await to(400 * turn)
    expect(seen.error).toEqual(new Late(900))
  })

  it('fails with the error of the read, thrown at once too', async () => {
    const { clock } = loop()
    const { result, settled } = withDeadline(900, clock, () => {
      throw new Error('ECONNREFUSED')
    })
    await expect(result).rejects.toThrow('ECONNREFUSED')
    await settled
  })

  it('is watched with all others by one timer, which ends with the last read', async () => {
    const { clock, idleTo, most } = loop()
    const reads = Array.from({ length: 100 }, () => Promise.withResolvers<void>())
    const results = reads.map(({ promise }) => withDeadline(900, clock, () => promise).result)
    await idleTo(120)
    for (const { resolve } of reads) resolve()
    await Promise.all(results)
    expect(most()).toBe(1)
    await idleTo(200)
    expect(clock.setTimer(() => {}, 1)).toBeTypeOf('function')
    expect(most()).toBe(1)
  })
})
