import { type LogQuestion, type ReadLog, readLog } from './readLog.ts'

/** A log is held for so many times as long as it took to read; what is read at once is always read anew. */
const TIMES = 20
const LEAST_MS = 250

let held: { key: string; until: number; log: ReadLog } | null = null

/**
 * A cache of one entry in front of `readLog`, for a worker thread: rules and pages ask many questions of one target in a row, and a log of two
 * million references takes seconds to read.
 */
export function heldLog(question: LogQuestion, now = () => performance.now()): ReadLog {
  const key = JSON.stringify([question.folder, question.match, question.evicts])
  const began = now()
  if (held && held.key === key && began < held.until) return held.log
  // Two at once would be twice the memory.
  held = null
  const log = readLog(question)
  const took = now() - began
  if (took < LEAST_MS) return log
  const made = { key, until: began + (TIMES + 1) * took, log }
  held = made
  setTimeout(() => {
    if (held === made) held = null
  }, TIMES * took).unref()
  return log
}
