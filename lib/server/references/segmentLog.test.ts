import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Access } from '../../model/reference.ts'
import { hash64 } from '../../rings/hashes/hash64.ts'
import { readLog } from './readLog.ts'
import { SegmentLog } from './segmentLog.ts'
import { ROW } from './segmentRows.ts'

const HOUR = 3_600_000
let folder: string
let now = 1_767_225_600_000
const open: SegmentLog[] = []
const log = (rowsMax = 1_000_000, keepMs = 6 * HOUR) => {
  const made = new SegmentLog(folder, { keepMs, rowsMax }, () => now)
  open.push(made)
  return made
}
const access = (key: string, rest: Partial<Access> = {}): Access => ({
  at: now,
  ...hash64(Buffer.from(key)),
  op: 0,
  size: 0,
  ttlMs: Number.NaN,
  keyBytes: 0,
  pattern: '',
  ...rest,
})
const told = { rate: null, gets: null }
const read = (match?: string) => readLog({ folder, since: 0, ...(match !== undefined && { match }) })
const files = (ending = '.rows') =>
  readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .sort()

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'evenkeel-references-'))
  now = 1_767_225_600_000
})
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
  rmSync(folder, { recursive: true })
})

test('what was added is read as it was, in the order of time, also by the next run', async () => {
  const first = log()
  await first.add({
    list: [access('a', { at: now + 5, size: 512, ttlMs: 60_000, keyBytes: 1 }), access('b', { at: now, op: 1, ttlMs: 0 })],
    ...told,
  })
  now += 10
  const next = log()
  await next.add({ list: [access('a', { op: 2 })], ...told })
  const { references, zero } = read()
  expect(zero).toBe(now - 10)
  expect([...references.at]).toEqual([0, 5, 10])
  expect([...references.op]).toEqual([1, 0, 2])
  expect(references.key[1]).toBe(references.key[2])
  expect([...references.size]).toEqual([0, 512, 0])
  expect([...references.ttlMs]).toEqual([0, 60_000, Number.NaN])
  expect(references).toMatchObject({ keys: 2, keyBytes: null, requests: 1 })
})

test('a torn end costs its row, a damaged segment itself', async () => {
  const one = log()
  await one.add({ list: [access('a'), access('b')], ...told })
  await one.close()
  now += 1
  const two = log()
  await two.add({ list: [access('c')], ...told })
  const [older, newer] = files()
  truncateSync(join(folder, newer!), statSync(join(folder, newer!)).size - 5)
  expect(read().references.keys).toBe(3)
  truncateSync(join(folder, newer!), ROW + 20)
  expect(read().references.keys).toBe(2)
  writeFileSync(join(folder, older!), 'noise that is no segment at all, and longer than a header')
  truncateSync(join(folder, newer!), ROW)
  appendFileSync(join(folder, newer!), Buffer.alloc(1_000))
  expect(read().references.keys).toBe(0)
  now += 1
  await log().add({ list: [access('d')], ...told })
  expect(read().references.keys).toBe(1)
  expect(files()).not.toContain(older)
})

test('a billion keys take bounded room: a sample of the keys stays, each with all its accesses, and the gets are all counted', async () => {
  const one = log(2_000)
  for (let batch = 0; batch < 40; batch++) {
    now += 1_000
    await one.add({
      list: Array.from({ length: 500 }, (_, i) => access(`key-${(batch % 2) * 500 + i}:${Math.floor(batch / 10)}`)),
      ...told,
    })
  }
  const { references } = read()
  expect(references.samplingRate).toBeLessThan(1 / 4)
  expect(references.requests).toBe(20_000)
  expect(references.key.length).toBe(5 * references.keys)
  expect(references.keys / 4_000 / references.samplingRate).toBeGreaterThan(0.8)
  expect(references.keys / 4_000 / references.samplingRate).toBeLessThan(1.2)
  const bytes = files().reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
  expect(bytes).toBeLessThan(2_500 * ROW)
  // The next run goes on with the same sample.
  now += 1
  const next = log(2_000)
  await next.add({ list: Array.from({ length: 500 }, (_, i) => access(`other-${i}`)), ...told })
  expect(read().references.samplingRate).toBe(references.samplingRate)
})

test('what is older than it is kept goes', async () => {
  const one = log()
  await one.add({ list: [access('a')], ...told })
  now += HOUR + 1
  await one.add({ list: [access('b')], ...told })
  expect(files()).toHaveLength(2)
  now += 5 * HOUR
  await one.sweep()
  expect(files()).toHaveLength(1)
  expect(read().references.keys).toBe(1)
})

test('the share that a reporter lets through is told, or read from the hashes', async () => {
  const keys = Array.from({ length: 40_000 }, (_, i) => access(`k:${i}`))
  const tenth = keys.filter(({ high }) => high < 0.1 * 2 ** 32)
  await log().add({ list: tenth, ...told })
  const estimated = read().references
  expect(Math.abs(estimated.samplingRate - 0.1)).toBeLessThan(0.001)
  expect(Math.abs(estimated.requests - 40_000)).toBeLessThan(1_000)
  now += 1
  await log().add({ list: tenth, rate: 0.1, gets: 40_000 })
  expect(read().references.samplingRate).toBeCloseTo(0.1, 3)
})

test('patterns tell keys apart', async () => {
  const one = log()
  await one.add({ list: [access('product:1', { pattern: 'product:*' }), access('cart:1', { pattern: 'cart:*' }), access('x')], ...told })
  await one.add({ list: [access('product:2', { pattern: 'product:*' })], ...told })
  expect(readFileSync(join(folder, files('.patterns')[0]!), 'utf8')).toBe('product:*\ncart:*\n')
  expect(read('product:*').references).toMatchObject({ keys: 2, requests: 2 })
  expect(read('*t:?').references).toMatchObject({ keys: 3 })
  expect(read('pr?duct').references.keys).toBe(0)
})

test('what resumes after a gap is not taken for a continuation, until the gap is a small part of the time', async () => {
  const one = log(1_000_000, 24 * HOUR)
  await one.add({ list: [access('before')], ...told, resumed: true })
  expect(read()).toMatchObject({ after: null, references: { keys: 1 } })
  const gap = { from: now, to: now + 600_000 }
  now = gap.to
  await one.add({ list: [access('first')], ...told, resumed: true })
  now += 60_000
  await one.add({ list: [access('second')], ...told })
  expect(read()).toMatchObject({ after: gap, zero: gap.to, references: { keys: 2, requests: 2 } })
  now += 500 * 60_000
  await one.add({ list: [access('third')], ...told })
  expect(read()).toMatchObject({ after: null, references: { keys: 4 } })
})

test('sources that let different shares through share a segment', async () => {
  const one = log()
  const keys = Array.from({ length: 4_000 }, (_, i) => access(`k:${i}`))
  const half = keys.filter(({ high }) => high < 0.5 * 2 ** 32)
  for (let i = 0; i < 10; i++) {
    now += 1_000
    await one.add({ list: keys, rate: 1, gets: 4_000 })
    await one.add({ list: half, rate: 0.5, gets: 4_000 })
  }
  expect(files()).toHaveLength(2)
  expect(read().references).toMatchObject({ samplingRate: 0.5, keys: half.length, requests: 80_000 })
})
