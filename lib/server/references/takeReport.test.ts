import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readLog } from './readLog.ts'
import { createReferenceLogs, type ReferenceLogs } from './referenceLogs.ts'
import { type AboutReport, takeReport } from './takeReport.ts'

const HOUR = 3_600_000
let folder: string
let now: number
let references: ReferenceLogs
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'evenkeel-reports-'))
  now = 1_767_225_600_000
  references = createReferenceLogs({
    folder,
    settings: () => ({ from: 'report', keep: 6 * HOUR }),
    targets: () => 1,
    now: () => now,
    log: { info() {}, warn() {}, error: (details) => expect(details).toBeNull() },
  })
})
afterEach(async () => {
  await references.close()
  rmSync(folder, { recursive: true })
})

const engine = { targetConfig: (name: string) => (name === 'cache' ? {} : null) } as never
const take = (lines: string[], about: AboutReport = {}) =>
  takeReport(
    { engine, references, now: () => now },
    'cache',
    new Request('http://127.0.0.1/', { method: 'POST', body: lines.join('\n') }),
    about,
  )
const line = (at: number, hash = '1') => `${at} ${hash.padStart(16, '0')} get`
const kept = () => readLog({ folder: references.folder('cache'), since: 0 })

test('a report that comes twice is counted once; one that failed may come again', async () => {
  const about = { id: 'shop-1', rate: 1, gets: 1 }
  await expect(take(['noise'], about)).rejects.toMatchObject({ code: 'bad_request' })
  const [one, same] = await Promise.all([take([line(now)], about), take([line(now)], about)])
  expect([one, same, await take([line(now)], about)]).toEqual(Array(3).fill({ taken: 1, future: 0, past: 0 }))
  expect(kept().references).toMatchObject({ requests: 1, keys: 1 })
  await take([line(now)], { ...about, id: 'shop-2' })
  expect(kept().references.requests).toBe(2)
})

test('reporters whose clocks disagree meet: each says what its own shows', async () => {
  for (const ahead of [-2 * HOUR, 0, 500, 3 * HOUR]) await take([line(now + ahead - 10, `1${Math.abs(ahead)}`)], { sent: now + ahead })
  const { references: all, zero } = kept()
  expect([...all.at].map((at) => zero + at - now)).toEqual([-10, -10, -10, 490])
  await expect(take([line(now + 3 * HOUR)])).rejects.toThrow(/10800 s ahead of Evenkeel's clock/)
})

test('what a reporter dropped is a gap, however many say so', async () => {
  await take([line(now, 'a')])
  const [missingFrom, missingTo] = [now, now + 600_000]
  now = missingTo + 5_000
  for (const id of ['a', 'b', 'c']) await take([line(now, id)], { id: `gap-${id}`, missingFrom, missingTo })
  expect(kept()).toMatchObject({ after: { from: missingFrom, to: missingTo }, references: { requests: 3 } })
  // Times that cannot be say nothing.
  for (const [missingFrom, missingTo] of [
    [0, 5],
    [now, 0],
    [0, 253_402_300_799_999],
  ] as const)
    await take([line(now, 'd')], { missingFrom, missingTo })
})
