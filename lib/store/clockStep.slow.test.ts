import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Store } from '../model/store.ts'
import { createStore } from './store.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const START = Date.UTC(2026, 0, 5, 12)

let now = START
/** How many seconds have really passed: each sample's value. */
let real = 0
let directory: string
let store: Store
beforeEach(() => {
  now = START
  real = 0
  directory = mkdtempSync(join(tmpdir(), 'evenkeel-clock-'))
  open()
})
afterEach(() => store.close())

function open() {
  store = createStore({ path: directory, now: () => now })
}
function run(seconds: number) {
  for (let i = 0; i < seconds; i++) {
    now += 1_000
    real++
    store.append('t', now, [{ metric: 'x', value: real }], 1_000)
    store.tick(now)
  }
}
/** The clock is set, and whoever watches it says so. */
function set(byMs: number) {
  now += byMs
  store.stepClock({ at: now, byMs })
}
const seen = (ms: number) => store.window(now - ms, now).series('x')[0]?.points ?? []
const drawn = (from: number, to: number, stepMs?: number) =>
  store
    .query({ metric: 'x', labels: {}, from, to, ...(stepMs && { stepMs }) })
    .flatMap(({ points }) => points)
    .filter(([, value]) => value !== null)
/** The newest n samples, one a second, the last of them just now. */
const evenly = (n: number) => Array.from({ length: n }, (_, i) => [now - (n - 1 - i) * 1_000, real - (n - 1 - i)])

describe('a clock that is set', () => {
  it.each([
    ['back by an hour', [-HOUR]],
    ['ahead by a day and back', [DAY, -DAY]],
    ['back and back again', [-HOUR, -HOUR, -30_000]],
    ['ahead, back further than it was, and ahead', [DAY, -DAY - HOUR, HOUR]],
  ])('%s costs no sample after it', (_, steps) => {
    run(120)
    for (const step of steps) {
      set(step)
      run(40)
    }
    expect(seen(39_000)).toEqual(evenly(40))
    expect(drawn(now - 39_000, now)).toEqual(evenly(40))
    expect(store.newestAt()).toBe(now)
    expect(store.catalog(now - MINUTE)).toHaveLength(1)
  })

  it('back by some seconds leaves a gap where it began, so that no counter grows by as many from one poll to the next', () => {
    run(120)
    set(-20_000)
    run(20)
    const points = seen(60_000)
    expect(points.slice(-40)).toEqual(evenly(40))
    const seams = points.slice(1).filter(([at, value], i) => value - points[i]![1] !== (at - points[i]![0]) / 1_000)
    expect(seams).toHaveLength(1)
    const seam = points.indexOf(seams[0]!)
    expect(points[seam]![0] - points[seam - 1]![0]).toBeGreaterThan(2_500)
    expect(points[seam]![0] - points[seam - 1]![0]).toBeLessThanOrEqual(5_000)
  })

  it('back leaves what was 30 s ago at 30 s ago, so that no rule loses its past', () => {
    run(120)
    set(-HOUR)
    run(1)
    expect(seen(2 * MINUTE)).toEqual(evenly(121))
    set(DAY)
    run(60)
    set(-DAY)
    run(1)
    expect(seen(3 * MINUTE - 1_000)).toEqual([...evenly(182).slice(2)])
  })

  it('ahead leaves a gap: nobody can tell it from a machine that was suspended', () => {
    run(60)
    set(HOUR)
    run(10)
    expect(seen(MINUTE)).toEqual(evenly(10))
    expect(seen(2 * HOUR)).toHaveLength(70)
  })

  it('back keeps what the disk holds of the time before, and takes later samples of the same time', () => {
    run(40 * 60)
    set(-20 * MINUTE)
    run(25 * 60)
    expect(drawn(now - 14 * MINUTE, now)).toHaveLength(14 * 60 + 1)
    store.close()
    open()
    // One sample of each second: of the first twenty minutes the earlier ones, of the last five the later ones.
    expect(drawn(START, START + 20 * MINUTE)).toEqual(Array.from({ length: 20 * 60 }, (_, i) => [START + (i + 1) * 1_000, i + 1]))
    const later = Array.from({ length: 25 * 60 }, (_, i) => [START + (20 * 60 + i + 1) * 1_000, 40 * 60 + i + 1])
    expect(drawn(START + 20 * MINUTE + 1, now)).toEqual(later)
  })

  it('back by days makes its stretches anew', () => {
    for (let i = 0; i < 3 * 24 * 60; i++) {
      now += MINUTE
      store.append('t', now, [{ metric: 'x', value: 1 }], MINUTE)
      store.tick(now)
    }
    set(-DAY)
    for (let i = 0; i < 2 * 24 * 60; i++) {
      now += MINUTE
      store.append('t', now, [{ metric: 'x', value: 2 }], MINUTE)
      store.tick(now)
    }
    const hours = drawn(START, now, HOUR)
    expect(hours.length).toBeGreaterThanOrEqual(95)
    expect(hours.filter(([, value]) => value === 1)).toHaveLength(48)
    expect(hours.filter(([, value]) => value === 2).length).toBeGreaterThanOrEqual(47)
    // What a clock that was ahead left in a time that has not come yet is not shown.
    expect(drawn(now - HOUR, now + DAY).at(-1)![0]).toBeLessThanOrEqual(now)
  })

  it('ahead by a year drops nothing for its age within an hour', () => {
    run(15 * 60)
    set(365 * DAY)
    run(20 * 60)
    set(-365 * DAY)
    run(60)
    expect(drawn(START, START + 10 * MINUTE).length).toBeGreaterThan(590)
  })
})

describe('a start after a run under a clock that was ahead', () => {
  it.each([
    ['was closed', true],
    ['was killed', false],
  ])('sees what comes now, when the run before %s', (_, closed) => {
    run(20 * 60)
    now += DAY
    store.stepClock({ at: now, byMs: DAY })
    run(15 * 60)
    const { stepClock: _s, ...left } = store
    if (closed) left.close()
    else copyAway()
    now -= DAY
    open()
    expect(store.lastRunAt()! - now).toBe(DAY)
    expect(store.newestAt() ?? now).toBeLessThanOrEqual(now)
    run(12 * 60)
    expect(seen(11 * MINUTE)).toHaveLength(11 * 60 + 1)
    expect(drawn(now - MINUTE, now)).toEqual(evenly(61))
    store.close()
    open()
    expect(drawn(now - MINUTE, now)).toEqual(evenly(61))
    // What was recovered once does not pile up.
    const db = new DatabaseSync(join(directory, 'evenkeel.db'), { readOnly: true })
    expect(Number(db.prepare('SELECT count(*) AS n FROM recovery').get()!.n)).toBeLessThan(700)
    db.close()
  })
})

/** As a kill leaves the file: a copy of it before it is closed. */
function copyAway() {
  const db = new DatabaseSync(join(directory, 'evenkeel.db'), { readOnly: true })
  const next = mkdtempSync(join(tmpdir(), 'evenkeel-clock-'))
  db.exec(`VACUUM INTO '${join(next, 'evenkeel.db')}'`)
  db.close()
  store.close()
  directory = next
}
