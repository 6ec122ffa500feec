import type { Unread } from './fields.ts'
import { type Loss, lossOf, noLines, type Recent } from './loss.ts'

/** The span of the report on unreadable lines: the last one to two of these periods. */
const RECENT_MS = 60_000

/** Counts the lines of a log, and those that cannot be read. */
export class LineCounts {
  lines = 0
  bad = 0
  #recent: Recent = noLines()
  #earlier: Recent = noLines()
  #since: number

  constructor(now: number) {
    this.#since = now
  }

  /** One more line: as it has to be, in a form that had to be mended, or not read at all. */
  add(is: 'read' | 'mended' | Unread): void {
    this.lines++
    this.#recent.lines++
    if (is === 'read') return
    this.#recent[is]++
    if (is !== 'mended') this.bad++
  }

  /** What share was not read lately. */
  look(now: number): Loss {
    const loss = lossOf(this.#earlier, this.#recent)
    if (now - this.#since >= RECENT_MS) {
      this.#earlier = this.#recent
      this.#recent = noLines()
      this.#since = now
    }
    return loss
  }
}
