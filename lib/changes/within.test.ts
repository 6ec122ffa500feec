import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { within } from './within.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

/** A server that never answers; it notes when its caller gave up. */
function silent() {
  const seen = { aborted: false }
  const run = (signal: AbortSignal) =>
    new Promise<never>(() => {
      signal.addEventListener('abort', () => (seen.aborted = true))
    })
  return { seen, run }
}

it('ends a call at its deadline, and tells the call', async () => {
  const { seen, run } = silent()
  const ended = expect(within(15_000, 'Writing to cache', run)).rejects.toThrow('Writing to cache: no answer within 15 s.')
  await vi.advanceTimersByTimeAsync(14_999)
  expect(seen.aborted).toBe(false)
  await vi.advanceTimersByTimeAsync(1)
  await ended
  expect(seen.aborted).toBe(true)
})

it('ends a write as soon as the lease that it was begun under is lost, long before its deadline', async () => {
  const { seen, run } = silent()
  let held = true
  const ended = expect(within(15_000, 'Writing to cache', run, () => held)).rejects.toMatchObject({
    code: 'unreachable',
    message: 'Writing to cache: this replica has lost its lease in the meantime.',
  })
  await vi.advanceTimersByTimeAsync(5_000)
  expect(seen.aborted).toBe(false)
  held = false
  await vi.advanceTimersByTimeAsync(250)
  await ended
  expect(seen.aborted).toBe(true)
})

it('leaves no timer behind', async () => {
  expect(await within(1_000, 'Reading cache', async () => 7, () => true)).toBe(7) // biome-ignore format: one line
  expect(vi.getTimerCount()).toBe(0)
})

it('does not claim that nothing was written: what was sent may have arrived', async () => {
  const failed = within(1_000, 'Writing to cache', silent().run, () => false).catch((error: unknown) => error)
  await vi.advanceTimersByTimeAsync(250)
  expect(await failed).toMatchObject({ code: 'unreachable', written: undefined })
})
