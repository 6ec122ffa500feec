import { count, duration, safe } from '../format/format.ts'
import { retimeGuards } from '../metrics/retimeGuards.ts'
import type { Advisor } from '../model/detector.ts'
import { expiryName, type Span, spanText } from '../model/expiry.ts'
import { globMatches } from '../model/glob.ts'
import { JOB_ITEMS_MOST } from '../model/job.ts'
import type { TtlHistogram } from '../model/record.ts'
import { settingText } from '../model/setting.ts'
import type { TtlPolicy } from '../model/topology.ts'
import { spreadPeak } from './peak.ts'

/** The grid, in ms, by which a cliff is named: a sample that differs by a second must not name another cliff. */
const GRID_MS = 5_000
/** The time that a person has to read and decide. */
const DECIDE_MS = 30_000
/** The slowest scan of a job beside the traffic, in keys a second, and the time that it takes to start. */
const KEYS_PER_SECOND = 2_000
const BEGIN_MS = 5_000
/** The widest is enough: of keys spread over a minute no second holds more than a fiftieth. */
const WIDTHS_MS = [60_000, 45_000, 30_000, 20_000, 10_000]
/**
 * Active expiry ends keys in bursts: it rests while less than a tenth of what it samples is over. Of 4,000 keys that were spread over 40 s the
 * fullest second had 202 to 261 on Redis 7.0, 356 to 786 on Redis 8, 212 to 397 on Valkey 9.1: up to this part of them beside the even flow.
 */
const BURST_SHARE = 0.2
/** Gives the keys of a cliff that is foreseen other ends, for their policy's jitter helps only those that are written from now on. */
export const expirySpread: Advisor = {
  id: 'expiry-spread',
  title: 'Spread keys that are already there',
  answers: ['cache/mass-expiry'],
  spanMs: 60_000,
  propose(finding, window, topology) {
    const { target } = finding.subject
    const foreseen = finding.evidence[0]?.unit === 'ratio'
    const [histogram] = window.records('ttl-histogram', target)
    // Once the keys have expired there is nothing left to spread.
    if (!target || !foreseen || !histogram?.pattern) return null
    if (!topology.targets.find(({ name }) => name === target)?.can?.retime) return null
    const { pattern } = histogram
    const policy = topology.ttls.find(({ match }) => globMatches(match, pattern))
    if (!policy && !isGlob(pattern))
      return {
        none: `Keys of ${safe(pattern, 80)} cannot be named exactly, so none of them is re-timed. Configure a TTL policy whose \`match\` names them.`,
      }
    if (policy && !policy.error && policy.jitter === 0)
      return {
        none: `Set the jitter of the policy ${policy.name} first: without it keys that are written meanwhile expire together again. Then the existing keys can be spread.`,
      }
    const cliff = cliffOf(histogram, window.to)
    if (!cliff) return null
    const { span } = cliff
    if (cliff.keys > JOB_ITEMS_MOST)
      return {
        none: `About ${count(cliff.keys)} keys end together; no more than ${count(JOB_ITEMS_MOST)} are re-timed at once, because each one's end is kept for a roll-back.`,
      }
    const later = policy && !policy.error ? Math.round((policy.jitter * policy.ttlMs) / 1_000) * 1_000 : 0
    const ready = window.to + BEGIN_MS + (histogram.keys / KEYS_PER_SECOND) * 1_000 + DECIDE_MS
    const to = span.to + later
    // What the policy's own jitter would have made of them, or at least what makes a peak flat.
    const widths = [span.to - span.from + 2 * later, ...WIDTHS_MS].sort((a, b) => b - a)
    const width = widths.find((ms) => to - ms >= ready)
    if (width === undefined)
      return {
        none: `They end in ${duration(Math.max(0, span.from - window.to))}: too soon to re-time them one by one. The jitter of their policy spreads the keys that are written from now on.`,
      }
    const after = { from: to - width, to }
    const glob = policy?.match ?? pattern
    const peak = peakOf(cliff, histogram, after, window.to)
    return {
      steps: [{ setting: settingText({ of: { target }, name: expiryName(span, glob) }), before: spanText(span), after: spanText(after) }],
      because: `About ${count(cliff.keys)} keys of ${safe(glob, 80)} end together in ${duration(span.from - window.to)}. One by one they get an end drawn evenly over the ${duration(after.to - after.from)} up to ${later > 0 ? `${duration(later)} after it, which is what the jitter of the policy ${policy!.name} allows` : 'their own: none lives longer than it was given'}. Their values are not touched, and a key that somebody writes meanwhile keeps what it got.`,
      predict: {
        metric: 'cache_expiration_peak_rate',
        where: { target },
        unit: 'perSecond',
        before: cliff.fullest,
        ...peak,
        basis: `when ${count(histogram.sampled)} sampled keys of ${count(histogram.keys)} end, second by second; a server ends them in bursts, so that the fullest second may hold up to a fifth of them more`,
      },
      guards: retimeGuards(target, window),
      risk: 'low',
      riskBecause: `Up to ${duration(span.to - after.from)} of their life is lost to some keys, which are fetched again that much earlier.${later > 0 ? ` Others live up to ${duration(later)} longer and may be that much staler.` : ''} Redis counts the new end as a use of the key where it evicts by use. What has ended by then does not come back with a roll-back.${policyText(policy)}`,
    }
  },
}

type Cliff = { span: Span; keys: number; fullest: number }

/** The fullest second ahead with its neighbours, on the grid. */
function cliffOf({ buckets, bucketMs, sampled, keys }: TtlHistogram, now: number): Cliff | null {
  const ahead = buckets.filter(([at]) => at > now)
  const [top] = [...ahead].sort((a, b) => b[1] - a[1])
  if (!top || sampled === 0) return null
  const span = {
    from: Math.floor((top[0] - bucketMs) / GRID_MS) * GRID_MS,
    to: Math.ceil((top[0] + 2 * bucketMs) / GRID_MS) * GRID_MS,
  }
  const within = ahead.reduce((sum, [at, n]) => sum + (at >= span.from && at < span.to ? n : 0), 0)
  return { span, keys: (within / sampled) * keys, fullest: (top[1] / sampled) * keys }
}

/** The fullest second once they are spread over `after`, where others end too. */
function peakOf({ span, keys }: Cliff, histogram: TtlHistogram, after: Span, now: number) {
  const seconds = (after.to - after.from) / 1_000
  const others = histogram.buckets.reduce(
    (sum, [at, n]) => sum + (at > now && at >= after.from && at < after.to && (at < span.from || at >= span.to) ? n : 0),
    0,
  )
  const even = spreadPeak(keys, seconds, ((others / histogram.sampled) * histogram.keys) / seconds)
  return { ...even, high: even.high + BURST_SHARE * keys }
}

/** Whether a pattern means the same as a glob of Redis. It is cut at 80 characters. */
const isGlob = (pattern: string) => pattern.length < 80 && pattern.includes('*') && !/[\\[\]?]/.test(pattern)

const policyText = (policy: TtlPolicy | undefined) => (policy ? '' : ' No TTL policy covers these keys: the next load ends together again.')
