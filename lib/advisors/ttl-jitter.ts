import { count, duration, safe, text } from '../format/format.ts'
import { rates } from '../math/rates.ts'
import { median } from '../math/robust.ts'
import { measure } from '../metrics/measure.ts'
import type { Advisor } from '../model/detector.ts'
import { globMatches } from '../model/glob.ts'
import type { TtlHistogram } from '../model/record.ts'
import { settingText } from '../model/setting.ts'
import type { TtlPolicy } from '../model/topology.ts'
import type { SeriesWindow } from '../model/window.ts'
import { curveOf, type Effect, effectOf, effectText, presentOf } from './curve.ts'
import { spreadPeak } from './peak.ts'

/** The candidate jitters; beyond half of the TTL short lives begin to cost hits. */
const JITTERS = [0.1, 0.2, 0.3, 0.5]
/** What a jitter may cost in hits, of all reads: short lives end before keys are read again. */
const LOSS_MOST = 0.01
/** The part of a load's keys that may expire in the fullest second. */
const PEAK_SHARE = 0.02

/** The span in which the keys of a cliff expire. */
const CLIFF_SECONDS = 2
/** The part of a load's keys that must have expired before its fullest second counts as seen. */
const SEEN_SHARE = 0.8
/** The span over which the finding counts expired keys. */
const CLIFF_WIDEST_SECONDS = 3

/** A TTL drawn around its length, so that keys written together no longer end together. */
export const ttlJitter: Advisor = {
  id: 'ttl-jitter',
  title: 'Spread the end of keys',
  answers: ['cache/mass-expiry'],
  spanMs: 60_000,
  propose(finding, window, topology) {
    const { target } = finding.subject
    const [histogram] = window.records('ttl-histogram', target)
    // Once the keys have expired, the sample shows the next expiration, not this one.
    const struck = finding.evidence[0]?.unit === 'count'
    const pattern = struck ? undefined : histogram?.pattern
    const policy = policyFor(topology.ttls, pattern)
    if (!policy)
      return {
        none: pattern
          ? `No TTL policy covers ${safe(pattern, 80)}. Where the application writes these keys, draw the TTL at random around its length; or configure a TTL policy for them, and it can be set here.`
          : 'No TTL policy is configured. Where the application writes these keys, draw the TTL at random around its length.',
      }
    if (policy.error) return { none: `The policy ${policy.name} cannot be read: ${policy.error}` }
    const together = Math.max(1, keysTogether(finding.evidence, histogram?.keys ?? null))
    const background = usualEnds(target!, window)
    const peak = (jitter: number) => together / Math.max(1, (2 * jitter * policy.ttlMs) / 1000)
    const higher = JITTERS.filter((jitter) => jitter > policy.jitter + 1e-9)
    if (higher.length === 0)
      return {
        none: `The policy ${policy.name} already spreads its TTL by ${text(policy.jitter, 'ratio')}: these keys end together because the application gave them one expiration time instead of one TTL.`,
      }
    const effects = effectsOf(policy, target!, window)
    const bearable = higher.filter((one) => -(effects.get(one)?.gain ?? 0) <= LOSS_MOST)
    const allowed = bearable.length > 0 ? bearable : higher.slice(0, 1)
    const jitter = allowed.find((one) => peak(one) <= PEAK_SHARE * together) ?? allowed.at(-1)!
    const effect = effects.get(jitter)
    const span = [policy.ttlMs * (1 - jitter), policy.ttlMs * (1 + jitter)] as const
    return {
      steps: [{ setting: settingText({ of: { ttl: policy.name }, name: 'jitter' }), before: String(policy.jitter), after: String(jitter) }],
      because: `About ${count(together)} keys end within two seconds. With a jitter of ${jitter} each lives ${duration(span[0])} to ${duration(span[1])}, and as many, written together, end at no more than ${text(peak(jitter), 'perSecond')}. Keys that are already written keep their expiration time, so the peak comes once more, and not after that.${effect ? ` Beside that the hit ratio: ${effectText(effect)}.` : ''}`,
      predict: {
        metric: 'cache_expiration_peak_rate',
        where: { target: target! },
        unit: 'perSecond',
        before: struck ? fullestSecond(target!, window, together) : (fullestAhead(histogram) ?? together / CLIFF_SECONDS),
        ...spreadPeak(together, (2 * jitter * policy.ttlMs) / 1_000, background),
        basis: `about ${count(together)} keys of one load, with ends drawn evenly from ${duration(span[0])} to ${duration(span[1])} after it`,
        event: {
          counter: 'cache_expirations_total',
          least: Math.round(SEEN_SHARE * together),
          background,
          words: 'keys written since have ended: as many were not loaded again',
        },
      },
      guards: [],
      risk: 'low',
      riskBecause: `Some keys live up to ${text(jitter, 'ratio')} longer and may be that much staler; as many live shorter. The mean TTL stays. Keys written meanwhile keep the TTL that they drew.${followersText(policy)}`,
    }
  },
}

/** What each jitter does to the hits of the whole cache, by a curve of its own references; empty where none is known of the policy as it is. */
function effectsOf({ name, ttlMs, jitter }: TtlPolicy, target: string, window: SeriesWindow): Map<number, Effect> {
  const curve = curveOf(window, target, `jitter/${name}`)
  const now = curve && presentOf(curve)
  if (!curve || now?.ttlMs !== ttlMs || now.jitter !== jitter) return new Map()
  return new Map(
    curve.points.flatMap((point) => {
      const effect = point.jitter === undefined ? null : effectOf(curve, point, window, target)
      return effect ? [[point.jitter!, effect] as const] : []
    }),
  )
}

function policyFor(policies: TtlPolicy[], pattern: string | undefined): TtlPolicy | undefined {
  // The policy that spreads its expirations least is the likeliest cause of a cliff.
  if (pattern === undefined) return [...policies].sort((a, b) => a.jitter * a.ttlMs - b.jitter * b.ttlMs)[0]
  return policies.find(({ match }) => globMatches(match, pattern))
}

/** How many keys the finding is about: counted once they have expired, estimated from the sample before. */
function keysTogether(evidence: readonly { value: number; unit: string }[], keys: number | null): number {
  const [first] = evidence
  if (!first) return 0
  return first.unit === 'ratio' ? first.value * (keys ?? 0) : first.value
}

/** How many keys end in a usual second: the median, which a cliff in the window does not move. */
function usualEnds(target: string, window: SeriesWindow): number {
  const [series] = window.series('cache_expirations_total', { target })
  return series ? (median(rates(series.points, series.stepMs).map(([, rate]) => rate)) ?? 0) : 0
}

/** The fullest second of a cliff that has happened; without it, half of what expired within two. */
function fullestSecond(target: string, window: SeriesWindow, together: number): number {
  const seen = measure('cache_expiration_peak_rate', { target }, window)
  return seen.is === 'measured' ? Math.max(seen.value, together / CLIFF_WIDEST_SECONDS) : together / CLIFF_SECONDS
}

/** The fullest second ahead, of a cliff that is foreseen. */
function fullestAhead(histogram: TtlHistogram | undefined): number | null {
  if (!histogram || histogram.sampled === 0 || histogram.buckets.length === 0) return null
  return (Math.max(...histogram.buckets.map(([, n]) => n)) / histogram.sampled) * histogram.keys
}

const followersText = (policy: TtlPolicy) => (policy.followers.length === 0 ? ' No application reports that it follows this policy.' : '')
