import type { Archive } from './archive.ts'
import type { History } from './history.ts'
import type { Saving } from './saving.ts'
import type { Reads } from './sheet.ts'

/** Of more series than this a start reads the newest window of each only when it is needed: these take a second or two. */
export const READ_MOST = 10_000

type Options = { archive: Archive; saving: Saving; windowMs: number }

/** Puts the newest window of a series that the disk knows back into memory. */
export class Refill {
  readonly #options: Options
  /** Mostly a series of the same target: they came with the same polls. */
  #before: History | null = null
  #pending: (Reads & { at: number }) | null = null

  constructor(options: Options) {
    this.#options = options
  }

  /** As the window was at `at`. */
  now(history: History, at: number): void {
    const { archive, windowMs } = this.#options
    const [before, from] = [this.#before, at - windowMs]
    const beside = before && !before.gone && before.labels.target === history.labels.target ? before : null
    history.fill([...archive.samples(history.id, from, history.flushedTo)], { from, until: history.flushedTo }, beside)
    this.#before = history
  }

  /** When the series is first looked at, or polled. What cannot be read then is read from the disk each time. */
  later(history: History, at: number): void {
    history.heldFrom = history.flushedTo + 1
    history.pending = this.#pendingAt(at)
  }

  /** One for all series of a start. */
  #pendingAt(at: number): Reads {
    if (this.#pending?.at !== at)
      this.#pending = {
        at,
        read: (history: History) => {
          try {
            this.now(history, at)
          } catch (error) {
            this.#options.saving.failed(error)
          }
        },
      }
    return this.#pending
  }
}
