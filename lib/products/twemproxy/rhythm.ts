/** How often twemproxy renews its counters, as seen from outside: each `-i` ms (30 s by default), and it repeats them in between. */
export type Rhythm = {
  /** What the counters were at the last look. */
  counters: string
  /** When they were last seen to change, epoch ms; null: never yet. */
  changedAt: number | null
  /** The newest distances between two changes, ms. */
  gaps: number[]
  /** When they last became samples. */
  toldAt: number
}

const GAPS_MAX = 5

/**
 * The rhythm after another poll, and whether the counters of that poll are new samples: repeated ones would look like a standstill and then
 * a burst. Quiet servers repeat them honestly, so each `everyMs` they count. Until two changes were seen, every poll counts.
 */
export function observed(before: Rhythm | null, counters: string, at: number): { rhythm: Rhythm; everyMs: number | null; news: boolean } {
  if (!before) return { rhythm: { counters, changedAt: null, gaps: [], toldAt: at }, everyMs: null, news: true }
  const changed = counters !== before.counters
  // The first change ends a stretch whose beginning nobody saw.
  const gaps = changed && before.changedAt !== null ? [...before.gaps, at - before.changedAt].slice(-GAPS_MAX) : before.gaps
  // Without requests a change is missing now and then: the shortest distance is the rhythm.
  const everyMs = gaps.length > 0 ? Math.min(...gaps) : null
  const news = changed || everyMs === null || at - before.toldAt >= everyMs
  return { rhythm: { counters, changedAt: changed ? at : before.changedAt, gaps, toldAt: news ? at : before.toldAt }, everyMs, news }
}
