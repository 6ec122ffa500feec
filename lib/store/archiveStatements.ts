import type { DatabaseSync } from 'node:sqlite'

/** The level of a chunk: of samples, of 10 s stretches, of 5 min stretches. */
export const RAW = 0
export const FINE = 1
export const COARSE = 2

export type ArchiveStatements = ReturnType<typeof archiveStatements>

/** The statements of the archive, prepared once: of series, and of chunks of their samples. */
export const archiveStatements = (db: DatabaseSync) => ({
  lastId: db.prepare('SELECT coalesce(max(id), 0) AS id FROM series'),
  find: db.prepare('SELECT * FROM series WHERE metric = ? AND labels = ?'),
  byId: db.prepare('SELECT * FROM series WHERE id = ?'),
  since: db.prepare('SELECT * FROM series WHERE last_at >= ?'),
  named: db.prepare('SELECT * FROM series WHERE metric = ? AND last_at >= ?'),
  after: db.prepare('SELECT id, metric, step_ms, last_at FROM series WHERE id > ? ORDER BY id LIMIT 200'),
  add: db.prepare('INSERT INTO series (id, metric, labels, step_ms, last_at, fine_to, coarse_to) VALUES (?, ?, ?, ?, 0, ?, ?)'),
  reached: db.prepare('UPDATE series SET last_at = max(last_at, ?), step_ms = ? WHERE id = ?'),
  forget: db.prepare('DELETE FROM series WHERE id = ?'),
  done: db.prepare('SELECT fine_to, coarse_to, last_at FROM series WHERE id = ?'),
  condensed: db.prepare('UPDATE series SET fine_to = ?, coarse_to = ? WHERE id = ?'),
  write: db.prepare('INSERT INTO chunk (series, level, from_at, data) VALUES (?, ?, ?, ?)'),
  erase: db.prepare('DELETE FROM chunk WHERE rowid = ?'),
  eraseBlock: db.prepare('DELETE FROM chunk WHERE series = ? AND level = ? AND from_at = ?'),
  drop: db.prepare('DELETE FROM chunk WHERE series = ? AND level = ? AND from_at < ?'),
  // Chunks of a series do not overlap: of those that begin before the range, only the last may reach into it.
  read: db.prepare(`SELECT rowid, data FROM chunk WHERE series = $id AND level = $level AND from_at <= $to AND from_at >= coalesce(
    (SELECT max(from_at) FROM chunk WHERE series = $id AND level = $level AND from_at <= $from), $from) ORDER BY from_at`),
})
