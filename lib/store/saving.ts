import { EvenkeelError } from '../model/error.ts'
import type { Log } from '../model/log.ts'
import type { SavingFailure } from '../model/store.ts'
import { type DiskReason, failureOf, ROOM_BYTES, reasonOf } from './failure.ts'
import type { Reserve, Spare } from './reserve.ts'

/** Ticks between two tries: a disk that is full for a day is not asked each second. */
const WAIT_MOST = 30

export type SavingOptions = {
  /** Null where there is no file. */
  reserve: Reserve | null
  /** Bytes free for the database, or null when nobody knows. */
  free(): number | null
  /** True while the database stands where it was opened. */
  inPlace(): boolean
  /** It was found damaged: the next start is to look. */
  suspect(): void
  now(): number
  log: Log
}

/**
 * A write-behind queue with a circuit breaker: a row goes to the disk at once; while that fails, its newest state is held here (and in the
 * reserve, when it must outlive the process) and tried again. So a disk that fails stops nobody but who insists.
 */
export class Saving {
  readonly #options: SavingOptions
  readonly #held = new Map<string, () => void>()
  #failing: SavingFailure | null = null
  /** What was failing before the try that is under way. */
  #before: SavingFailure | null = null
  /** Ticks still to wait before the next try, and how many the wait was. */
  #wait = 0
  #waited = 1
  #closed = false

  constructor(options: SavingOptions) {
    this.#options = options
  }

  failing(): SavingFailure | null {
    // A try that is under way has not succeeded yet.
    return this.#failing ?? this.#before
  }

  /** Writes a row, or holds it. `spare`: what the reserve keeps of it meanwhile. */
  put(key: string, write: () => void, spare?: Spare): void {
    if (this.#written(write)) return
    this.#held.set(key, write)
    if (spare) this.#options.reserve?.put(spare)
  }

  /** Throws `unavailable` unless the row is on the disk, be it in the reserve. */
  insist(write: () => void, spare?: { key: string; row: Spare }): void {
    if (this.#written(write)) return
    if (!spare || !this.#options.reserve?.put(spare.row)) throw unsaved(this.#failing!)
    this.#held.set(spare.key, write)
  }

  /**
   * The queue first, then what else is due, part by part: others may run in between. Nothing of both while the disk is not worth a try, and no
   * further part once one has failed.
   */
  *tick(work: () => Iterable<void>): Generator<void> {
    if (this.#failing === null && !this.#options.inPlace()) this.#begin('removed', null)
    if (this.#failing === null || this.#worthATry()) yield* this.#try(work)
  }

  /** The last try; what the disk does not take is lost with the process, but for what is in the reserve. */
  close(work: () => void): void {
    for (const _ of this.#try(() => [work()]));
    this.#closed = true
    if (this.#failing)
      this.#options.log.error({ rows: this.#held.size }, `Evenkeel ends, and not everything is saved: ${this.#failing.because}.`)
  }

  /** A read that failed. */
  failed(error: unknown): void {
    if (this.#failing === null) this.#begin(reasonOf(error), error)
  }

  #written(write: () => void): boolean {
    if (this.#failing !== null) return false
    try {
      write()
      return true
    } catch (error) {
      this.#begin(reasonOf(error), error)
      return false
    }
  }

  *#try(work: () => Iterable<void>): Generator<void> {
    this.#before = this.#failing
    // What the work itself puts goes to the disk, behind the queue.
    this.#failing = null
    try {
      for (const [key, write] of this.#held) {
        write()
        this.#held.delete(key)
      }
      for (const _ of work()) {
        yield
        // What failed meanwhile was a write of somebody else: the next try is for all of it.
        if (this.#failing !== null || this.#closed) break
      }
      if (this.#failing === null) this.#options.reserve?.clear()
    } catch (error) {
      this.#begin(reasonOf(error), error)
    }
    if (this.#failing === null && this.#before !== null) {
      this.#options.log.info({ since: new Date(this.#before.since).toISOString() }, 'everything reaches the disk again')
      this.#waited = 1
      this.#options.reserve?.renew()
    }
    this.#before = null
  }

  #begin(reason: DiskReason, error: unknown): void {
    const before = this.#failing ?? this.#before
    this.#failing = failureOf(reason, before?.since ?? this.#options.now())
    this.#wait = this.#waited
    this.#waited = Math.min(WAIT_MOST, this.#waited * 2)
    if (before?.reason === reason) return
    if (reason === 'damaged') this.#options.suspect()
    const { because, mend } = this.#failing
    this.#options.log.error({ err: error }, `Nothing is being saved: ${because}. ${mend}`)
  }

  #worthATry(): boolean {
    if (this.#failing!.reason === 'removed') return this.#options.inPlace()
    if (this.#failing!.reason === 'full') {
      const free = this.#options.free()
      if (free !== null && free < ROOM_BYTES) {
        // The moment there is room it is tried.
        this.#wait = 0
        return false
      }
    }
    return --this.#wait <= 0
  }
}

const unsaved = ({ because, mend }: SavingFailure) =>
  new EvenkeelError('unavailable', `Nothing that is new can be written down: ${because}. ${mend}`)
