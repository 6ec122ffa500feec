import { expect, it } from 'vitest'
import { createBus } from '../../engine/bus.ts'
import type { Finding } from '../../model/finding.ts'
import { createStore } from '../../store/store.ts'
import type { Runtime } from '../runtime.ts'
import { moveSilences, silencedBy } from '../silences/silences.ts'
import { moveConsents } from '../targets/monitorConsent.ts'
import { createClockNews } from './clockNews.ts'

const HOUR = 3_600_000
const START = Date.UTC(2026, 0, 5, 12)

it('a step is logged once, and shown for an hour, however the clock is set meanwhile', () => {
  const bus = createBus((error) => {
    throw error
  })
  const logged: string[] = []
  let monotonic = 0
  const log = { info() {}, warn: (_: object, text: string) => void logged.push(text), error() {} }
  const news = createClockNews({ bus, log, monotonic: () => monotonic })
  expect(news.newest()).toBeNull()
  const step = { at: START - HOUR, byMs: -HOUR }
  bus.emit({ type: 'clock', step })
  monotonic += HOUR - 1
  expect(news.newest()).toEqual(step)
  monotonic += 1
  expect(news.newest()).toBeNull()
  expect(logged).toEqual([expect.stringMatching(/^The clock of Evenkeel’s machine was set back by 1\sh; samples/)])
})

it.each([
  ['back by an hour', [-HOUR]],
  ['ahead by a day', [24 * HOUR]],
  ['ahead by a day and back', [24 * HOUR, -24 * HOUR]],
])('while the clock is set %s, a silence and a consent last as long as they would have', (_, steps) => {
  const store = createStore({ path: ':memory:', now: () => START })
  const runtime = { store } as unknown as Runtime
  const finding = { rule: 'r', severity: 'warning', subject: { target: 'a' } } as unknown as Finding
  store.silences.put({ id: 's', match: {}, from: START - HOUR / 2, until: START + HOUR / 2, by: 'ann', reason: 'x' })
  const planned = { id: 'p', match: { target: 'b' }, from: START + 100 * HOUR, until: START + 101 * HOUR, by: 'ann', reason: 'y' }
  store.silences.put(planned)
  store.memory.put('monitor/a', { allow: true, by: 'ann', at: START, until: START + HOUR })
  let now = START
  for (const byMs of steps) {
    now += byMs
    moveSilences(runtime, { at: now, byMs })
    moveConsents(runtime, { at: now, byMs })
  }
  expect(silencedBy(runtime, finding, now)).toEqual(['s'])
  expect(silencedBy(runtime, finding, now + HOUR / 2 - 1)).toEqual(['s'])
  expect(silencedBy(runtime, finding, now + HOUR / 2)).toEqual([])
  expect(store.memory.get('monitor/a')).toMatchObject({ until: now + HOUR })
  expect(store.silences.get('p')).toEqual(planned)
  store.close()
})
