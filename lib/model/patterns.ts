/** Parts of a key that tell one item from another: numbers, UUIDs, hashes, anything long with a digit in it. */
const VARIES = /^(?:[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{16,}|[^:/|.]*\d[^:/|.]*|.{33,})$/i
const PATTERN_MAX = 80

/**
 * The pattern that a key belongs to: each part between `:`, `/`, `|` or `.` that varies becomes `*`; a part's leading letters stay
 * (`k00017` -> `k*`). `product:17:price` -> `product:*:price`.
 */
export function patternOf(key: string): string {
  const end = Math.min(key.length, KEY_MAX)
  let pattern = ''
  let from = 0
  for (let i = 0; i < end; i++) {
    if (!SEPARATORS.has(key.charCodeAt(i))) continue
    pattern += partOf(key, from, i) + key[i]
    from = i + 1
  }
  return (pattern + partOf(key, from, end)).slice(0, PATTERN_MAX)
}

const SEPARATORS = new Set([':', '/', '|', '.'].map((sign) => sign.charCodeAt(0)))
const KEY_MAX = 256
/** A shorter part without a digit is none that varies. */
const PLAIN_MOST = 15
const [ZERO, NINE] = [48, 57]

/** One part of a pattern. Thousands of keys are sampled each second: by its characters, and by expressions only where it is long. */
function partOf(key: string, from: number, to: number): string {
  let digit = from
  while (digit < to && !(key.charCodeAt(digit) >= ZERO && key.charCodeAt(digit) <= NINE)) digit++
  if (digit === to) {
    const part = key.slice(from, to)
    return part.length > PLAIN_MOST && VARIES.test(part) ? '*' : part
  }
  let lead = from
  while (lead < digit && isLead(key.charCodeAt(lead))) lead++
  return lead === digit ? `${key.slice(from, lead)}*` : '*'
}

/** Letters, `_` and `-`. */
const isLead = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || code === 45

/** The commonest of `patterns` and how many there are of it. */
export function commonest(patterns: Iterable<string>): { pattern: string; count: number } | null {
  const counts = new Map<string, number>()
  for (const pattern of patterns) counts.set(pattern, (counts.get(pattern) ?? 0) + 1)
  let best: { pattern: string; count: number } | null = null
  for (const [pattern, count] of counts) if (!best || count > best.count) best = { pattern, count }
  return best
}
