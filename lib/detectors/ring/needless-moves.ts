import { z } from 'zod'
import { text } from '../../format/format.ts'
import { poolLabels } from '../../metrics/traffic.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Verdict } from '../../model/finding.ts'
import type { RingSpec } from '../../model/ring.ts'
import type { Labels } from '../../model/series.ts'
import type { SeriesWindow } from '../../model/window.ts'
import { withoutLast } from '../../rings/consistentForm.ts'
import { movedShare, placeRing, sharesOf } from '../../rings/placement.ts'
import { ringMemo } from '../../rings/ringMemo.ts'
import { evidence } from '../rows.ts'
import { patience, share, threshold } from '../settings.ts'

type Settings = DetectorSettings & { ratio: number; excess: number }

/** Rings whose algorithm may move more keys than it must, and the edit that shows it. */
const EDITS: Partial<Record<RingSpec['algorithm'], 'leaves' | 'weight'>> = {
  'haproxy-map': 'leaves',
  'nginx-hash': 'leaves',
  'twemproxy-modula': 'leaves',
  modulo: 'leaves',
  'twemproxy-ketama': 'weight',
}

export const needlessMoves: Detector<Settings> = {
  id: 'ring/needless-moves',
  title: 'An edit moves more keys than it must',
  why: 'When a server leaves or a weight changes, only the keys of that server need a new owner. Hashing by remainder gives nearly all keys another owner instead, and twemproxy recomputes the points of every server when one weight changes. Each key that moves without need is a miss, at once with all the others.',
  harmless: 'Until the next edit or the next failed server it costs nothing; then the origin has to answer all those misses.',
  settings: z.strictObject({
    ...patience('10s', '0s'),
    ratio: threshold(1.3, 'Keys that move over the least that the edit must move'),
    excess: share(0.03, 'And at least this share of all keys beyond that least: rounding moves a few'),
  }),
  needs: { spanMs: 10_000, metrics: [], topology: 'rings' },
  *detect(window, topology, settings) {
    for (const pool of topology.pools) {
      if (pool.balances !== 'hash') continue
      const subject = poolLabels(pool)
      if (pool.ring) yield verdictOf(window, { subject, name: pool.name, ring: pool.ring }, settings)
      else yield { subject, is: 'unjudged', because: pool.ringBecause ?? 'its exact hash function is not known' }
    }
    for (const { name, spec } of topology.rings)
      yield verdictOf(window, { subject: { ring: name }, name: `ring ${name}`, ring: spec }, settings)
  },
}

function verdictOf(
  window: SeriesWindow,
  { subject, name, ring }: { subject: Labels; name: string; ring: RingSpec },
  settings: Settings,
): Verdict {
  const moves = movesOf(ring)
  if (moves === null || moves.moved < settings.ratio * moves.least || moves.moved - moves.least < settings.excess)
    return { subject, is: 'clear' }
  return {
    subject,
    is: 'found',
    severity: 'info',
    summary: `In ${name}, ${moves.edit} moves ${text(moves.moved, 'ratio')} of the keys; ${text(moves.least, 'ratio')} must move`,
    evidence: [
      evidence(window, 'ring_share_moved', subject, `keys moved when ${moves.edit}`, moves.moved, 'ratio', {
        baseline: moves.least,
        threshold: Math.max(settings.ratio * moves.least, moves.least + settings.excess),
        method: `${ring.algorithm}, computed exactly as the program does`,
      }),
    ],
  }
}

type Moves = { edit: string; moved: number; least: number }

const movesOf = ringMemo((ring): Moves | null => {
  const kind = EDITS[ring.algorithm]
  const live = ring.nodes.filter((node) => (node.state ?? 'up') === 'up' && (node.weight ?? 1) > 0)
  const last = live.at(-1)
  if (!kind || !last || live.length < 3) return null
  const after: RingSpec =
    kind === 'leaves'
      ? withoutLast(ring)
      : {
          ...ring,
          nodes: ring.nodes.map((node) => (node === last ? { ...node, weight: (node.weight ?? 1) * 2 } : node)) as RingSpec['nodes'],
        }
  const [a, b] = [placeRing(ring), placeRing(after)]
  const [sharesA, sharesB] = [sharesOf(ring, a), sharesOf(after, b)]
  const sharesAfter = new Map(after.nodes.map(({ name }, i) => [name, sharesB[i]!]))
  // At least what the shares themselves say has to change hands.
  const least = ring.nodes.reduce((sum, { name }, i) => sum + Math.max(0, sharesA[i]! - (sharesAfter.get(name) ?? 0)), 0)
  const moved = movedShare(ring, after, a, b)
  return { edit: kind === 'leaves' ? `${last.name} leaving` : `twice the weight of ${last.name}`, moved, least }
})
