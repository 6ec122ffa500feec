import { z } from 'zod'
import { type Life, presentLife, thriftierLife } from '../../curves/lives.ts'
import { duration as lifeText, safe, text } from '../../format/format.ts'
import { measuredValue } from '../../metrics/measure.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Verdict } from '../../model/finding.ts'
import { pricesOf } from '../../model/prices.ts'
import type { CurveRecord } from '../../model/record.ts'
import type { Topology } from '../../model/topology.ts'
import type { SeriesWindow } from '../../model/window.ts'
import { evidence, factsOf } from '../rows.ts'
import { duration, patience, share, threshold } from '../settings.ts'

type Settings = DetectorSettings & { loss: number; saving: number; bytesMin: number; history: number; fresh: number }

export const memorySurplus: Detector<Settings> = {
  id: 'cache/memory-surplus',
  title: 'More memory than it needs',
  why: 'A cache that would hit as much with far less memory, or with a shorter TTL of some of its keys: what is too much holds keys that are not read again before they end. Where the configuration names prices, a TTL at which memory costs more than the reads that it saves counts too. Nothing is broken; the memory could serve something else. Judged from the references of the cache, replayed by its own rule of eviction, so it needs `references` in the configuration.',
  harmless: 'Where the memory is meant for a peak that was not seen in the time that is looked at.',
  settings: z.strictObject({
    ...patience('60s', '10m'),
    loss: share(0.003, 'What it may hit less, of all reads: less than most caches vary from hour to hour'),
    saving: share(0.3, 'Part of its memory that must be saved at least: less is not worth a change'),
    bytesMin: threshold(16 * 1_048_576, 'And at least so many bytes, 16 MiB: a small cache costs nothing'),
    history: duration('1h', 'How far its references must reach back: keys that are read again later than that would be missed'),
    fresh: duration('30m', 'An older curve is not judged: it speaks of other traffic'),
  }),
  needs: { spanMs: 60_000, metrics: [], records: ['curve'], also: { metrics: ['cache_read_rate'] } },
  detect: (window, topology, settings) =>
    topology.targets.flatMap(({ name }): Verdict[] => {
      if (factsOf(topology, name)?.role === 'store') return []
      const { ttls } = topology
      // What its memory comes to, then the TTL of any of its keys.
      const curves = window
        .records('curve', name)
        .filter(({ varies, ttl }) => varies === 'memory' || (varies === 'ttl' && ttls.some((one) => one.name === ttl)))
      const ordered = curves.sort((a, b) => Number(b.varies === 'memory') - Number(a.varies === 'memory'))
      const verdicts = ordered.map((curve): Verdict => {
        const because = unjudgedBecause(curve, window.to, settings)
        if (because) return { subject: { target: name }, is: 'unjudged', because }
        const found =
          curve.varies === 'memory' ? lessMemory(name, curve, window, settings) : lessTime(name, curve, window, topology, settings)
        return found ?? { subject: { target: name }, is: 'clear' }
      })
      const verdict = verdicts.find(({ is }) => is === 'found') ?? verdicts[0]
      return verdict ? [verdict] : []
    }),
}

function unjudgedBecause({ at, spanMs }: CurveRecord, now: number, { fresh, history }: Settings): string | null {
  const minutes = (ms: number) => Math.round(ms / 60_000)
  if (now - at > fresh) return `its curve is ${minutes(now - at)} min old`
  const seen = 2 * spanMs
  return seen < history ? `its references reach back ${minutes(seen)} min; ${history / 60_000} needed` : null
}

function lessMemory(target: string, curve: CurveRecord, window: SeriesWindow, settings: Settings): Verdict | null {
  const found = smallest(curve, settings)
  if (!found) return null
  const subject = { target }
  const now = curve.points[curve.present.point]!
  const { point, saved } = found
  const span = { from: curve.at, to: window.to }
  return {
    subject,
    is: 'found',
    severity: 'info',
    summary: `${target} would hit as much with ${text(point.bytes!, 'bytes')} instead of ${text(now.bytes!, 'bytes')}: ${text(saved, 'bytes')} hold keys that are not read again`,
    evidence: [
      evidence(span, 'cache_memory_max_bytes', subject, 'memory limit', now.bytes!, 'bytes', {
        baseline: point.bytes!,
        method: curve.basis,
      }),
      ratioEvidence(span, subject, text(point.bytes!, 'bytes'), { now, point }),
    ],
  }
}

/** A shorter TTL of the keys that a curve is of; where memory and reads have a price, the one that costs least. */
function lessTime(
  target: string,
  curve: CurveRecord,
  window: SeriesWindow,
  { ttls, prices }: Topology,
  settings: Settings,
): Verdict | null {
  const policy = ttls.find(({ name }) => name === curve.ttl)
  const now = policy && presentLife(curve, policy.ttlMs)
  if (!now) return null
  const own = pricesOf(prices, target)
  const reads = measuredValue('cache_read_rate', { target }, window)
  const life = thriftierLife(curve, now, own, reads ?? 0, settings)
  if (!life) return null
  const subject = { target }
  const span = { from: curve.at, to: window.to }
  const ttl = lifeText(life.point.ttlMs!)
  const loses = curve.readsShare * (now.hitRatio - life.point.hitRatio) > settings.loss
  return {
    subject,
    is: 'found',
    severity: 'info',
    summary: `${target} would ${loses ? 'cost less' : 'hit as much'} with a TTL of ${ttl} instead of ${lifeText(now.ttlMs!)} for the keys of ${safe(policy.name, 80)}: ${text(life.saved!, 'bytes')} hold keys that are ${loses ? 'hardly read again' : 'not read again'}`,
    evidence: [
      evidence(span, 'cache_memory_used_bytes', subject, `held by the keys of ${safe(policy.name, 80)}`, now.heldBytes!, 'bytes', {
        baseline: life.point.heldBytes!,
        method: curve.basis,
      }),
      ratioEvidence(span, subject, `a TTL of ${ttl}`, life),
    ],
  }
}

const ratioEvidence = (
  span: { from: number; to: number },
  subject: { target: string },
  what: string,
  { now, point }: Pick<Life, 'now' | 'point'>,
) =>
  evidence(span, 'cache_hit_ratio', subject, `hit ratio with ${what}`, point.hitRatio, 'ratio', {
    low: point.low,
    high: point.high,
    baseline: now.hitRatio,
  })

/** The smallest size of the curve that hits as much as the present one, by the model of both, and saves enough. */
function smallest(curve: CurveRecord, { loss, saving, bytesMin }: Pick<Settings, 'loss' | 'saving' | 'bytesMin'>) {
  const now = curve.points[curve.present.point]!
  if (now.bytes === null) return null
  const enough = curve.points
    .filter(({ bytes, hitRatio }) => bytes !== null && bytes < now.bytes! && hitRatio >= now.hitRatio - loss)
    .sort((a, b) => a.bytes! - b.bytes!)[0]
  if (!enough) return null
  const saved = now.bytes - enough.bytes!
  return saved >= saving * now.bytes && saved >= bytesMin ? { point: enough, saved } : null
}
