import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Access, ReferenceSettings } from '../../model/reference.ts'
import { createReferenceLogs } from './referenceLogs.ts'

const DAY = 86_400_000
const NOW = Date.now()
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'evenkeel-logs-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const settings: Record<string, ReferenceSettings> = { 'a/../b': { from: 'report', keep: 3_600_000 }, off: { from: 'off', keep: 3_600_000 } }
const logs = () =>
  createReferenceLogs({
    folder,
    settings: (target) => settings[target] ?? null,
    targets: () => 2,
    now: () => NOW,
    log: { info() {}, warn() {}, error: (details) => expect(details).toBeNull() },
  })
const access = (at: number): Access => ({ at, high: 1, low: 2, op: 0, size: 0, ttlMs: Number.NaN, keyBytes: 0, pattern: '' })
const accesses = (...times: number[]) => ({ list: times.map(access), rate: null, gets: null })

test('targets have references where the configuration says so, in a folder of their own whatever they are called', async () => {
  const all = logs()
  expect(all.settings('off')).toBeNull()
  expect(all.settings('unknown')).toBeNull()
  await all.add('off', accesses(NOW))
  all.offer('unknown', accesses(NOW))
  expect(readdirSync(folder)).toEqual([])
  await all.add('a/../b', accesses(NOW))
  expect(readdirSync(folder)).toHaveLength(1)
  expect(readdirSync(all.folder('a/../b'))).toHaveLength(1)
  await all.close()
})

test('times that cannot be are left out and counted', () => {
  const { accesses: kept, future, past } = logs().timed('a/../b', accesses(NOW - 3_600_001, NOW - 3_599_999, NOW + 59_000, NOW + 61_000))
  expect({ kept: kept.list.map(({ at }) => at - NOW), future, past }).toEqual({ kept: [-3_599_999, 59_000], future: 1, past: 1 })
})

test('what no target looks after any more goes when it is old', async () => {
  const all = logs()
  await all.add('a/../b', accesses(NOW))
  const [gone, fresh] = ['67', '68'].map((name) => join(folder, name)) as [string, string]
  for (const path of [gone, fresh]) {
    mkdirSync(path)
    writeFileSync(join(path, '1.rows'), 'x')
  }
  const old = new Date(NOW - 15 * DAY)
  utimesSync(join(gone, '1.rows'), old, old)
  await all.tick()
  expect([gone, fresh, all.folder('a/../b')].map((path) => existsSync(path))).toEqual([false, true, true])
  await all.close()
})
