import type { Clock } from './clock.ts'

/** No answer in time. */
export class Late extends Error {
  constructor(ms: number) {
    super(`no answer within ${ms} ms`)
    this.name = 'Late'
  }
}

/** A read that ignores its deadline keeps its slot for that many deadlines; then it is given up and the probe polls again. */
const GIVE_UP = 10

/**
 * Runs one read that may not take longer than `ms`. The signal asks the read to end; the timer ends the wait for it whether it obeys or not.
 * `settled` resolves when the read itself has ended (or is given up), so that no second one is started beside it.
 */
export function withDeadline<T>(
  ms: number,
  clock: Clock,
  run: (signal: AbortSignal) => Promise<T>,
): { result: Promise<T>; settled: Promise<void> } {
  const controller = new AbortController()
  const { promise: settled, resolve: settle } = Promise.withResolvers<void>()
  const result = new Promise<T>((resolve, reject) => {
    let cancel = clock.setTimer(() => {
      cancel = clock.setTimer(settle, ms * (GIVE_UP - 1))
      reject(new Late(ms))
      controller.abort(new Late(ms))
    }, ms)
    // A read that throws before its first await is a failed read too.
    Promise.resolve()
      .then(() => run(controller.signal))
      .then(resolve, reject)
      .finally(() => {
        cancel()
        settle()
      })
  })
  return { result, settled }
}
