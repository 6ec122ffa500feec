/** What a resolver says of a TTL counts down; the largest of a while is the record's own. */
export type SeenTtl = { since: number; largest: number; before: number }

const WHILE_S = 600

/**
 * The record's TTL in seconds, from what is left of it at each look. The while is at least as long as the TTL itself: within it a resolver has
 * asked anew once. A TTL that was lowered shows after two whiles.
 */
export function seenTtl(known: SeenTtl | null, left: number, at: number): SeenTtl {
  if (!known) return { since: at, largest: left, before: 0 }
  const over = at - known.since > Math.max(WHILE_S, known.largest) * 1_000
  return over ? { since: at, largest: left, before: known.largest } : { ...known, largest: Math.max(known.largest, left) }
}

export const ttlOf = ({ largest, before }: SeenTtl): number => Math.max(largest, before)
