const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
export const TTL_MS_MAX = 30 * DAY

/** The TTLs that a slider steps through: round ones, each somewhat longer than the last. */
export const TTL_STEPS: readonly number[] = [
  ...[1, 2, 3, 5, 7, 10, 15, 20, 25, 30, 45].map((n) => n * SECOND),
  ...[1, 1.5, 2, 3, 4, 5, 7, 10, 12, 15, 20, 25, 30, 40, 50].map((n) => n * MINUTE),
  ...[1, 1.5, 2, 3, 4, 5, 6, 8, 10, 12, 18].map((n) => n * HOUR),
  ...[1, 1.5, 2, 3, 5, 7, 10, 14, 21, 30].map((n) => n * DAY),
]

export const isTtl = (ms: number) => ms >= 1 && ms <= TTL_MS_MAX
export const isJitter = (part: number) => part >= 0 && part <= 1

/** The step that is nearest to a TTL, by its logarithm. */
export const ttlStep = (ms: number): number => {
  const off = TTL_STEPS.map((step) => Math.abs(Math.log(step / Math.max(1, ms))))
  return off.indexOf(Math.min(...off))
}
