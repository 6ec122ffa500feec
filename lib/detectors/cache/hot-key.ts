import { z } from 'zod'
import { safe, text } from '../../format/format.ts'
import { median } from '../../math/robust.ts'
import { measure } from '../../metrics/measure.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Evidence, Verdict } from '../../model/finding.ts'
import type { HotKey } from '../../model/record.ts'
import type { Topology } from '../../model/topology.ts'
import type { SeriesWindow } from '../../model/window.ts'
import { readsOfOneKey } from '../prices.ts'
import { evidence } from '../rows.ts'
import { duration, patience, share, threshold } from '../settings.ts'

type Settings = DetectorSettings & { share: number; times: number; linesMin: number; fresh: number; critical: number }

/** Standard deviations above the threshold. High, because each burst tests dozens of keys; the hottest key of an ordinary day (2 %) is still six away from it. */
const Z = 2.8

export const hotKey: Detector<Settings> = {
  id: 'cache/hot-key',
  title: 'Hot key',
  why: 'One key takes so much of the reads that the one server which holds it is the limit: adding servers or evening a ring does not help, because a key lives on one of them. When it expires, all its readers ask the origin for it at once. A copy in the application for a second, or the key split in several, takes the load off.',
  harmless: 'Where the server that holds it has much processor time and network to spare, and the origin bears the moment when it expires.',
  settings: z.strictObject({
    ...patience('0s', '10s'),
    share: share(
      0.03,
      'Share of all reads of the tier, as the lower end of its interval: popular keys of an ordinary day stay below the default',
    ),
    times: threshold(5, 'Factor over the median of the twenty hottest keys: in a cache of few keys each has a large share'),
    linesMin: threshold(200, 'Commands that must have been counted: with fewer a key may seem hot by chance'),
    fresh: duration('45s', 'Older counts are ignored'),
    critical: share(0.25, 'Share of all reads from which it is critical: a quarter on one key'),
  }),
  needs: { spanMs: 60_000, metrics: [], records: ['hot-key'], also: { metrics: ['ring_share_seen'] } },
  price: readsOfOneKey,
  detect: (window, topology, settings) => {
    const byTarget = new Map<string, HotKey[]>()
    for (const record of window.records('hot-key')) {
      if (record.method === 'lfu' || record.method === 'slot-stats' || window.to - record.at > settings.fresh) continue
      const known = byTarget.get(record.target) ?? []
      // Newest first: only the newest count is judged, because an older one may list keys that are hot no more.
      if (known.length > 0 && record.at < known[0]!.at) continue
      byTarget.set(record.target, [...known, record])
    }
    return [...byTarget].flatMap(([target, records]): Verdict[] => {
      const keys = [...records].sort((a, b) => b.share - a.share).slice(0, 20)
      const typical = median(keys.map((key) => key.share))!
      const part = partOfTier(window, topology, target)
      const verdicts = keys.map((key): Verdict => {
        const subject = { target, key: key.key }
        if (key.lines < settings.linesMin)
          return { subject, is: 'unjudged', because: `${key.lines} commands counted; ${settings.linesMin} needed` }
        const low = lowerBound(key.share, key.lines)
        if (low * part < settings.share || (keys.length > 1 && low < settings.times * typical && key.share < 0.5))
          return { subject, is: 'clear' }
        return {
          subject,
          is: 'found',
          severity: key.share * part >= settings.critical ? 'critical' : 'warning',
          summary: `${safe(key.key, 80)} takes ${text(key.share, 'ratio')} of the ${MEASURE[key.measure ?? 'reads']} of ${target}${key.perSecond === null ? '' : `: ${text(key.perSecond, 'perSecond')}`}`,
          evidence: evidenceOf(window, key, typical, part, settings),
        }
      })
      // Clears every key that has no verdict of its own: keys that are no longer among the hottest are not hot.
      return [...verdicts, { subject: { target }, is: 'clear' }]
    })
  },
}

/** HOTKEYS counts other things than reads. */
const MEASURE = { reads: 'reads', accesses: 'reads and writes', 'cpu-time': 'CPU time' } as const

function evidenceOf(window: SeriesWindow, key: HotKey, typical: number, part: number, settings: Settings): [Evidence, ...Evidence[]] {
  const subject = { target: key.target, key: key.key }
  const span = { from: window.from, to: key.at }
  const measured = MEASURE[key.measure ?? 'reads']
  const clients = (key.clients ?? [])
    .slice(0, 3)
    .map((client) => evidence(span, 'cache_read_rate', subject, `of it by ${client.address}`, client.share, 'ratio'))
  return [
    evidence(span, 'cache_read_rate', { target: key.target }, `share of the ${measured}`, key.share, 'ratio', {
      low: key.low,
      high: key.high,
      threshold: settings.share / part,
      baseline: typical,
      method: `${key.method}, ${key.lines} commands`,
    }),
    ...(key.perSecond === null
      ? []
      : [evidence(span, 'cache_read_rate', { target: key.target }, `${measured} of this key`, key.perSecond, 'perSecond')]),
    ...clients,
  ]
}

/** The target's share of its ring's reads, 1 without a ring: a key must be hot for the whole tier, not only for a small server. */
function partOfTier(window: SeriesWindow, topology: Topology, target: string): number {
  const ring = topology.rings.find((one) => one.nodes.some((node) => node.target === target))
  const node = ring?.nodes.find((one) => one.target === target)
  if (!ring || !node) return 1
  const seen = measure('ring_share_seen', { ring: ring.name, node: node.name }, window)
  return seen.is === 'measured' ? Math.min(1, Math.max(0.01, seen.value)) : 1 / ring.nodes.length
}

/** Wilson's lower bound of a share at `Z`. */
function lowerBound(part: number, lines: number): number {
  const z2 = Z * Z
  const middle = (part + z2 / (2 * lines)) / (1 + z2 / lines)
  return middle - (Z / (1 + z2 / lines)) * Math.sqrt((part * (1 - part)) / lines + z2 / (4 * lines * lines))
}
