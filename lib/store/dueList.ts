import type { History } from './history.ts'

const SECOND = 1_000

/** Series by the second in which their next chunk is due: a tick looks at those of its time, and not at all series of a fleet. */
export class DueList {
  readonly #bySecond = new Map<number, History[]>()

  /** It is due at its `dueAt`. */
  add(history: History): void {
    const second = Math.floor(history.dueAt / SECOND)
    const there = this.#bySecond.get(second)
    if (there) there.push(history)
    else this.#bySecond.set(second, [history])
  }

  /** Those that are due by then. They stay until they are due later: what a disk that fails could not take is due again. */
  until(at: number): History[] {
    const due: History[] = []
    for (const [second, all] of this.#bySecond) {
      if (second * SECOND > at) continue
      const left = all.filter(({ gone, dueAt }) => !gone && Math.floor(dueAt / SECOND) === second)
      if (left.length === 0) this.#bySecond.delete(second)
      else this.#bySecond.set(second, left)
      for (const history of left) if (history.dueAt <= at) due.push(history)
    }
    return due
  }

  clear(): void {
    this.#bySecond.clear()
  }
}
