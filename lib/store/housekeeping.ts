import type { ClockStep } from '../model/clock.ts'
import type { UndoLog } from '../model/store.ts'
import type { Archive } from './archive.ts'
import type { Records } from './records.ts'
import type { Recovery } from './recovery.ts'
import type { SeriesMemory } from './seriesMemory.ts'

/** Housekeeping that need not be done each tick. */
const SWEEP_MS = 10_000
const PRUNE_MS = 60_000
/** After the clock was set nothing is dropped for its age for so long: a clock that is wrong by a year must not cost a year. */
const KEEP_MS = 60 * 60_000

type Options = {
  archive: Archive
  recovery: Recovery
  records: Records
  undo: UndoLog & { prune(at: number): void }
  memory: SeriesMemory
  chunkMs: number
}

/** The schedule of retention: when what is older than it is kept is dropped. */
export class Housekeeping {
  readonly #options: Options
  #sweptAt = Number.NEGATIVE_INFINITY
  #prunedAt = Number.NEGATIVE_INFINITY
  /** Until then nothing is dropped for its age. */
  #keepUntil = Number.NEGATIVE_INFINITY

  constructor(options: Options) {
    this.#options = options
  }

  /** Whether something may be dropped for its age now. */
  drops(at: number): boolean {
    return at >= this.#keepUntil
  }

  /** Whether the tick of that moment was one of pruning, with permission to drop. */
  hasPruned(at: number): boolean {
    return this.#prunedAt === at && this.drops(at)
  }

  /** What is due of sweeping and pruning. Call each inside a transaction. */
  *due(at: number): Generator<() => void> {
    const { archive, recovery, records, undo } = this.#options
    if (at - this.#sweptAt < SWEEP_MS) return
    this.#sweptAt = at
    if (this.drops(at)) yield () => archive.sweep(at)
    if (at - this.#prunedAt < PRUNE_MS) return
    this.#prunedAt = at
    yield () => recovery.prune(this.#oldestUnflushed())
    if (!this.drops(at)) return
    yield () => records.prune(at)
    yield () => undo.prune(at)
  }

  stepClock({ at, byMs }: ClockStep): void {
    this.#sweptAt += byMs
    this.#prunedAt += byMs
    this.#keepUntil = at + KEEP_MS
  }

  /** When the oldest sample came that no chunk holds: not before its series was last flushed, though a source whose clock is ahead dates it later. */
  #oldestUnflushed(): number {
    const { memory, chunkMs } = this.#options
    let oldest = Number.POSITIVE_INFINITY
    for (const history of memory.all()) {
      const first = history.indexAfter(history.flushedTo)
      if (first < history.size) oldest = Math.min(oldest, history.atOf(first), history.dueAt - chunkMs)
    }
    return oldest
  }
}
