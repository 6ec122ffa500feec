import type { Part } from '../../curves/part.ts'
import type { Question } from '../../curves/question.ts'
import type { CurvesView } from '../../model/answers/curves.ts'
import { EvenkeelError } from '../../model/error.ts'
import type { Runtime } from '../runtime.ts'
import { knownTarget } from '../targets/knownTarget.ts'
import { type Asked, targetCurvesInThread } from '../workers/curves.ts'
import { bytesOf, keysIn, keysNow, type LiveCache, liveCache, slackKeys } from './liveCache.ts'
import { measuredRatio } from './measuredRatio.ts'
import { type CurvesRequest, partOf } from './question.ts'
import { targetLog } from './targetLog.ts'

/** With a model that is further off what is measured, nothing is predicted. */
const OFF_MOST = 0.03
const BAND_MOST = 0.1
const READS_LEAST = 100

const tooLittle = (words: string) => new EvenkeelError('too_little', words)

/** What a target's cache would hit in its steady state, from its references. Throws `not_found`, and `too_little` with what is missing. */
export async function targetCurves(
  at: Runtime,
  target: string,
  match: string | undefined,
  asked: CurvesRequest,
  by: Asked,
): Promise<CurvesView> {
  knownTarget(at, target)
  if (!at.references.settings(target))
    throw tooLittle(
      `There are no references of ${target}: its configuration needs "references: { from: report }", "log" where the access log of a proxy names its keys, or "monitor" where there is MONITOR.`,
    )
  const live = liveCache(at, target)
  const keys = sizesInKeys(asked.sizes, live)
  // Of some keys only, nothing is measured that could be held beside it.
  const present = match === undefined ? keysNow(live) : null
  if (match === undefined && present === null) throw tooLittle('The server holds too few keys to tell what one of them takes.')
  const { policy = live.policy, samples = live.samples, ttl, parts, local } = asked
  const as = (sizes: number[], changed: boolean): Question => ({
    policy: changed ? policy : live.policy,
    samples: changed ? samples : live.samples,
    lfuLogFactor: live.lfuLogFactor,
    lfuDecayMinutes: live.lfuDecayMinutes,
    ...(changed && ttl !== undefined && { ttl }),
    ...(parts && { parts: parts.map((part) => (changed ? partOf(part) : { match: part.match })) }),
    ...(changed && local && { local }),
    sizes: { keys: sizes },
    slackKeys: slackKeys(live),
    steady: true,
  })
  const log = { ...targetLog(at, target), ...(match !== undefined && { match }) }
  const { answer, now, keyWeight, settlesMs, from, to } = await targetCurvesInThread(
    { log, question: as(keys, true), present: present === null ? null : as([present], false), byMemory: 'bytes' in asked.sizes },
    by,
  )
  const inBytes = <P extends Held>(point: P): P => (keyWeight === null ? point : inLiveBytes(point, keyWeight, live))
  const measured = now && measuredRatio(at.store, target, from, to)
  const off = now ? offset(now.hitRatio, measured) : 0
  const points = answer.points.map((point, i) => ({
    ...inBytes(shifted(point, off, policy === live.policy ? 0.5 : 0)),
    keys: keys[i]!,
    bytes: asked.sizes && 'bytes' in asked.sizes ? asked.sizes.bytes[i]! : bytesOf(keys[i]!, live),
    ...((policy !== live.policy || samples !== live.samples) && { settlesMs: settlesMs[i]! }),
  }))
  if (points.some(({ low, high }) => high - low > BAND_MOST + 1e-9))
    throw tooLittle(`There are too few references of ${target}: the ratio could be told to ${BAND_MOST * 100} points at best.`)
  return {
    ...answer,
    points,
    ...(measured &&
      now && {
        present: {
          keys: live.keys ?? present!,
          bytes: live.maxBytes,
          model: now.hitRatio,
          measured: measured.ratio,
          ...(now.parts && { parts: inBytes(now).parts!.map((part) => widened(part, off)) }),
        },
      }),
    basis: [answer.basis, basisOf(target, match)].filter(Boolean).join(' '),
  }
}

function sizesInKeys(sizes: CurvesRequest['sizes'], live: LiveCache): number[] {
  if ('keys' in sizes) return sizes.keys
  if (live.bytesPerKey === null) throw tooLittle('The server holds too few keys to tell what one of them takes: ask by keys.')
  return sizes.bytes.map((bytes) => keysIn(bytes, live))
}

/** How far the measured ratio lies above the modelled one. Throws `too_little` where the model is not to be trusted. */
function offset(model: number, measured: { ratio: number; reads: number } | null): number {
  if (!measured || measured.reads < READS_LEAST)
    throw tooLittle('The hit ratio of the time that the references are of was not measured: nothing tells whether the model is right.')
  const off = measured.ratio - model
  const percent = (ratio: number) => `${(ratio * 100).toFixed(1)} %`
  if (Math.abs(off) > OFF_MOST)
    throw tooLittle(
      `The model says ${percent(model)} for the cache as it is, and ${percent(measured.ratio)} is measured: over 3 points apart, so that nothing is predicted. References are missing, do not reach back as long as keys live, or do not tell the TTLs.`,
    )
  return off
}

/**
 * The prediction begins at what is measured: what the model is off at present is taken off. `sure` of it surely, the rest stays in the band: half of
 * it, and all of it for another rule of eviction, because the model may be off in the present one alone.
 */
export function shifted<Point extends { hitRatio: number; low: number; high: number; fills: number; parts?: Part[] | undefined }>(
  point: Point,
  off: number,
  sure: number,
): Point {
  const clamp = (ratio: number) => Math.min(1, Math.max(0, ratio))
  const hitRatio = clamp(point.hitRatio + off)
  const [low, high] = [point.low + Math.min(off, sure * off), point.high + Math.max(off, sure * off)].map(clamp) as [number, number]
  const fills = point.hitRatio < 1 ? Math.round((point.fills * (1 - hitRatio)) / (1 - point.hitRatio)) : point.fills
  return {
    ...point,
    hitRatio,
    fills,
    low: Math.min(low, hitRatio),
    high: Math.max(high, hitRatio),
    ...(point.parts && { parts: point.parts.map((part) => widened(part, off)) }),
  }
}

type Held = { held: { keys: number; bytes: number | null }; parts?: Part[] | undefined }

/** The bytes that the model counts as those of the live server, whose keys take more or less than plain strings do. */
function inLiveBytes<P extends Held>(point: P, keyWeight: number, { emptyBytes, bytesPerKey }: LiveCache): P {
  if (bytesPerKey === null) return point
  const times = bytesPerKey / keyWeight
  const { held, parts } = point
  return {
    ...point,
    held: { ...held, bytes: held.bytes && Math.round(emptyBytes + times * Math.max(0, held.bytes - emptyBytes)) },
    ...(parts && {
      parts: parts.map((part) => ({ ...part, held: { ...part.held, bytes: part.held.bytes && Math.round(times * part.held.bytes) } })),
    }),
  }
}

/** In which part of the keys the model is off is not measured: each may be, either way. */
function widened(part: Part, off: number): Part {
  if (!part.hitRatio) return part
  const { value, low, high } = part.hitRatio
  return { ...part, hitRatio: { value, low: Math.max(0, low - Math.abs(off)), high: Math.min(1, high + Math.abs(off)) } }
}

const basisOf = (target: string, match: string | undefined) =>
  `References of ${target}${match === undefined ? '' : `, of keys whose pattern matches ${JSON.stringify(match)}`}.`
