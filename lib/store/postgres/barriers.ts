import { EvenkeelError } from '../../model/error.ts'
import type { SavingFailure } from '../../model/store.ts'

type Barrier = { mark: number; resolve(): void; reject(error: EvenkeelError): void }

/** How long a commit barrier waits: longer than the restart of a database takes, shorter than a caller's patience. */
const BARRIER_MS = 6_000

/** Commit barriers: who waits until everything up to a number of the queue is committed. */
export class Barriers {
  readonly #waiting = new Set<Barrier>()

  /** `failing`: why nothing is committed, asked when it has taken too long. */
  wait(mark: number, failing: () => SavingFailure): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = <T>(then: (value: T) => void) => {
        return (value: T) => {
          clearTimeout(timer)
          this.#waiting.delete(barrier)
          then(value)
        }
      }
      const timer = setTimeout(() => barrier.reject(unsaved(failing())), BARRIER_MS)
      const barrier: Barrier = { mark, resolve: end<void>(resolve), reject: end(reject) }
      this.#waiting.add(barrier)
    })
  }

  /** `oldest`: the number that has waited longest. */
  settle(oldest: number): void {
    for (const barrier of this.#waiting) if (oldest > barrier.mark) barrier.resolve()
  }

  /** Somebody else's write took the place of the put of that number: whoever waits for it must not go on as if it had been kept. */
  overtake(number: number): void {
    for (const barrier of this.#waiting) if (barrier.mark >= number) barrier.reject(overtaken())
  }
}

/** Nothing was committed, so nothing may be written to a server. */
const unsaved = ({ because, mend }: SavingFailure) =>
  new EvenkeelError('unavailable', `Nothing that is new can be written down: ${because}. ${mend}`, { written: 'none' })
const overtaken = () =>
  new EvenkeelError('unavailable', 'Another Evenkeel has taken this over in the meantime; it goes on from there.', { written: 'none' })
