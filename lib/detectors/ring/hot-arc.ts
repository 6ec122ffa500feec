import { z } from 'zod'
import { safe, text } from '../../format/format.ts'
import { mean } from '../../math/robust.ts'
import { changedAt } from '../../metrics/changed.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Verdict } from '../../model/finding.ts'
import type { HotKey } from '../../model/record.ts'
import type { Series } from '../../model/series.ts'
import type { SeriesWindow } from '../../model/window.ts'
import { evidence, factsOf } from '../rows.ts'
import { duration, patience, share, threshold } from '../settings.ts'

type Settings = DetectorSettings & { ratio: number; excess: number; warning: number; over: number; settle: number; fresh: number }

export const hotArc: Detector<Settings> = {
  id: 'ring/hot-arc',
  title: 'An arc of the ring is hot',
  why: 'A node takes far more of the reads than of the keys. Either one popular key lives there: then no points help, only copies of that key. Or many popular keys happen to lie together: then points that even the reads help. The summary says which it is, because that decides the remedy.',
  harmless: 'While the busiest node could carry much more.',
  settings: z.strictObject({
    ...patience('20s', '15s'),
    ratio: threshold(1.5, 'Share of the reads over share of the keys: a key with 2 % of all reads makes a tenth on three nodes'),
    excess: share(0.08, 'Share of all reads beyond its share of the keys: on many nodes ratios alone are large by chance'),
    warning: threshold(2, 'Factor from which it is a warning when no single key is the cause; below, it is an info'),
    over: duration('40s', 'Both halves of this time must show it: shares of a few hundred reads swing'),
    settle: duration('15s', 'Pause after the ring changed: the share seen is partly that of the old ring'),
    fresh: duration('60s', 'Older counts of hot keys are ignored'),
  }),
  needs: { spanMs: 90_000, metrics: ['ring_share_owned', 'ring_share_seen'], topology: 'rings', also: { records: ['hot-key'] } },
  detect: (window, topology, settings) =>
    topology.rings.values().flatMap((ring) =>
      ring.nodes.map((node): Verdict => {
        const subject = { ring: ring.name, node: node.name }
        const unjudged = (because: string): Verdict => ({ subject, is: 'unjudged', because })
        if (ring.nodes.length < 2) return unjudged('its ring has one node')
        const away = ring.nodes.find((other) => other.target && (factsOf(topology, other.target)?.state ?? 'up') !== 'up')
        if (away) return unjudged(`${away.name} does not answer`)
        const ownedSeries = window.series('ring_share_owned', subject)[0]
        const owned = ownedSeries?.points.at(-1)?.[1]
        if (!ownedSeries || owned === undefined) return unjudged('the share of the keys is not known yet')
        const changed = changedAt(ownedSeries, 1e-6)
        if (changed !== null && window.to - changed < settings.over + settings.settle) return unjudged('the ring changed a moment ago')
        const halves = halvesOf(window.series('ring_share_seen', subject)[0], window.to, settings.over)
        if (!halves) return unjudged(`the share of the reads was not seen for ${settings.over / 1000} s`)
        if (halves.some((seen) => seen < settings.ratio * owned || seen - owned < settings.excess)) return { subject, is: 'clear' }

        const seen = (halves[0] + halves[1]) / 2
        const excess = seen - owned
        const known = keysOn(window, node.target, settings.fresh)
        const [hottest] = known
        const keyShare = hottest ? hottest.share * seen : 0
        // A key that explains half of the excess is the cause.
        const byKey = keyShare >= excess / 2
        const why = byKey
          ? `one key, ${safe(hottest!.key, 60)}, makes ${text(keyShare, 'ratio')} of all reads`
          : hottest
            ? `no single key explains it (the hottest makes ${text(keyShare, 'ratio')}): many keys of the arc are popular`
            : 'nothing is known of single keys'
        const span = { from: window.to - settings.over, to: window.to }
        return {
          subject,
          is: 'found',
          severity: !byKey && hottest && seen >= settings.warning * owned ? 'warning' : 'info',
          summary: `${node.name} owns ${text(owned, 'ratio')} of the keys of ${ring.name} and takes ${text(seen, 'ratio')} of the reads; ${why}`,
          evidence: [
            evidence(span, 'ring_share_seen', subject, `share of the reads of ${node.name}`, seen, 'ratio', {
              baseline: owned,
              threshold: Math.max(settings.ratio * owned, owned + settings.excess),
            }),
            ...(hottest
              ? [
                  evidence(
                    span,
                    'cache_read_rate',
                    { target: hottest.target },
                    `of all reads, ${safe(hottest.key, 60)}`,
                    keyShare,
                    'ratio',
                    {
                      method: `${hottest.method}, ${hottest.lines} commands`,
                    },
                  ),
                ]
              : []),
          ],
        }
      }),
    ),
}

/** Mean share of the older and of the newer half of the last `over`; null while either was hardly seen. */
function halvesOf(series: Series | undefined, to: number, over: number): [number, number] | null {
  const half = (from: number, until: number) => {
    const points = series?.points.filter(([at]) => at > from && at <= until) ?? []
    return points.length >= 5 ? mean(points.map(([, value]) => value)) : null
  }
  const [older, newer] = [half(to - over, to - over / 2), half(to - over / 2, to)]
  return older !== null && newer !== null ? [older, newer] : null
}

/** Keys counted on that node lately, the hottest first. Frequencies of LFU are no shares. */
function keysOn(window: SeriesWindow, target: string | undefined, fresh: number): HotKey[] {
  if (!target) return []
  return window
    .records('hot-key', target)
    .filter(({ method, at }) => method !== 'lfu' && window.to - at <= fresh)
    .sort((a, b) => b.share - a.share)
}
