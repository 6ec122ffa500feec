/** Parts of a key that tell one item from another: numbers, UUIDs, hashes, anything long with a digit in it. */
const VARIES = /^(?:[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{16,}|[^:/|.]*\d[^:/|.]*|.{33,})$/i
const PATTERN_MAX = 80

/**
 * The pattern that a key belongs to: each part between `:`, `/`, `|` or `.` that varies becomes `*`; a part's leading letters stay
 * (`k00017` -> `k*`). `product:17:price` -> `product:*:price`.
 */
export function patternOf(key: string): string {
  return key
    .slice(0, 256)
    .split(/([:/|.])/)
    .map((part) => (VARIES.test(part) ? `${/^[a-z_-]*(?=\d)/i.exec(part)?.[0] ?? ''}*` : part))
    .join('')
    .slice(0, PATTERN_MAX)
}

/** The commonest of `patterns` and how many there are of it. */
export function commonest(patterns: Iterable<string>): { pattern: string; count: number } | null {
  const counts = new Map<string, number>()
  for (const pattern of patterns) counts.set(pattern, (counts.get(pattern) ?? 0) + 1)
  let best: { pattern: string; count: number } | null = null
  for (const [pattern, count] of counts) if (!best || count > best.count) best = { pattern, count }
  return best
}
