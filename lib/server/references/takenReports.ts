import type { ReferencesTaken } from '../../model/answers/references.ts'

/** Reporters send again what is a minute old. */
const KNOWN_MAX = 10_000
const known = new Map<string, Promise<ReferencesTaken>>()

/** The answer to a report that came before: its reads, counted twice, would look like hits. */
export const takenBefore = (key: string): Promise<ReferencesTaken> | undefined => known.get(key)

/** Keeps the idempotency key of a report, unless it fails: then it may be tried again. */
export function remember(key: string, taken: Promise<ReferencesTaken>): void {
  known.set(key, taken)
  if (known.size > KNOWN_MAX) known.delete(known.keys().next().value!)
  taken.catch(() => known.delete(key))
}
