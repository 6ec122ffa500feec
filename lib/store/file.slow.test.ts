import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { change, finding } from '../../test/documents.ts'
import { killedAfter } from '../../test/killedChild.ts'
import { refuseWrites } from '../../test/noWrites.ts'
import { normal, randomOf } from '../../test/random.ts'
import type { Store } from '../model/store.ts'
import { createStore, type StoreOptions } from './store.ts'

const FROM = Date.UTC(2026, 0, 5, 12)
const MINUTE = 60_000
const DAY = 86_400_000

let directory: string
let store: Store | null = null
let now = FROM
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'evenkeel-store-'))
  now = FROM
})
afterEach(() => {
  store?.close()
  store = null
  rmSync(directory, { recursive: true })
})

const open = (options: Partial<StoreOptions> = {}) => {
  store = createStore({ path: directory, now: () => now, ...options })
  return store
}
const close = () => {
  store?.close()
  store = null
}
/** So many polls, once a second by default; values are of the poll's number. */
function poll(times: number, values: (i: number) => Record<string, number>, everyMs = 1000): void {
  for (let i = 0; i < times; i++) {
    now += everyMs
    store!.append(
      'a',
      now,
      Object.entries(values(i)).map(([metric, value]) => ({ metric, value })),
      everyMs,
    )
    store!.tick(now)
  }
}
const drawn = (metric: string, from: number, to: number, stepMs?: number, rate = false) =>
  store!.query({ metric, labels: { target: 'a' }, from, to, rate, ...(stepMs === undefined ? {} : { stepMs }) })[0]?.points

describe('a store that was closed', { timeout: 30_000 }, () => {
  test('knows everything again', () => {
    open()
    const values = ['', '"', '\u0000', 'a\u0000b', '\ud800', '🦔', "'; DROP TABLE series; --", 'x'.repeat(5000)]
    for (let i = 1; i <= 30; i++) {
      now = FROM + i * 1000
      store!.append(
        't',
        now,
        values.map((value, n) => ({ metric: 'x', labels: { value }, value: i * n + 1 / 3 })),
        1000,
      )
      store!.tick(now)
    }
    store!.memory.put('k', [1])
    store!.findings.put({ ...finding, id: 'f1', summary: 'one' })
    store!.changes.put({ ...change, id: 'c1' })
    store!.changes.put({ ...change, id: 'c2' })
    store!.putRecords('t', [{ kind: 'fact', id: 'run_id', at: now, value: 'r' }])
    const before = values.map((value) => store!.window(FROM, now).series('x', { value })[0]!.points)
    close()
    open()
    expect(values.map((value) => store!.window(FROM, now).series('x', { value })[0]!.points)).toEqual(before)
    expect(store!.newestAt()).toBe(now)
    expect(store!.memory.get('k')).toEqual([1])
    expect(store!.findings.get('f1')!.summary).toBe('one')
    expect(store!.changes.list().map(({ id }) => id)).toEqual(['c2', 'c1'])
    expect(store!.records('fact', 't')).toHaveLength(1)
    now += 1000
    store!.append('t', now, [{ metric: 'x', labels: { value: '' }, value: 9 }], 1000)
    expect(store!.window(FROM, now).series('x', { value: '' })[0]!.points).toHaveLength(31)
  })

  test('draws what it drew, from memory and from chunks', () => {
    const random = randomOf(4)
    let counter = 0
    open({ windowMs: 2 * MINUTE, chunkMs: MINUTE })
    poll(900, (i) => {
      counter = i === 400 ? 3 : counter + Math.round(100 + 20 * normal(random))
      return { g: Math.round(1e4 + 1e3 * normal(random)) / 1e4, c_total: counter }
    })
    const [from, to] = [FROM + 30_000, now]
    const ranges = () => [
      drawn('g', from, to),
      drawn('c_total', from, to, undefined, true),
      drawn('g', from, to, 7_000),
      drawn('c_total', from, to, 7_000, true),
      drawn('c_total', from, to, 10_000),
      store!.window(from, to).series('c_total')[0]!.points,
    ]
    const live = ranges()
    expect(live[0]).toHaveLength(871)
    expect(live[5]).toHaveLength(871)
    close()
    open({ windowMs: 2 * MINUTE, chunkMs: MINUTE })
    expect(ranges()).toEqual(live)
    close()
    open({ windowMs: 3_600_000 })
    expect(ranges()).toEqual(live)
  })
})

// Hours of polls, on machines that have other things to do.
describe('long ranges', { timeout: 60_000 }, () => {
  test('come from stretches that agree with the samples', () => {
    const random = randomOf(8)
    let counter = 0
    const values: { g: number; c_total: number }[] = []
    open({ windowMs: MINUTE, chunkMs: 47 * MINUTE })
    // Eleven hours, so that there are stretches of six, chunks and memory.
    const every = 3_000
    const read = (i: number) => {
      counter = i % 5_000 === 4_999 ? 0 : counter + Math.round(100 + 20 * normal(random))
      const value = { g: Math.round(1e3 + 1e2 * normal(random)) / 1e3, c_total: counter }
      values.push(value)
      return value
    }
    poll(13_000, read, every)
    const from = FROM + 5 * MINUTE
    const [means, rates] = [drawn('g', from, now, MINUTE)!, drawn('c_total', from, now, MINUTE, true)!]
    expect(means).toHaveLength(Math.ceil((now - from) / MINUTE))
    for (const [k, point] of means.slice(0, -1).entries()) {
      const within = values.filter((_, i) => Math.floor((FROM + (i + 1) * every) / MINUTE) * MINUTE === point[0])
      expect(point[1]).toBeCloseTo(within.reduce((sum, { g }) => sum + g, 0) / within.length, 9)
      expect(rates[k]![1]! * 3).toBeGreaterThan(85)
      expect(rates[k]![1]! * 3).toBeLessThan(115)
    }
  })

  test('outlive the samples, and the days their ten-second stretches', () => {
    open({ windowMs: MINUTE, retention: { rawMs: DAY / 2, fineMs: 2 * DAY }, chunkMs: 30 * MINUTE })
    const start = now
    // A poll a minute for four days.
    for (let i = 0; i < 4 * 1440; i++) {
      now += MINUTE
      store!.append(
        'a',
        now,
        [
          { metric: 'g', value: i % 60 },
          { metric: 'c_total', value: i * 60 },
        ],
        MINUTE,
      )
      store!.tick(now)
    }
    const hours = drawn('g', start, now, 3_600_000)!
    expect(hours.length).toBeGreaterThanOrEqual(96)
    for (const point of hours.slice(1, -1)) expect(point[1]).toBeCloseTo(29.5)
    for (const point of drawn('c_total', start, now, 3_600_000, true)!.slice(1, -1)) expect(point[1]).toBeCloseTo(1)
    // Samples of the first day are gone, so a window there holds none.
    expect(store!.window(start, start + DAY).series('g')).toEqual([])
    expect(store!.window(now - 10 * MINUTE, now).series('g')[0]!.points).toHaveLength(11)
    close()
    const db = new DatabaseSync(join(directory, 'evenkeel.db'))
    const rows = db.prepare('SELECT level, count(*) AS n, min(from_at) AS first FROM chunk GROUP BY level ORDER BY level').all()
    db.close()
    expect(Number(rows[0]!.first)).toBeGreaterThan(now - DAY / 2 - 3_600_000)
    expect(Number(rows[1]!.first)).toBeGreaterThan(now - 2 * DAY - 3_600_000)
    expect(Number(rows[2]!.n)).toBeGreaterThanOrEqual(6)
    open({ retention: { rawMs: DAY / 2, fineMs: 2 * DAY } })
    expect(drawn('g', start, now, 3_600_000)!.slice(1, -1)).toEqual(hours.slice(1, -1))
  })
})

test('a series that fell silent leaves memory, is still drawn, and goes on when it speaks again', () => {
  open()
  poll(20, (i) => ({ x: i }))
  const old = now
  now += 3_600_000
  store!.append('b', now, [{ metric: 'y', value: 1 }], 1000)
  store!.tick(now)
  expect(store!.window(FROM, now).series('x')).toEqual([])
  expect(drawn('x', FROM, old)).toHaveLength(20)
  expect(store!.catalog(FROM).map(({ metric }) => metric)).toEqual(['x', 'y'])
  expect(store!.catalog(old + 1).map(({ metric }) => metric)).toEqual(['y'])
  poll(3, () => ({ x: 7 }))
  expect(drawn('x', FROM, now, 3_600_000)).toHaveLength(2)
  expect(store!.window(FROM, now).series('x')[0]!.points).toHaveLength(23)
  expect(store!.catalog(FROM).map(({ labels }) => labels.length)).toEqual([1, 1])
})

test('a tick that cannot be written loses nothing once it can', () => {
  open()
  poll(3, (i) => ({ x: i }))
  const other = new DatabaseSync(join(directory, 'evenkeel.db'))
  other.exec("CREATE TRIGGER full BEFORE INSERT ON recovery BEGIN SELECT raise(FAIL, 'disk is full'); END")
  poll(1, () => ({ x: 3 }))
  expect(store!.failing()).toMatchObject({ since: now, reason: 'other' })
  poll(1, () => ({ x: 4, y: 1 }))
  other.exec('DROP TRIGGER full')
  other.close()
  poll(2, (i) => ({ x: 5 + i, y: 2 + i }))
  expect(store!.failing()).toBeNull()
  // What a crash would find: recovery rows only.
  const found = new DatabaseSync(join(directory, 'evenkeel.db')).prepare('SELECT count(*) AS n FROM recovery').get()!
  expect(Number(found.n)).toBe(4)
  close()
  open()
  expect(
    store!
      .window(FROM, now)
      .series('x')[0]!
      .points.map((point) => point[1]),
  ).toEqual([0, 1, 2, 3, 4, 5, 6])
  expect(
    store!
      .window(FROM, now)
      .series('y')[0]!
      .points.map((point) => point[1]),
  ).toEqual([1, 2, 3])
})

test('a file that another program holds locked is waited for by nobody, and all is written when it is let go', async () => {
  open()
  poll(2, (i) => ({ x: i }))
  const other = new DatabaseSync(join(directory, 'evenkeel.db'))
  other.exec('BEGIN IMMEDIATE')
  const began = performance.now()
  poll(20, (i) => ({ x: 2 + i }))
  store!.memory.put('k', 1)
  expect(performance.now() - began).toBeLessThan(4_000)
  expect(store!.failing()).toMatchObject({ reason: 'locked' })
  expect(() => store!.changes.insist(change)).not.toThrow()
  await expect(store!.undo.append('c', now, [])).rejects.toThrow(/another program holds the database/)
  other.exec('ROLLBACK')
  other.close()
  poll(40, (i) => ({ x: 22 + i }))
  expect(store!.failing()).toBeNull()
  close()
  open()
  expect(store!.window(FROM, now).series('x')[0]!.points).toHaveLength(62)
  expect(store!.memory.get('k')).toBe(1)
  expect(store!.changes.get(change.id)).not.toBeNull()
})

test('samples that wait for the disk cost no more memory than they may; the window is whole, and what is lost is a gap', () => {
  open({ windowMs: MINUTE, chunkMs: MINUTE, heldMost: 3_000 })
  poll(100, (i) => ({ x: i, y: -i }))
  const letThrough = refuseWrites(join(directory, 'evenkeel.db'))
  poll(6_000, (i) => ({ x: i, y: -i }))
  expect(store!.failing()).not.toBeNull()
  expect(drawn('x', now - MINUTE, now)!.length).toBeGreaterThanOrEqual(60)
  letThrough()
  poll(40, (i) => ({ x: i, y: -i }))
  expect(store!.failing()).toBeNull()
  close()
  open()
  const { points } = store!.window(FROM, now).series('x')[0]!
  expect(points.length).toBeGreaterThan(1_000)
  expect(points.length).toBeLessThan(3_500)
  expect(points.every(([at], i) => i === 0 || at > points[i - 1]![0])).toBe(true)
  expect(points.at(-1)![0]).toBe(now)
})

test('a tick of very many series is several short transactions: others write in between, and a crash finds what came meanwhile', () => {
  open()
  const append = (value: number, names = 10_000) =>
    store!.append(
      'a',
      now,
      Array.from({ length: names }, (_, n) => ({ metric: 'x', labels: { n: String(n) }, value: value + n })),
      1000,
    )
  const other = new DatabaseSync(join(directory, 'evenkeel.db'))
  const rows = () => Number(other.prepare('SELECT count(*) AS n FROM recovery').get()!.n)
  for (now = FROM; now < FROM + 12_000; now += 1_000) {
    append(0)
    store!.tick(now)
  }
  append(1)
  const before = rows()
  const [tickedAt, parts] = [now, store!.tickInParts(now)[Symbol.iterator]()]
  parts.next()
  expect(rows()).toBe(before + 1)
  // Of one whose row is written already.
  now += 50
  append(2, 1)
  other.exec('BEGIN IMMEDIATE; ROLLBACK')
  while (!parts.next().done);
  expect(rows()).toBe(before + 3)
  // As after a crash: a copy of the files as they are now.
  const copy = join(directory, 'copy.db')
  other.exec(`VACUUM INTO '${copy}'`)
  other.close()
  const after = createStore({ path: copy, now: () => now + 1_000 })
  try {
    const last = (n: number) =>
      after
        .window(FROM, now)
        .series('x', { n: String(n) })[0]!
        .points.at(-1)
    expect([last(0), last(1), last(9_999)]).toEqual([
      [now, 2],
      [tickedAt, 2],
      [tickedAt, 10_000],
    ])
  } finally {
    after.close()
  }
})

/** The store that a start after a crash opens: a copy of the files as they are now. */
function crashed(from = 'evenkeel.db', to = 'copy.db'): Store {
  const db = new DatabaseSync(join(directory, from))
  db.exec(`VACUUM INTO '${join(directory, to)}'`)
  db.close()
  close()
  return open({ path: join(directory, to) })
}

test('a source whose clock is ahead costs the other series no sample in a crash', () => {
  open()
  for (let i = 1; i <= 20; i++) {
    now = FROM + i * 1_000
    store!.append('a', now, [{ metric: 'x', value: i }], 1_000)
    store!.append('ahead', now, [{ metric: 'y', value: i, at: now + 30_000 }], 1_000)
    store!.tick(now)
  }
  now += 1_000
  expect(crashed().window(FROM, now).series('x')[0]?.points).toHaveLength(20)
})

test('a crash costs nothing of a source whose clock is ahead either, once its times have come', () => {
  const AHEAD = 5 * MINUTE
  open()
  for (let i = 1; i <= 1_200; i++) {
    now = FROM + i * 1_000
    store!.append('ahead', now, [{ metric: 'y', value: i, at: now + AHEAD }], 1_000)
    store!.tick(now)
  }
  now += AHEAD + 1_000
  const [drawn] = crashed().query({ metric: 'y', labels: {}, from: FROM + AHEAD, to: now, stepMs: 1_000 })
  expect(drawn!.points.filter(([, value]) => value !== null)).toHaveLength(1_200)
})

test('what a source gives of the past is no one long recovery row', () => {
  open({ chunkMs: 60 * MINUTE })
  const past = Array.from({ length: 100 }, (_, at) => at).flatMap((at) =>
    Array.from({ length: 200 }, (_, n) => ({ metric: 'x', labels: { n: String(n) }, value: n, at: now - MINUTE + at * 100 })),
  )
  store!.append('polled', now, [{ metric: 'y', value: 1 }], 1_000)
  store!.append('a', now, past, 1_000)
  for (const _ of store!.tickInParts(now));
  const db = new DatabaseSync(join(directory, 'evenkeel.db'))
  const rows = Number(db.prepare('SELECT count(*) AS n FROM recovery').get()!.n)
  db.close()
  expect(rows).toBe(5)
})

test('samples of a series that had no row yet when the process was killed become no other’s', () => {
  const named = (metric: string, count: number, value: number) =>
    store!.append('a', now, Array.from({ length: count }, (_, n) => ({ metric, labels: { n: String(n) }, value })), 1_000) // biome-ignore format: one line
  open()
  // More than get their rows in one tick.
  named('one', 1_500, 1)
  store!.tick(now)
  now += 1_000
  crashed()
  named('two', 600, 2)
  store!.tick(now)
  now += 1_000
  const values = crashed('copy.db', 'later.db')
    .window(FROM, now)
    .series('two')
    .flatMap(({ points }) => points.map(([, value]) => value))
  expect(values).toEqual(Array(600).fill(2))
})

test('chunks are written though in each tick a new series comes between two parts', () => {
  open({ chunkMs: MINUTE })
  for (let i = 1; i <= 120; i++) {
    now = FROM + i * 1_000
    store!.append('a', now, [{ metric: 'x', value: i }, { metric: 'first', labels: { n: String(i) }, value: 1 }], 1_000) // biome-ignore format: one line
    let part = 0
    for (const _ of store!.tickInParts(now))
      if (part++ === 0) store!.append('b', now, [{ metric: 'between', labels: { n: String(i) }, value: 1 }], 1_000)
  }
  const db = new DatabaseSync(join(directory, 'evenkeel.db'))
  const chunks = Number(db.prepare('SELECT count(*) AS n FROM chunk').get()!.n)
  db.close()
  expect(chunks).toBeGreaterThan(10)
})

test('what waited for the disk is written in parts', () => {
  open()
  const readings = Array.from({ length: 200 }, (_, n) => ({ metric: 'x', labels: { n: String(n) }, value: n }))
  const letThrough = refuseWrites(join(directory, 'evenkeel.db'))
  for (let i = 1; i <= 120; i++) {
    now = FROM + i * 1_000
    store!.append('a', now, readings, 1_000)
    store!.tick(now)
  }
  letThrough()
  const db = new DatabaseSync(join(directory, 'evenkeel.db'))
  const chunks = () => Number(db.prepare('SELECT count(*) AS n FROM chunk').get()!.n)
  const seen = new Set<number>()
  // Until the next try.
  for (let i = 0; i < 40 && chunks() < 200; i++) {
    now += 1_000
    store!.append('a', now, readings, 1_000)
    for (const _ of store!.tickInParts(now)) seen.add(chunks())
  }
  expect([chunks(), store!.failing()]).toEqual([200, null])
  expect(seen.size).toBeGreaterThan(5)
  db.close()
  for (const { points } of crashed().window(FROM, now).series('x')) expect(points.length).toBe((now - FROM) / 1_000)
})

describe('kill -9', () => {
  test.each([30, 95])('after %i ticks loses at most one', { timeout: 60_000 }, async (ticks) => {
    const said = await killedAfter(ticks, fileURLToPath(new URL('crash.child.ts', import.meta.url)), [directory, String(FROM)])
    const last = Number(said.trim().split('\n').pop())
    now = FROM + last * 1000
    open()
    const series = store!.window(FROM, now + 5_000).series('x_total')
    expect(series).toHaveLength(40)
    for (const { labels, points } of series) {
      const n = Number(labels.n!.slice(1))
      expect(points.length).toBeGreaterThanOrEqual(last)
      expect(points).toEqual(points.map((_, i) => [FROM + (i + 1) * 1000, (i + 1) * (n + 1) + n / 8]))
    }
    expect(store!.changes.get('change')!.at).toBeGreaterThanOrEqual(last)
  })
})

describe('a file that cannot be used is refused with the mend', () => {
  const file = () => join(directory, 'evenkeel.db')
  test('a newer one', () => {
    open()
    close()
    const db = new DatabaseSync(file())
    db.exec('PRAGMA user_version = 99')
    db.close()
    expect(() => open()).toThrow(/newer Evenkeel \(its version is 99, this one knows \d+\)/)
  })
  test("another program's", () => {
    const db = new DatabaseSync(file())
    db.exec('CREATE TABLE theirs (x)')
    db.close()
    expect(() => open()).toThrow(/belongs to another program/)
  })
  test('a damaged one', () => {
    writeFileSync(file(), 'no database at all, but long enough to be read as one'.repeat(100))
    expect(() => open()).toThrow(
      /evenkeel\.db: is damaged.*nothing of it can be read: restore it from a backup; or,.* move all evenkeel\.db\* files away/,
    )
  })
  test('one that is in use', { timeout: 60_000 }, () => {
    open()
    expect(() => createStore({ path: directory, busyMs: 50 })).toThrow(/another Evenkeel is running/)
  })
  test('one in a place that cannot be', () => {
    writeFileSync(join(directory, 'plain'), '')
    expect(() => open({ path: join(directory, 'plain', 'data') })).toThrow(/plain.*a file stands where a folder should: move it away/)
  })
})
