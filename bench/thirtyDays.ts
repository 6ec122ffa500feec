import { DatabaseSync } from 'node:sqlite'
import { Archive, RETENTION } from '../lib/store/archive.ts'
import { FINE } from '../lib/store/archiveStatements.ts'
import { openFiles } from '../lib/store/files.ts'
import { History } from '../lib/store/history.ts'
import { createStore } from '../lib/store/store.ts'
import { FINE_BLOCK } from '../lib/store/stretches.ts'
import { fleet } from './store.bench.ts'

const DAY = 86_400_000
const CHUNK_TICKS = 600
/** Days of which every sample is kept, of which stretches of ten seconds are, and of which five minutes are: the defaults, within 30 days. */
const [RAW_DAYS, FINE_DAYS, DAYS] = [3, 14, 30]

/**
 * A file as 30 days leave it behind: every sample of the last three, stretches of ten seconds of the last 14, of five minutes of all. One target is
 * written as the store writes it, and copied to the others. The samples of the last three days are real, older stretches repeat theirs.
 */
export function thirtyDays(file: string, end: number, targets: number): { series: number; bytes: number } {
  createStore({ path: file, now: () => end }).close()
  const files = openFiles(file, { busyMs: 1_000, now: () => end, log: { info() {}, warn() {}, error() {} } })
  const { db } = files
  db.exec('PRAGMA synchronous = OFF; BEGIN')
  const own = writeOne(new Archive(db, RETENTION, () => {}), end)
  const blocks = db.prepare('SELECT from_at, series, data FROM chunk WHERE level = ?').all(FINE)
  const insert = db.prepare('INSERT INTO chunk (series, level, from_at, data) VALUES (?, ?, ?, ?)')
  for (let days = RAW_DAYS; days < DAYS; days += RAW_DAYS)
    for (const { from_at, series, data } of blocks) {
      const at = Number(from_at) - days * DAY
      // A day of five minutes is about as large as six hours of ten seconds are, divided by seven.
      if (days < FINE_DAYS) insert.run(series!, FINE, at, data!)
      if (at % DAY < FINE_BLOCK) insert.run(series!, 2, at, (data as Uint8Array).subarray(0, 1_500))
    }
  const last = own.length
  for (let i = 1; i < targets; i++) {
    db.exec(`INSERT INTO series (id, metric, labels, step_ms, last_at, fine_to, coarse_to)
      SELECT id + ${i * last}, metric, replace(labels, '"cache-0"', '"cache-${i}"'), step_ms, last_at, fine_to, coarse_to FROM series WHERE id <= ${last}`)
    db.exec(
      `INSERT INTO chunk (series, level, from_at, data) SELECT series + ${i * last}, level, from_at, data FROM chunk WHERE series <= ${last}`,
    )
    if (i % 10 === 0) db.exec('COMMIT; BEGIN')
  }
  db.exec('COMMIT')
  files.close()
  const look = new DatabaseSync(file)
  const count = (sql: string) => Number(Object.values(look.prepare(sql).get()!)[0])
  const made = { series: count('SELECT count(*) FROM series'), bytes: count('PRAGMA page_count') * count('PRAGMA page_size') }
  look.close()
  return made
}

function writeOne(archive: Archive, end: number): History[] {
  const poll = fleet(1)
  const histories: History[] = []
  const ticks = (RAW_DAYS * DAY) / 1_000
  for (let tick = 0; tick <= ticks; tick++) {
    const at = end - (ticks - tick) * 1_000
    for (const { target, readings } of poll(tick))
      for (const [i, { metric, labels, value }] of readings.entries()) {
        if (!histories[i]) {
          histories[i] = new History(archive.newId(), metric, { target, ...labels }, 1_000)
          histories[i].append(at, value, at)
          archive.addSeries(histories[i])
        } else histories[i].append(at, value, at, histories[0])
      }
    if (tick % CHUNK_TICKS === 0 || tick === ticks) for (const history of histories) history.flushedTo = archive.flush(history, at)
  }
  return histories
}
