import { count, duration, text } from '../format/format.ts'
import { cut, increase } from '../math/rates.ts'
import type { Advisor } from '../model/detector.ts'
import type { Finding } from '../model/finding.ts'
import type { NoRemedy } from '../model/proposal.ts'
import { labelsKey } from '../model/series.ts'
import type { Topology } from '../model/topology.ts'
import type { SeriesWindow } from '../model/window.ts'

/** As far back as the rule that finds it looks for what was there before. */
const SPAN_MS = 720_000
/** Fewer additional reads than that are nothing to warm for. */
const EXTRA_MIN = 1
/** Popularity by Zipf's law with this exponent: request streams of web caches lie between 0.64 and 0.83 (Breslau et al., INFOCOM 1999). */
const SKEW = 0.8
const FIRST = 0.1
const HOOK =
  'A hook of the application that Evenkeel calls with these keys (`warm` of the target), or `onColdStart`, by which it hears of a cold start and warms by itself: docs/warming.md.'

/**
 * Cache warming: the keys that were read most before, fetched again at a bounded rate before users ask for them. It is code of who knows how
 * a value is made, which a hook may call; what it would save is told from the measured cold start.
 */
export const cacheWarming: Advisor = {
  id: 'cache-warming',
  title: 'Warm the cache before it takes traffic',
  answers: ['cache/cold-start', 'cache/restart'],
  spanMs: SPAN_MS,
  propose(finding, window, topology) {
    const { subject, evidence, rule } = finding
    if (rule === 'cache/restart') return afterRestart(finding, window, topology)
    const extra = evidence.find(({ metric }) => metric === 'cache_miss_rate')?.value
    const left = evidence.find(({ unit }) => unit === 'seconds')?.value
    if (extra === undefined || extra < EXTRA_MIN) return null
    const keys = keysBefore(window, subject.target)
    const lasts = left === undefined ? 'for a time that is not known yet' : `for about ${duration(left * 1_000)} more`
    const lines = [
      `Its origin gets ${text(extra, 'perSecond')} more than before, ${lasts}. Warmed before it took traffic, it would not. ${HOOK}`,
    ]
    if (keys === null) lines.push('How many keys it held before is not known: how long warming takes has no number.')
    else
      lines.push(
        `It held ${count(keys)} keys. Fetched again at ${text(extra, 'perSecond')}, what the origin bears now, all of them take ${duration((keys / extra) * 1_000)}; the ${count(Math.ceil(FIRST * keys))} that were read most take ${duration(((FIRST * keys) / extra) * 1_000)} and bring back ${text(FIRST, 'ratio')} to ${text(FIRST ** (1 - SKEW), 'ratio')} of its hits, by how popular keys are (even to Zipf 0.8).`,
      )
    return { none: lines.join('\n') }
  },
}

/** What a restart has cost the origin so far, and how much of that the hottest keys would have saved. The cold start that follows says how long it lasts. */
function afterRestart({ subject, evidence }: Finding, window: SeriesWindow, { targets }: Topology): NoRemedy | null {
  const warmth = evidence.find(({ metric, baseline }) => metric === 'cache_hit_ratio' && baseline !== undefined)
  const isStore = targets.find(({ name }) => name === subject.target)?.role === 'store'
  if (!warmth || isStore) return null
  const since = (metric: string) => {
    const series = window.series(metric, subject).find(({ labels }) => labelsKey(labels) === labelsKey(subject))
    return series ? increase(cut(series.points, warmth.from, window.to)) : null
  }
  const [hits, misses] = [since('cache_hits_total'), since('cache_misses_total')]
  if (hits === null || misses === null) return null
  const extra = misses - (1 - warmth.baseline!) * (hits + misses)
  const seconds = (window.to - warmth.from) / 1_000
  if (extra < EXTRA_MIN * Math.max(1, seconds)) return null
  return {
    none: `Since it restarted ${count(extra)} reads more than before went to its origin. Its hottest ${text(FIRST, 'ratio')} of the keys, warmed before it took traffic, would have saved ${count(FIRST * extra)} to ${count(FIRST ** (1 - SKEW) * extra)} of them, by how popular keys are (even to Zipf 0.8); all of its keys all of them. ${HOOK}`,
  }
}

/** The most keys that it held within the window; null where that is not reported. */
function keysBefore(window: SeriesWindow, target: string | undefined): number | null {
  const [items] = target === undefined ? [] : window.series('cache_items', { target })
  const most = items?.points.reduce((max, [, value]) => Math.max(max, value), 0)
  return most ? most : null
}
