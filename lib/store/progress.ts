import type { ArchiveStatements } from './archiveStatements.ts'

/** Where the stretches of a series end (what is later lies in chunks alone), and the latest time of which it ever had a sample. */
export type Progress = { fineTo: number; coarseTo: number; lastAt: number }

/** A cache of how far each series is condensed. */
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
      this.#kept.set(id, progress)
    }
    return progress
  }

  /** Newest sample written. */
  reached(id: number, lastAt: number): void {
    this.#kept.set(id, { ...this.of(id), lastAt })
  }

  /** Writes how far the stretches reach. */
  condensed(id: number, fineTo: number, coarseTo: number): void {
    const { lastAt } = this.of(id)
    this.#statements.condensed.run(fineTo, coarseTo, id)
    this.#kept.set(id, { fineTo, coarseTo, lastAt })
  }

  forget(id: number): void {
    this.#kept.delete(id)
  }

  clear(): void {
    this.#kept.clear()
  }
}
