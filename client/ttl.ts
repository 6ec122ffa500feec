/** A TTL policy, one field of the control hash; other fields are ignored. */
export type TtlPolicy = { version: number; match: string; ttlMs: number; jitter: number }

/** Null when the text is no policy: the last one is kept then. */
export function parsePolicy(text: string): TtlPolicy | null {
  let value: Partial<TtlPolicy> | null
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  if (!value || typeof value.match !== 'string' || !Number.isInteger(value.version)) return null
  const { ttlMs, jitter } = value
  if (typeof ttlMs !== 'number' || !(ttlMs > 0) || typeof jitter !== 'number' || !(jitter >= 0 && jitter <= 1)) return null
  return value as TtlPolicy
}

/** `product:*`: a star stands for anything, a question mark for one character. */
export function matcher(match: string): RegExp {
  const source = match
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`, 's')
}

/** Drawn evenly from ttl·(1 − jitter) to ttl·(1 + jitter), in whole ms, at least 1. */
export const drawTtl = ({ ttlMs, jitter }: TtlPolicy, random: () => number): number =>
  Math.max(1, Math.round(ttlMs * (1 - jitter + 2 * jitter * random())))
