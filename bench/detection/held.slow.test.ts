import { expect, test } from 'vitest'
import { detectors } from '../../lib/detectors/registry.ts'
import { boundWindow } from '../../lib/metrics/bound.ts'
import type { Reading } from '../../lib/model/series.ts'
import type { SeriesWindow } from '../../lib/model/window.ts'
import { createStore } from '../../lib/store/store.ts'
import { windowOfSeries } from '../../lib/store/window.ts'
import { FROM } from '../../test/series.ts'
import type { Recording } from './recording.ts'
import { simulatedFaults } from './simulated.ts'

const EVERY_SECONDS = 7

/** What all rules say at a moment, and how often they find something. */
function saidOf(window: (spanMs: number) => SeriesWindow, recording: Recording, second: number): { said: string[]; found: number } {
  const said: string[] = []
  let found = 0
  for (const detector of detectors) {
    const bound = boundWindow(window(detector.needs.spanMs), detector.needs, () => {})
    for (const verdict of detector.detect(bound, recording.topology(second), detector.settings.parse({}))) {
      said.push(`${detector.id} ${JSON.stringify(verdict)}`)
      if (verdict.is === 'found') found++
    }
  }
  return { said, found }
}

test('rules say the same of the columns that a store holds and of points', () => {
  let all = 0
  for (const made of simulatedFaults((place) => 301 + place, [2])) {
    const recording = made.make()
    const pollsAt = pollsOf(recording)
    let second = 0
    const store = createStore({ path: ':memory:', now: () => FROM + second * 1_000 })
    for (; second <= recording.seconds; second++) {
      const now = FROM + second * 1_000
      for (const [target, readings] of pollsAt(now)) store.append(target, now, readings, 1_000)
      if (second % EVERY_SECONDS !== 0) continue
      const held = saidOf((spanMs) => store.window(now - spanMs, now), recording, second)
      const given = saidOf((spanMs) => windowOfSeries(recording.series, [], now - spanMs, now), recording, second)
      expect(held.said, `${recording.name}, second ${second}`).toEqual(given.said)
      all += held.found
    }
    store.close()
  }
  expect(all).toBeGreaterThan(50)
}, 60_000)

/** Hands out what is read at one second after the other, by target. */
function pollsOf({ series }: Recording): (at: number) => Map<string, Reading[]> {
  const next = series.map(() => 0)
  return (at) => {
    const polls = new Map<string, Reading[]>()
    for (const [i, { metric, labels, points }] of series.entries()) {
      const point = points[next[i]!]
      if (point?.[0] !== at) continue
      next[i]!++
      const { target, ...rest } = labels
      const readings = polls.get(target!) ?? []
      polls.set(target!, readings)
      readings.push({ metric, labels: rest, value: point[1] })
    }
    return polls
  }
}
