import { duration, text } from '../format/format.ts'
import { latest } from '../math/rates.ts'
import { measure } from '../metrics/measure.ts'
import type { Advisor } from '../model/detector.ts'
import { durationText } from '../model/duration.ts'
import { globMatches } from '../model/glob.ts'
import type { Draft, NoRemedy } from '../model/proposal.ts'
import { settingText } from '../model/setting.ts'
import type { TtlPolicy } from '../model/topology.ts'
import type { SeriesWindow } from '../model/window.ts'
import { curveOf, effectOf, effectText, hitGuard, presentOf } from './curve.ts'

/** The part of what a longer life can win at all that is worth being staler for. */
const GAIN_PART = 0.8
/** A smaller gain is noise, and no reason to serve what is older. */
const GAIN_MIN = 0.005
/** One step doubles the TTL where no curve tells what would be enough: its effect is measured before the next. */
const LONGER = 2
/** With fewer expirations than this for each miss, misses have another cause. */
const ENDS_PER_MISS = 0.5
/** With more evictions than this for each expiration, memory is too small. */
const EVICTIONS_PER_END = 0.1
/** Keys that live twice as long are at most twice as many: they must fit. */
const MEMORY_MOST = 0.9

/** A longer life for keys that end before they are read again, where the memory for it is there. */
export const ttlLength: Advisor = {
  id: 'ttl-length',
  title: 'Let keys live longer',
  answers: ['cache/hit-ratio-low'],
  spanMs: 300_000,
  propose(finding, window, topology) {
    const { target } = finding.subject
    if (!target) return null
    const rate = (metric: string) => value(metric, target, window)
    const known = byCurve(target, window, topology.ttls)
    if (known) return known
    const [ends, misses, evictions] = [rate('cache_expiration_rate'), rate('cache_miss_rate'), rate('cache_eviction_rate') ?? 0]
    if (ends === null || misses === null) return null
    if (evictions > EVICTIONS_PER_END * ends)
      return { none: `${text(evictions, 'perSecond')} are evicted before they expire: the memory is too small, not the TTL too short.` }
    if (ends < ENDS_PER_MISS * misses)
      return {
        none: `Only ${text(ends, 'perSecond')} keys end for ${text(misses, 'perSecond')} misses: most of what is missed was never there, and a longer TTL would not help.`,
      }
    const [histogram] = window.records('ttl-histogram', target)
    const covering = topology.ttls.filter(({ match }) => histogram?.pattern === undefined || globMatches(match, histogram.pattern))
    const [policy, another] = covering
    if (!policy)
      return {
        none: 'No TTL policy covers these keys. Where the application writes them, a longer TTL would keep more of them; or configure a TTL policy for them, and it can be set here.',
      }
    if (another)
      return {
        none: 'Several TTL policies may apply, and it is not known which of their keys expire. Look at each of them under TTL policies on the page of caches.',
      }
    if (policy.error) return { none: `The policy ${policy.name} cannot be read: ${policy.error}` }
    const used = newest('cache_memory_used_bytes', target, window)
    const most = newest('cache_memory_max_bytes', target, window)
    if (most && used && used * LONGER > MEMORY_MOST * most)
      return {
        none: `Keys that live twice as long may need ${text(used * LONGER, 'bytes')}; ${target} has ${text(most, 'bytes')}. Give it memory first.`,
      }
    const after = policy.ttlMs * LONGER
    return {
      steps: [
        {
          setting: settingText({ of: { ttl: policy.name }, name: 'ttl' }),
          before: durationText(policy.ttlMs),
          after: durationText(after),
        },
      ],
      because: `${text(ends, 'perSecond')} keys end and ${text(misses, 'perSecond')} reads miss, while ${most && used ? `${text(1 - used / most, 'ratio')} of the memory is free` : 'nothing is evicted'}: keys end before they are read again. A TTL of ${duration(after)} instead of ${duration(policy.ttlMs)} keeps them for twice as many reads.`,
      predict: {
        absentBecause:
          'the reads of single keys are not recorded: counters do not show how many keys are read again after they expire, and an estimate from their rates is off by up to ten points',
      },
      guards: [
        {
          metric: 'cache_eviction_rate',
          where: { target },
          unit: 'perSecond',
          op: '>',
          limit: Math.max(1, ends * EVICTIONS_PER_END),
          forMs: 10_000,
          why: 'the longer life does not fit into the memory',
        },
      ],
      risk: 'medium',
      riskBecause: `What is served may be up to ${duration(after)} old instead of ${duration(policy.ttlMs)}. Keys written meanwhile keep the TTL that they drew.`,
    }
  },
}

/** The best of the TTL policies that a curve of the target's own references is known of; null where there is none. */
function byCurve(target: string, window: SeriesWindow, policies: readonly TtlPolicy[]): Draft | NoRemedy | null {
  const curves = policies.flatMap((policy) => {
    const curve = policy.error ? undefined : curveOf(window, target, `ttl/${policy.name}`)
    return curve ? [{ policy, curve }] : []
  })
  if (curves.length === 0) return null
  const chosen = curves.flatMap(({ policy, curve }) => {
    const now = presentOf(curve)
    const longer = curve.points.filter(({ ttlMs }) => ttlMs !== null && ttlMs > policy.ttlMs).sort((a, b) => a.ttlMs! - b.ttlMs!)
    const best = Math.max(...longer.map(({ hitRatio }) => hitRatio - now.hitRatio), 0)
    const point = longer.find(({ hitRatio }) => hitRatio - now.hitRatio >= GAIN_PART * best)
    const effect = point && effectOf(curve, point, window, target)
    return effect && effect.gain >= GAIN_MIN ? [{ policy, point, now, effect }] : []
  })
  const best = chosen.reduce<(typeof chosen)[number] | null>((a, b) => (a && a.effect.gain >= b.effect.gain ? a : b), null)
  if (!best) {
    if (window.series('cache_hits_total', { target }).length === 0) return null
    return {
      none: `Longer TTLs would not help: no policy would win ${text(GAIN_MIN, 'ratio')} of the reads. What is missed was not read before, or not for longer than any of the TTLs that were tried.`,
    }
  }
  const { policy, point, now, effect } = best
  const age = (ms: number | null) => (ms === null ? '' : `, read at an age of up to ${duration(ms)} (95 % of the reads)`)
  return {
    steps: [
      {
        setting: settingText({ of: { ttl: policy.name }, name: 'ttl' }),
        before: durationText(policy.ttlMs),
        after: durationText(point.ttlMs!),
      },
    ],
    because: `A TTL of ${duration(point.ttlMs!)} instead of ${duration(policy.ttlMs)} for the keys of ${policy.name}: hit ratio ${effectText(effect)}${age(point.ageP95Ms)}${now.ageP95Ms === null ? '' : `; ${duration(now.ageP95Ms)} now`}.`,
    predict: effect.prediction,
    guards: [hitGuard(effect.prediction)],
    risk: 'medium',
    riskBecause: `What is served may be up to ${duration(point.ttlMs!)} old instead of ${duration(policy.ttlMs)}. Keys written meanwhile keep the TTL that they drew.`,
  }
}

function value(metric: string, target: string, window: SeriesWindow): number | null {
  const measured = measure(metric, { target }, window)
  return measured.is === 'measured' ? measured.value : null
}

function newest(metric: string, target: string, window: SeriesWindow): number | null {
  const [series] = window.series(metric, { target })
  return series ? latest(series.points) : null
}
