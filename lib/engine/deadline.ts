import type { Clock } from './clock.ts'

/** The error of a missed deadline. */
export class Late extends Error {
  constructor(ms: number) {
    super(`no answer within ${ms} ms`)
    this.name = 'Late'
  }
}

/** Number of deadlines after which a read that ignores its signal is abandoned, and its probe polls again. */
const GIVE_UP = 10

/**
 * A deadline around one read. The signal asks the read to end after `ms`; the timer ends the wait for it whether it obeys or not.
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
