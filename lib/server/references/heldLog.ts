import { type LogQuestion, type ReadLog, readLog } from './readLog.ts'

/** A log is held for so many times as long as it took to read; what is read at once is always read anew. */
const TIMES = 20
const LEAST_MS = 250

let held: { key: string; since: number; from: number; until: number; log: ReadLog } | null = null

/**
 * A cache of one entry in front of `readLog`, for a worker thread: rules and pages ask many questions of one target in a row, and a log of two
 * million references takes seconds to read. `since` moves with the clock, one way or the other, so that it is never the same twice; where it
 * moved by more, the cache was changed meanwhile, and references of what it was are no longer asked for.
 */
export function heldLog(question: LogQuestion, now = () => performance.now()): ReadLog {
  const { folder, match, evicts, since } = question
  const key = JSON.stringify([folder, match, evicts])
  const began = now()
  if (held && held.key === key && began < held.until && Math.abs(since - held.since) <= began - held.from) return held.log
  // Two at once would be twice the memory.
  held = null
  const log = readLog(question)
  const took = now() - began
  if (took < LEAST_MS) return log
  const made = { key, since, from: began, until: began + (TIMES + 1) * took, log }
  held = made
  setTimeout(() => {
    if (held === made) held = null
  }, TIMES * took).unref()
  return log
}
