import { detached } from './answers.ts'

/** Texts that are kept, and how long each may be: names of patterns and types, of which a fleet has hundreds. */
const MOST = 4_000
const LENGTH_MOST = 80

const known = new Map<string, string>()

/** The same text as one string for all targets: what thousands of caches have alike is not kept thousands of times. */
export function interned(text: string): string {
  if (text.length > LENGTH_MOST) return text
  const one = known.get(text)
  if (one !== undefined) return one
  if (known.size >= MOST) known.clear()
  const kept = detached(text)
  known.set(kept, kept)
  return kept
}
