import { bestRule } from '../curves/bestRule.ts'
import { safe, text } from '../format/format.ts'
import type { Advisor } from '../model/detector.ts'
import type { Step } from '../model/proposal.ts'
import type { CurvePoint } from '../model/record.ts'
import { settingText } from '../model/setting.ts'
import type { SeriesWindow } from '../model/window.ts'
import { curveOf, type Effect, effectOf, effectText, hitGuard, presentOf } from './curve.ts'
import { clusterPeersOf, replicasOf } from './replicas.ts'

/** A smaller gain is within what such curves are off. */
const GAIN_MIN = 0.01

/** What LFU hits falls and rises with each minute: less than it does for a whole one is less. */
const LFU_GUARD_MS = 60_000

/** Another rule of eviction, or one that compares more keys, where that keeps more of what is read. */
export const cachePolicy: Advisor = {
  id: 'cache-policy',
  title: 'Evict by another rule',
  answers: ['cache/eviction-policy', 'cache/eviction-storm', 'cache/hit-ratio-low'],
  spanMs: 300_000,
  propose(finding, window, topology) {
    const { target } = finding.subject
    const facts = topology.targets.find(({ name }) => name === target)
    const settings = facts?.can?.eviction
    if (!target || !settings || facts?.role === 'store') return null
    const curve = curveOf(window, target, 'policy')
    if (!curve) return null
    const { now, best } = bestRule(curve)
    // A curve of the rule before: the next one is of this.
    if ((factOf(window, target, settings.policy) ?? now.policy) !== now.policy) return null
    if (best === now || best.hitRatio - now.hitRatio < GAIN_MIN || best.policy === null || now.policy === null)
      return {
        none: `No other rule of eviction would hit ${text(GAIN_MIN, 'ratio')} more than ${safe(now.policy ?? 'the present one', 40)}.`,
      }
    const effect = effectOf(curve, best, window, target)
    if (!effect) return null
    const changed = [
      { name: settings.policy, before: now.policy, after: best.policy },
      { name: settings.samples, before: String(now.samples), after: String(best.samples) },
    ].filter(({ before, after }) => before !== after)
    const peers = clusterPeersOf(topology, target)
    const guards = [effect, ...peers.map((peer) => peerEffect(window, peer, best))]
    const without = peers.find((_, i) => guards[i + 1] === null)
    if (without !== undefined)
      return {
        none: `The nodes of a Cluster are set alike, and what ${safe(without, 60)} would hit with ${safe(best.policy, 40)} is not known, or less.`,
      }
    const steps = [target, ...peers]
      .flatMap((one) => [one, ...replicasOf(topology, one)])
      .flatMap((of) =>
        changed.flatMap(({ name, before, after }): Step[] => {
          const live = of === target ? before : factOf(window, of, name)
          return live === undefined || live === after ? [] : [{ setting: settingText({ of: { target: of }, name }), before: live, after }]
        }),
      )
    const words = changed.map(({ before, after }) => `${after} instead of ${before}`).join(', ')
    return {
      steps: steps as [Step, ...Step[]],
      because: `${words}: hit ratio ${effectText(effect)}.`,
      predict: effect.prediction,
      guards: guards.flatMap((one) => (one ? [hitGuard(one.prediction, best.policy?.endsWith('-lfu') ? LFU_GUARD_MS : 0)] : [])),
      risk: 'medium',
      riskBecause:
        'The other rule begins without what it would know of each key: until it has learned that, it evicts by chance. Keys that it evicts do not come back with a roll-back.',
    }
  },
}

/** What the same rule would do to another node; null where that is not known, or would be for the worse. */
function peerEffect(window: SeriesWindow, peer: string, { policy, samples }: CurvePoint): Effect | null {
  const curve = curveOf(window, peer, 'policy')
  const point = curve?.points.find((one) => one.policy === policy && one.samples === samples && one.filled)
  if (!curve || !point || point.hitRatio < presentOf(curve).hitRatio) return null
  return effectOf(curve, point, window, peer)
}

/** The live value of a setting, as the server was last asked. */
const factOf = (window: SeriesWindow, target: string, name: string): string | undefined =>
  window.records('fact', target).find(({ id }) => id === name)?.value
