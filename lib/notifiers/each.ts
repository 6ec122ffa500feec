import type { Outcome } from '../model/notifier.ts'
import { worstOf } from './outcome.ts'

const AT_ONCE = 5

/** A notice as several requests, a few at a time; what comes of it is the worst of them. Each has a key of its own: to send one again is harmless. */
export async function eachOf<T>(items: readonly T[], request: (item: T) => Promise<Outcome>): Promise<Outcome> {
  const outcomes: Outcome[] = []
  for (let from = 0; from < items.length; from += AT_ONCE) {
    outcomes.push(...(await Promise.all(items.slice(from, from + AT_ONCE).map(request))))
    // One that asks for patience asks for all that follow.
    if (outcomes.some(({ retry }) => retry)) break
  }
  return worstOf(outcomes)
}
