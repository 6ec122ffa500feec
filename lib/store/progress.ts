import type { ArchiveStatements } from './archiveStatements.ts'

/** Where the stretches of a series end (what is later lies in chunks alone), and the latest time of which it ever had a sample. */
export type Progress = { fineTo: number; coarseTo: number; lastAt: number }

/** A series is asked for when its chunk is written, each ten minutes: to read its row again is a hundredth of that, and all of them are as large as its samples. */
const KEPT_MOST = 4_096

/** A cache of how far series are condensed. */
export class ProgressCache {
  readonly #statements: ArchiveStatements
  readonly #kept = new Map<number, Progress>()

  constructor(statements: ArchiveStatements) {
    this.#statements = statements
  }

  of(id: number): Progress {
    let progress = this.#kept.get(id)
    if (!progress) {
      const row = this.#statements.done.get(id)
      progress = { fineTo: Number(row?.fine_to ?? 0), coarseTo: Number(row?.coarse_to ?? 0), lastAt: Number(row?.last_at ?? 0) }
      this.#keep(id, progress)
    }
    return progress
  }

  /** Newest sample written. */
  reached(id: number, lastAt: number): void {
    this.#keep(id, { ...this.of(id), lastAt })
  }

  /** Writes how far the stretches reach. */
  condensed(id: number, fineTo: number, coarseTo: number): void {
    const { lastAt } = this.of(id)
    this.#statements.condensed.run(fineTo, coarseTo, id)
    this.#keep(id, { fineTo, coarseTo, lastAt })
  }

  forget(id: number): void {
    this.#kept.delete(id)
  }

  clear(): void {
    this.#kept.clear()
  }

  #keep(id: number, progress: Progress): void {
    this.#kept.set(id, progress)
    if (this.#kept.size > KEPT_MOST) this.#kept.delete(this.#kept.keys().next().value!)
  }
}
