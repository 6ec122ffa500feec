import { count, text } from '../format/format.ts'
import { changedAt } from '../metrics/changed.ts'
import { measure } from '../metrics/measure.ts'
import type { Advisor } from '../model/detector.ts'
import { freshFollowers } from '../model/follower.ts'
import type { Draft, Guard, NoRemedy, Step } from '../model/proposal.ts'
import type { RingSpec } from '../model/ring.ts'
import type { SolverAnswer } from '../model/ringSolver.ts'
import type { Labels } from '../model/series.ts'
import { settingText } from '../model/setting.ts'
import type { Ring } from '../model/topology.ts'
import type { SeriesWindow } from '../model/window.ts'
import { ketamaCounts } from '../rings/algorithms/ketama.ts'

const SPAN_MS = 60_000
/** The share seen is a mean of some seconds: for so long after the ring changed it is partly that of the old one. */
const SETTLE_MS = 12_000
/** How long the shares of the present ring must have been seen before it is solved by them. */
const SETTLED_MIN_MS = 5_000

/**
 * Points that even the share of the reads while the fewest keys move (lib/rings/solver.ts). Known hot keys count with their own
 * share, because no point moves a part of a key.
 */
export const ringPoints: Advisor = {
  id: 'ring-points',
  title: 'Even the ring',
  answers: ['ring/imbalance'],
  spanMs: SPAN_MS,
  propose(finding, all, topology) {
    const ring = topology.rings.find(({ name }) => name === finding.subject.ring)
    if (!ring) return null
    if (ring.error) return { none: `The ring's document cannot be read: ${ring.error}` }
    const window = settled(all, ring)
    if (!window) return null
    const seen = sharesSeen(window, ring)
    // The shares of the reads are better evidence than the arcs, and will be known in a moment.
    if (!seen && ring.nodes.some(({ target }) => target && (justSeen(window, target) || reads(window, target) > 0))) return null
    const keys = window
      .records('hot-key')
      .filter((key) => key.hot && key.method !== 'lfu' && ring.nodes.some((node) => node.target === key.target))
      .flatMap((key) => {
        const node = ring.nodes.find(({ target }) => target === key.target)!
        return seen?.[node.name] ? [{ key: key.key, weight: key.share * seen[node.name]! }] : []
      })
    return {
      ask: { spec: pointed(ring.spec), ...(seen && { seen }), ...(keys.length > 0 && { keys }) },
      conclude(answer) {
        if (answer.is === 'floor')
          return { none: `No setting evens this ring below ${answer.floor.toFixed(2)} times the mean: ${answer.because}.` }
        if (answer.setting === 'weight')
          return { none: `A control document has points of a ketama ring only; of this one the weights would be ${weightsText(answer)}.` }
        return draft(ring, answer, seen, window)
      },
    }
  },
}

/** A control document sets points, whether it began with weights or not. */
function pointed(spec: RingSpec): RingSpec {
  if (spec.algorithm !== 'ketama') return spec
  const counts = ketamaCounts(spec)
  return { ...spec, nodes: spec.nodes.map((node, i) => ({ ...node, points: node.points ?? counts[i]! })) }
}

const weightsText = ({ nodes }: Solved): string => {
  const changed = nodes.filter(({ before, after }) => before !== after)
  return changed.length === 0 ? 'unchanged' : changed.map(({ name, before, after }) => `${name} ${before} → ${after}`).join(', ')
}

/** The measurements of the present ring; null while there are too few. */
function settled(window: SeriesWindow, ring: Ring): SeriesWindow | null {
  const changes = ring.nodes.map(({ name }) => {
    const [owned] = window.series('ring_share_owned', { ring: ring.name, node: name })
    return owned ? changedAt(owned, 1e-6) : null
  })
  // A window that was cut begins with a change.
  const changed = Math.max(...changes.map((at) => at ?? 0), window.to - window.from < SPAN_MS ? window.from : 0)
  if (changed === 0) return window
  const from = changed + SETTLE_MS
  return window.to - from < SETTLED_MIN_MS ? null : window.between(from, window.to)
}

/** True while it is not known whether a cache is read at all. */
function justSeen(window: SeriesWindow, target: string): boolean {
  const points = window.series('cache_hits_total', { target })[0]?.points ?? []
  return points.length > 0 && window.to - points[0]![0] < SETTLE_MS + SETTLED_MIN_MS
}

const reads = (window: SeriesWindow, target: string): number => {
  const rate = measure('cache_read_rate', { target }, window)
  return rate.is === 'measured' ? rate.value : 0
}

/** The share of the ring's reads that each node takes now; null while it is not seen. */
function sharesSeen(window: SeriesWindow, ring: Ring): Record<string, number> | null {
  const shares = ring.nodes.map(({ name }) => measure('ring_share_seen', { ring: ring.name, node: name }, window))
  const sum = shares.reduce((total, share) => total + (share.is === 'measured' ? share.value : Number.NaN), 0)
  return sum > 0 ? Object.fromEntries(ring.nodes.map(({ name }, i) => [name, (shares[i] as { value: number }).value / sum])) : null
}

type Solved = Extract<SolverAnswer, { is: 'solved' }>

function draft(ring: Ring, answer: Solved, seen: Record<string, number> | null, window: SeriesWindow): Draft | NoRemedy {
  const isSeen = seen !== null
  const steps = answer.nodes
    .filter(({ before, after }) => before !== after)
    .map(
      ({ name, before, after }): Step => ({
        setting: settingText({ of: { ring: ring.name, node: name }, name: 'points' }),
        before: String(before),
        after: String(after),
      }),
    )
  if (steps.length === 0) return { none: 'The points are already the best that can be set.' }
  const targets = ring.nodes.flatMap(({ target }) => target ?? [])
  const total = (metric: string) => {
    const rates = targets.map((target) => measure(metric, { target }, window))
    return rates.reduce((sum, rate) => sum + (rate.is === 'measured' ? rate.value : 0), 0)
  }
  const reads = total('cache_read_rate')
  const misses = Math.min(reads, total('cache_miss_rate'))
  const hitRatio = reads > 0 ? 1 - misses / reads : 0
  const cold = answer.moved * reads * hitRatio
  const colder = seen === null ? [] : dips(ring, seen, answer.shares, window)
  const metric = isSeen ? 'ring_imbalance' : 'ring_imbalance_owned'
  const where = { ring: ring.name }
  const fresh = freshFollowers(ring.followers, window.to)
  const who = ring.followersExpected
    ? `${fresh} of ${ring.followersExpected} followers are fresh.`
    : `${fresh === 0 ? 'No follower reports' : `${fresh} ${fresh === 1 ? 'follower reports' : 'followers report'}`}; the configuration does not say how many there should be.`
  const { before, after } = answer.imbalance
  // Reads do not follow the arcs exactly, because popular keys take a large part of them.
  const spread = isSeen ? Math.max(0.06, 0.3 * (after - 1)) : 0.01
  return {
    steps: steps as [Step, ...Step[]],
    because: `The busiest node takes ${text(before, 'factor').replace('×', ' times')} an even share. With these points it takes ${text(after, 'factor').replace('×', ' times')}, and ${text(answer.moved, 'ratio')} of the ${isSeen ? 'reads' : 'keys'} change hands (${text(answer.leastMoved, 'ratio')} is the least that any ring would have to move).`,
    predict: {
      metric,
      where,
      unit: 'factor',
      before,
      after,
      low: Math.max(1, after - spread),
      high: after + spread,
      basis: isSeen
        ? `shares of ${count(reads * ((window.to - window.from) / 1000))} reads, and the exact arcs of the circle`
        : 'the exact arcs of the circle; no reads were measured',
      ...(colder[0] ? { dip: { metric: 'cache_hit_ratio', where: colder[0].where, to: colder[0].to, forMs: 120_000 } } : {}),
    },
    guards: colder.flatMap(({ where, to }): Guard[] => {
      const limit = Math.round((to - 0.15) * 100) / 100
      const why = 'more reads miss than the moved keys explain'
      return limit < 0.05 ? [] : [{ metric: 'cache_hit_ratio', where, unit: 'ratio', op: '<', limit, forMs: 30_000, why }]
    }),
    risk: answer.moved > 0.3 ? 'high' : 'medium',
    riskBecause: `Moved keys are misses first: about ${text(cold, 'perSecond')} more reads reach the origin until they are fetched again. Putting the points back moves them once more, and may serve what was written before. ${who}`,
  }
}

/** How low each node's hit ratio falls at first: what it newly owns is not there yet. The deepest first. */
function dips(
  ring: Ring,
  before: Record<string, number>,
  after: Record<string, number>,
  window: SeriesWindow,
): { where: Labels; to: number }[] {
  return ring.nodes
    .flatMap(({ name, target }) => {
      if (target === undefined) return []
      const ratio = measure('cache_hit_ratio', { target }, window)
      const kept = after[name]! > 0 ? Math.min(1, before[name]! / after[name]!) : 1
      return ratio.is === 'measured' ? [{ where: { target }, to: ratio.value * kept, kept }] : []
    })
    .sort((a, b) => a.kept - b.kept)
}
