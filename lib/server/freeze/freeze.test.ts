import { expect, test } from 'vitest'
import { EvenkeelError } from '../../model/error.ts'
import { createStore } from '../../store/store.ts'
import type { Runtime } from '../runtime.ts'
import { freezeOf, getFreeze, liftFreeze, moveFreeze, setFreeze } from './freeze.ts'

const START = Date.parse('2026-03-05T12:00:00Z')
const HOUR = 3_600_000
function frozen() {
  let at = START
  const store = createStore({ path: ':memory:', now: () => at })
  const runtime = { store, now: () => at, log: { info() {} } } as unknown as Runtime
  return {
    runtime,
    later: (ms: number) => {
      at += ms
    },
  }
}

test('a freeze lasts until its end, and a later one takes its place', async () => {
  const { runtime, later } = frozen()
  expect(getFreeze(runtime)).toEqual({ freeze: null })
  expect(await setFreeze(runtime, { until: START + HOUR, reason: 'sale' }, 'ann')).toEqual({
    freeze: { by: 'ann', reason: 'sale', at: '2026-03-05T12:00:00.000Z', until: '2026-03-05T13:00:00.000Z' },
  })
  await setFreeze(runtime, { until: START + 2 * HOUR, reason: 'longer sale' }, 'bob')
  later(HOUR)
  expect(freezeOf(runtime)).toMatchObject({ by: 'bob' })
  later(HOUR)
  expect(freezeOf(runtime)).toBeNull()
})

test('it is lifted, and moves with a clock that is set', async () => {
  const { runtime, later } = frozen()
  await setFreeze(runtime, { until: START + HOUR, reason: 'sale' }, 'ann')
  later(5 * HOUR)
  moveFreeze(runtime, { at: START + 5 * HOUR, byMs: 5 * HOUR })
  expect(freezeOf(runtime)?.until).toBe(START + 6 * HOUR)
  expect(await liftFreeze(runtime, 'ann')).toEqual({ freeze: null })
  expect(getFreeze(runtime)).toEqual({ freeze: null })
})

test.each([
  ['a time that is over', START, /yet to come/],
  ['more than 30 days', START + 31 * 24 * HOUR, /30 days from now at most/],
])('%s is refused', async (_what, until, words) => {
  const { runtime } = frozen()
  await expect(setFreeze(runtime, { until, reason: 'x' }, 'ann')).rejects.toThrow(words)
  expect(freezeOf(runtime)).toBeNull()
})

test('where it cannot be written down it is neither set nor lifted, and that is said', async () => {
  const { runtime } = frozen()
  await setFreeze(runtime, { until: START + HOUR, reason: 'sale' }, 'ann')
  const { store } = runtime
  // What is not known yet shows when it is written.
  const durable = store.durable
  store.durable = async () => {
    throw new EvenkeelError('unavailable', 'the database is away')
  }
  await expect(liftFreeze(runtime, 'ann')).rejects.toMatchObject({ code: 'unavailable' })
  expect(freezeOf(runtime)).toMatchObject({ reason: 'sale' })
  store.durable = durable
  store.failing = () => ({ since: START, reason: 'unreachable', because: 'the database cannot be reached', mend: 'Start it.' })
  const because = { code: 'unavailable', message: expect.stringMatching(/neither be set nor lifted.*cannot be reached. Start it/) }
  await expect(liftFreeze(runtime, 'ann')).rejects.toMatchObject(because)
  await expect(setFreeze(runtime, { until: START + HOUR, reason: 'longer' }, 'bob')).rejects.toMatchObject(because)
  expect(freezeOf(runtime)).toMatchObject({ reason: 'sale', by: 'ann' })
})
