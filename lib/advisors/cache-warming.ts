import { count, duration, text } from '../format/format.ts'
import type { Advisor } from '../model/detector.ts'
import type { SeriesWindow } from '../model/window.ts'

/** As far back as the rule that finds it looks for what was there before. */
const SPAN_MS = 720_000
/** Fewer additional reads than that are nothing to warm for. */
const EXTRA_MIN = 1
/** Popularity by Zipf's law with this exponent: request streams of web caches lie between 0.64 and 0.83 (Breslau et al., INFOCOM 1999). */
const SKEW = 0.8
const FIRST = 0.1

/**
 * Cache warming: the keys that were read most before, fetched again at a bounded rate before users ask for them. It is code of who knows how
 * a value is made; what it would save is told from the measured cold start.
 */
export const cacheWarming: Advisor = {
  id: 'cache-warming',
  title: 'Warm the cache before it takes traffic',
  answers: ['cache/cold-start'],
  spanMs: SPAN_MS,
  propose({ subject, evidence }, window) {
    const extra = evidence.find(({ metric }) => metric === 'cache_miss_rate')?.value
    const left = evidence.find(({ unit }) => unit === 'seconds')?.value
    if (extra === undefined || extra < EXTRA_MIN) return null
    const keys = keysBefore(window, subject.target)
    const lasts = left === undefined ? 'for a time that is not known yet' : `for about ${duration(left * 1_000)} more`
    const lines = [
      `Its origin gets ${text(extra, 'perSecond')} more than before, ${lasts}. Warmed before it took traffic, it would not. Code of it: docs/warming.md.`,
    ]
    if (keys === null) lines.push('How many keys it held before is not known: how long warming takes has no number.')
    else
      lines.push(
        `It held ${count(keys)} keys. Fetched again at ${text(extra, 'perSecond')}, what the origin bears now, all of them take ${duration((keys / extra) * 1_000)}; the ${count(Math.ceil(FIRST * keys))} that were read most take ${duration(((FIRST * keys) / extra) * 1_000)} and bring back ${text(FIRST, 'ratio')} to ${text(FIRST ** (1 - SKEW), 'ratio')} of its hits, by how popular keys are (even to Zipf 0.8).`,
      )
    return { none: lines.join('\n') }
  },
}

/** The most keys that it held within the window; null where that is not reported. */
function keysBefore(window: SeriesWindow, target: string | undefined): number | null {
  const [items] = target === undefined ? [] : window.series('cache_items', { target })
  const most = items?.points.reduce((max, [, value]) => Math.max(max, value), 0)
  return most ? most : null
}
