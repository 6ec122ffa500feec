import { z } from 'zod'
import { text } from '../../format/format.ts'
import { mean } from '../../math/robust.ts'
import { changedAt } from '../../metrics/changed.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Evidence, Verdict } from '../../model/finding.ts'
import { evidence, factsOf } from '../rows.ts'
import { duration, patience, threshold } from '../settings.ts'

type Settings = DetectorSettings & { imbalance: number; over: number; settle: number }

export const imbalance: Detector<Settings> = {
  id: 'ring/imbalance',
  title: 'Ring is uneven',
  why: 'One node of the ring owns more of the keys than the others and takes more of the reads: it is the first to be full or slow and costs most when it fails, while the others are idle. The points on the circle decide, and moving some of them moves just those keys.',
  harmless: 'Where a node is meant to carry more because it is larger.',
  settings: z.strictObject({
    ...patience('5s', '10s'),
    imbalance: threshold(1.25, 'Load of the busiest node over the mean: nodes with 160 points are within about 1.1 by chance'),
    over: duration('30s', 'Reads are counted over this time: shares swing with a few hundred reads'),
    settle: duration('12s', 'Pause after the ring changed: the share seen is partly that of the old ring'),
  }),
  needs: { spanMs: 60_000, metrics: ['ring_share_owned'], topology: 'rings', also: { metrics: ['ring_share_seen'] } },
  detect: (window, topology, settings) =>
    topology.rings.values().map((ring): Verdict => {
      const subject = { ring: ring.name }
      const unjudged = (because: string): Verdict => ({ subject, is: 'unjudged', because })
      const away = ring.nodes.find((node) => node.target && (factsOf(topology, node.target)?.state ?? 'up') !== 'up')
      if (away) return unjudged(`${away.name} does not answer`)
      if (ring.nodes.length < 2) return unjudged('it has one node')
      const ownedSeries = ring.nodes.map((node) => window.series('ring_share_owned', { ring: ring.name, node: node.name })[0])
      const owned = ownedSeries.map((series) => series?.points.at(-1)?.[1])
      if (!owned.every((share) => share !== undefined)) return unjudged('the share of the keys is not known yet')
      const changed = Math.max(0, ...ownedSeries.map((series) => changedAt(series!, 1e-6) ?? 0))
      const from = Math.max(window.to - settings.over, changed > 0 ? changed + settings.settle : 0)
      const seen = ring.nodes.map((node) => {
        const points = window.series('ring_share_seen', { ring: ring.name, node: node.name })[0]?.points ?? []
        return mean(points.filter(([at]) => at >= from).map(([, share]) => share))
      })
      const known = seen.every((share) => share !== null)
      const even = 1 / ring.nodes.length
      const shares = known ? (seen as number[]) : owned
      const busiest = shares.indexOf(Math.max(...shares))
      const factor = shares[busiest]! / even
      // Reads that are uneven on an even circle are a matter of popular keys (hot-key, hot-arc), not of points.
      const owns = owned[busiest]! / even
      if (factor < settings.imbalance || owns < 1 + 0.7 * (settings.imbalance - 1)) return { subject, is: 'clear' }
      const span = { from: Math.max(window.from, from), to: window.to }
      const name = ring.nodes[busiest]!.name
      const nodes = ring.nodes.map((node, i) =>
        evidence(
          span,
          known ? 'ring_share_seen' : 'ring_share_owned',
          { ring: ring.name, node: node.name },
          `share of ${node.name}`,
          shares[i]!,
          'ratio',
          {
            baseline: even,
            method: `owns ${text(owned[i]!, 'ratio')} of the keys`,
          },
        ),
      )
      return {
        subject,
        is: 'found',
        severity: factor >= 2 ? 'critical' : 'warning',
        summary: `${name} takes ${text(shares[busiest]!, 'ratio')} of ring ${ring.name}, ${text(factor, 'factor').replace('×', ' times')} an even share`,
        evidence: [
          evidence(span, 'ring_imbalance', subject, 'busiest node over the mean', factor, 'factor', {
            threshold: settings.imbalance,
            baseline: 1,
          }),
          ...nodes,
        ] as [Evidence, ...Evidence[]],
      }
    }),
}
