/**
 * The rate limit of one rule: findings at a time, and new ones an hour beyond these. Where thousands of servers fail, or names change each second,
 * nobody is helped by one finding each, and each costs a write and a notice.
 */
const LIVES_MAX = 500
const NEW_HOURLY = 500

/** Token buckets of new findings, one a rule. */
export function createFindingLimits() {
  const buckets = new Map<string, { tokens: number; at: number }>()
  return {
    /** True when this rule, which has so many, may have one more. */
    allow(rule: string, lives: number, now: number): boolean {
      const bucket = buckets.get(rule) ?? { tokens: LIVES_MAX, at: now }
      buckets.set(rule, bucket)
      bucket.tokens = Math.min(LIVES_MAX, bucket.tokens + (Math.max(0, now - bucket.at) / 3_600_000) * NEW_HOURLY)
      bucket.at = now
      if (lives >= LIVES_MAX || bucket.tokens < 1) return false
      bucket.tokens--
      return true
    },
  }
}
