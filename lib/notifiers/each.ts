import type { Attempt, Outcome } from '../model/notifier.ts'
import { worstOf } from './outcome.ts'

export type Each<T> = { key(item: T): string; request(item: T): Promise<Outcome>; atOnce: number }

/** A notice as several requests. What comes of it is the worst of them; those that were taken are not sent again at the next try. */
export async function eachOf<T>(items: readonly T[], { reached, signal }: Attempt, { key, request, atOnce }: Each<T>): Promise<Outcome> {
  const left = items.filter((item) => !reached.includes(key(item)))
  if (left.length === 0) return { delivered: true, retry: false, answer: 'all were taken before' }
  const outcomes: Outcome[] = []
  const done = [...reached]
  for (let from = 0; from < left.length && !signal.aborted; from += atOnce) {
    const some = left.slice(from, from + atOnce)
    const answers = await Promise.all(some.map(request))
    outcomes.push(...answers)
    done.push(...some.filter((_, index) => answers[index]!.delivered).map(key))
  }
  return { ...worstOf(outcomes), reached: done }
}
