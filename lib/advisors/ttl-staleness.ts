import { presentLife } from '../curves/lives.ts'
import { duration, safe, text } from '../format/format.ts'
import { hitPeriodMs } from '../metrics/hitPeriod.ts'
import type { Advisor } from '../model/detector.ts'
import { durationText } from '../model/duration.ts'
import { globMatches } from '../model/glob.ts'
import { settingText } from '../model/setting.ts'
import type { Staleness } from '../model/staleness.ts'
import { curveOf, effectOf, effectText, heldPrediction, hitGuard } from './curve.ts'

const RULE = 'cache/stale-after-write'
/** As the rule draws the line. */
const SHARE = 0.1
const HOUR_MS = 3_600_000

const DELETE =
  'Delete the key where its value is written (after the write of the origin, not before it): then no reader gets what was, and the TTL may stay as it is. It costs one read of the origin for each write of a key that is read again.'

/** A shorter life for values that change while they are cached, with what that costs in hits; or the key deleted by whoever writes it. */
export const ttlStaleness: Advisor = {
  id: 'ttl-staleness',
  title: 'Let values live no longer than they are true',
  answers: [RULE],
  spanMs: 300_000,
  propose({ subject: { target, pattern } }, window, topology, settingsOf) {
    if (target === undefined || pattern === undefined) return null
    const found = window.records('staleness', target).find(({ id }) => id === pattern)?.found
    if (!found || 'because' in found) return null
    const most = (settingsOf?.(RULE) as { share?: number } | undefined)?.share ?? SHARE
    const enough = ttlFor(found, most)
    const shorter = enough === null ? '' : ` A TTL of about ${duration(enough)} would leave ${text(most, 'ratio')} of the reads old.`
    const policy = topology.ttls.find(({ match, error }) => !error && globMatches(match, pattern))
    if (!policy) return { none: `${DELETE}${shorter} No TTL policy covers these keys, so that it cannot be set here.` }
    const curve = curveOf(window, target, `ttl/${policy.name}`)
    const now = curve && presentLife(curve, policy.ttlMs)
    if (!curve || !now)
      return { none: `${DELETE}${shorter} What that costs in hits is not known yet: the curve of this TTL is being computed.` }
    const lives = curve.points.filter(({ ttlMs }) => ttlMs !== null && ttlMs < policy.ttlMs).sort((a, b) => b.ttlMs! - a.ttlMs!)
    const point = lives.find(({ ttlMs }) => oldAt(found, ttlMs!) <= most) ?? lives.at(-1)
    const effect = point && effectOf(curve, point, window, target)
    if (!effect) return { none: `${DELETE}${shorter}` }
    const ttlMs = point.ttlMs!
    const prediction = heldPrediction(effect)
    return {
      steps: [
        { setting: settingText({ of: { ttl: policy.name }, name: 'ttl' }), before: durationText(policy.ttlMs), after: durationText(ttlMs) },
      ],
      because: `With a TTL of ${duration(ttlMs)} instead of ${duration(policy.ttlMs)} about ${text(oldAt(found, ttlMs), 'ratio')} of the reads of ${safe(pattern, 60)} get an old value instead of ${text(found.share, 'ratio')}. It costs hits: hit ratio ${effectText(effect)}. Where the application can, better: ${DELETE.charAt(0).toLowerCase()}${DELETE.slice(1)}`,
      predict: prediction,
      guards: [hitGuard(prediction, hitPeriodMs(window, target))],
      risk: 'medium',
      riskBecause: `What is read again later than ${duration(ttlMs)} after it was stored is fetched from the origin once more, and does not come back with a roll-back. Keys that are stored already keep their end, the last of them for ${duration(policy.ttlMs * (1 + policy.jitter))}.`,
    }
  },
}

/** The part of reads, spread evenly over a life, that come after a change of a Poisson process: of so many changes in a life. */
const afterChange = (changes: number) => (changes < 1e-6 ? changes / 2 : 1 + Math.expm1(-changes) / changes)

/** The old part with another TTL: as a value that changes at random would give it, through the part that is told of the present one. */
function oldAt({ share, changesPerKeyHour, ttlMs: now }: Staleness, ttlMs: number): number {
  if (now === null || changesPerKeyHour <= 0) return share
  const perMs = changesPerKeyHour / HOUR_MS
  return Math.min(share, (share * afterChange(perMs * ttlMs)) / afterChange(perMs * now))
}

/** The TTL that leaves that part old; null: not known. */
function ttlFor(found: Staleness, most: number): number | null {
  if (found.ttlMs === null || found.changesPerKeyHour <= 0 || found.share <= most) return null
  let [low, high] = [0, found.ttlMs]
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2
    if (oldAt(found, middle) > most) high = middle
    else low = middle
  }
  return Math.max(1_000, low)
}
