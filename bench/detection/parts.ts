/**
 * Recordings that thresholds were, or may be, chosen on. All others only report: whoever tunes a rule must not look at them, or the table is
 * no proof any more. By name: what was recorded by the tools of this folder, or drawn, ends in its seed, and tunes if that has one digit, or is of
 * an hour whose alarms were looked at one by one (seeds 301 to 554).
 */
const TUNED_ON: readonly string[] = ['evict', 'hitdrop30', 'restart', 'ttlcliff']

export type Part = 'tuning' | 'reporting'

export const partOf = (name: string): Part =>
  TUNED_ON.includes(name) || /^simulated .*, seed [1-9]$|^(?:cache|demo|pool)-.*-(?:[1-9]|[345]\d\d)$/.test(name) ? 'tuning' : 'reporting'

/** Recordings of real servers that were made together: their figures stand apart, too. */
const SETS: readonly { name: string; of: RegExp }[] = [
  { name: 'an hour taken undisturbed, seeds 401 to 454', of: /-4\d\d$/ },
  { name: 'a second hour taken undisturbed, seeds 501 to 554', of: /-5\d\d$/ },
  { name: 'a third hour, for a rule that was mended, seeds 601 to 654', of: /-6\d\d$/ },
]

export const setOf = (name: string): string => SETS.find(({ of }) => of.test(name))?.name ?? 'one night'
