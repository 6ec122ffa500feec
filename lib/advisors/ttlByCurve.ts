import { cheapestLife, type Life, type LifeLimits, presentLife, thriftierLife } from '../curves/lives.ts'
import { duration, safe, text } from '../format/format.ts'
import { hitPeriodMs } from '../metrics/hitPeriod.ts'
import { measuredValue } from '../metrics/measure.ts'
import { durationText } from '../model/duration.ts'
import { isPriced, type Prices, pricesOf } from '../model/prices.ts'
import type { Draft, NoRemedy } from '../model/proposal.ts'
import type { CurvePoint, CurveRecord } from '../model/record.ts'
import { settingText } from '../model/setting.ts'
import type { Topology, TtlPolicy } from '../model/topology.ts'
import type { SeriesWindow } from '../model/window.ts'
import { costWords, moneyText } from './cost.ts'
import { curveOf, type Effect, effectOf, effectText, heldPrediction, hitGuard } from './curve.ts'

/** The part of what a longer life can win at all that is worth being staler for. */
const GAIN_PART = 0.8
/** A smaller gain is noise, and no reason to serve what is older. */
const GAIN_MIN = 0.005

type Chosen = Life & { policy: TtlPolicy; curve: CurveRecord; effect: Effect }
type Choose = (curve: CurveRecord, now: Life['now'], prices: Prices, reads: number) => Life | null

/** What one choice of a TTL says of each policy that a curve of the target's own references is known of; null where there is no curve. */
function chosenOf(target: string, window: SeriesWindow, { ttls, prices }: Topology, choose: Choose): Chosen[] | null {
  const curves = ttls.flatMap((policy) => {
    const curve = policy.error ? undefined : curveOf(window, target, `ttl/${policy.name}`)
    const now = curve && presentLife(curve, policy.ttlMs)
    return now ? [{ policy, curve, now }] : []
  })
  if (curves.length === 0) return null
  const reads = measuredValue('cache_read_rate', { target }, window) ?? 0
  return curves.flatMap(({ policy, curve, now }) => {
    const life = choose(curve, now, pricesOf(prices, target), reads)
    const effect = life && effectOf(curve, life.point, window, target)
    return effect ? [{ ...life, policy, curve, effect }] : []
  })
}

const bestBy = (chosen: readonly Chosen[], worth: (one: Chosen) => number): Chosen | null =>
  chosen.reduce<Chosen | null>((a, b) => (a && worth(a) >= worth(b) ? a : b), null)

/** The TTL that wins most hits, or, where memory and reads have a price, the longer one that costs least. null: no curve is known. */
export function winningByCurve(target: string, window: SeriesWindow, topology: Topology): Draft | NoRemedy | null {
  const chosen = chosenOf(target, window, topology, winningLife)
  if (!chosen) return null
  const best = bestBy(
    chosen.filter(({ effect }) => effect.gain >= GAIN_MIN),
    ({ effect }) => effect.gain,
  )
  if (best) return draftOf(best, target, window, topology)
  if (window.series('cache_hits_total', { target }).length === 0) return null
  return {
    none: `Other TTLs would not help: no policy would win ${text(GAIN_MIN, 'ratio')} of the reads${isPriced(pricesOf(topology.prices, target)) ? ' at less than its memory costs' : ''}. What is missed was not read before, or not for longer than any of the TTLs that were tried.`,
  }
}

const winningLife: Choose = (curve, now, prices, reads) => {
  if (isPriced(prices) && now.heldBytes != null) {
    const life = cheapestLife(curve, now, prices, reads)
    return life && life.point.ttlMs! > now.ttlMs! ? life : null
  }
  // Only where keys evict each other can a shorter life win hits: those of others.
  const others = curve.points
    .filter(({ ttlMs }) => ttlMs !== null && (curve.ofAll ? ttlMs !== now.ttlMs : ttlMs > now.ttlMs!))
    .sort((a, b) => timesOf(a, now) - timesOf(b, now))
  const most = Math.max(...others.map(({ hitRatio }) => hitRatio - now.hitRatio), 0)
  const point = others.find(({ hitRatio }) => hitRatio - now.hitRatio >= GAIN_PART * most)
  return point ? { now, point, saved: null, saves: null } : null
}

/** How many times as long, or as short. */
const timesOf = (point: CurvePoint, now: CurvePoint) => Math.abs(Math.log(point.ttlMs! / now.ttlMs!))

/** The shorter TTL that frees most at equal hits, or, where memory and reads have a price, saves most. null: there is none. */
export function shorterByCurve(target: string, window: SeriesWindow, topology: Topology, limits: LifeLimits): Draft | null {
  const chosen = chosenOf(target, window, topology, (curve, now, prices, reads) => thriftierLife(curve, now, prices, reads, limits))
  const best = bestBy(chosen ?? [], ({ saves, saved }) => saves ?? saved!)
  return best && draftOf(best, target, window, topology)
}

function draftOf(chosen: Chosen, target: string, window: SeriesWindow, topology: Topology): Draft {
  const { policy, curve, point, effect } = chosen
  const shorter = point.ttlMs! < policy.ttlMs
  // What is won of a shorter one is memory, and the hits are to stay where they are predicted; but for those of others, in a full cache.
  const prediction = shorter && effect.gain < GAIN_MIN ? heldPrediction(effect) : effect.prediction
  const [from, to] = [duration(policy.ttlMs), duration(point.ttlMs!)]
  return {
    steps: [
      {
        setting: settingText({ of: { ttl: policy.name }, name: 'ttl' }),
        before: durationText(policy.ttlMs),
        after: durationText(point.ttlMs!),
      },
    ],
    because: `A TTL of ${to} instead of ${from} for the keys of ${safe(policy.name, 80)}: hit ratio ${effectText(effect)}${ageWords(chosen)}.${curve.ofAll ? OF_ALL : ''}${bytesWords(chosen)}${moneyWords(chosen, target, window, topology)}`,
    predict: prediction,
    guards: [hitGuard(prediction, hitPeriodMs(window, target))],
    risk: 'medium',
    riskBecause: `${
      shorter
        ? `What is read again later than ${to} after it was stored is fetched from the origin once more, and does not come back with a roll-back.`
        : `What is served may be up to ${to} old instead of ${from}.`
    }${storedWords(policy, shorter)}`,
  }
}

/** The cache is full: what the policy's keys hold less, others hold. */
const OF_ALL = " The cache is full, so that its keys and all others take each other's place: the hits are those of all."

const ageWords = ({ now, point }: Chosen) =>
  point.ageP95Ms === null
    ? ''
    : `, read at an age of up to ${duration(point.ageP95Ms)} (95 % of the reads)${now.ageP95Ms === null ? '' : `; ${duration(now.ageP95Ms)} now`}`

function bytesWords({ saved, now }: Chosen): string {
  if (!saved || now.heldBytes == null) return ''
  return saved > 0
    ? ` Its keys hold ${text(now.heldBytes, 'bytes')}; ${text(saved, 'bytes')} of that become free.`
    : ` Its keys hold ${text(now.heldBytes, 'bytes')}, and ${text(-saved, 'bytes')} more then.`
}

function moneyWords({ saved, saves, effect }: Chosen, target: string, window: SeriesWindow, topology: Topology): string {
  const prices = pricesOf(topology.prices, target)
  const cost = costWords(target, { ...effect, bytes: -(saved ?? 0), limitStays: true }, window, topology)
  const even =
    saves === null
      ? ''
      : ` Of the TTLs that were tried it is the break-even: ${moneyText(saves, prices)} a month less than the present one; longer costs more memory than its reads are worth.`
  return cost + even
}

/** Keys that are there already have the TTL that they drew. */
function storedWords({ ttlMs, jitter }: TtlPolicy, shorter: boolean): string {
  const last = duration(ttlMs * (1 + jitter))
  return ` Keys that are stored already keep their end, the last of them for ${last}${shorter ? ', unless they are re-timed: the page of the change offers it' : '; each is filled once more then, with the longer TTL'}.`
}
