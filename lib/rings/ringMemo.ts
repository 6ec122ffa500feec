import type { RingSpec } from '../model/ring.ts'

/** Bound of the remembered questions together, in characters: some thousand rings of ten nodes, or sixty of two thousand. */
const LENGTH_MAX = 8_000_000

/**
 * Memoization of a pure function of rings, least recently used first out. Placing a large ring takes milliseconds, its answer never changes,
 * and rules and pages ask for every ring of the fleet again and again.
 */
export function ringMemo<Specs extends RingSpec[], Answer>(answer: (...specs: Specs) => Answer): (...specs: Specs) => Answer {
  const known = new Map<string, { answer: Answer }>()
  let length = 0
  return (...specs) => {
    const key = JSON.stringify(specs)
    const found = known.get(key)
    const held = found ?? { answer: answer(...specs) }
    if (found) known.delete(key)
    else length += key.length
    known.set(key, held)
    for (const oldest of known.keys()) {
      if (length <= LENGTH_MAX) break
      known.delete(oldest)
      length -= oldest.length
    }
    return held.answer
  }
}
