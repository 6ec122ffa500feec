import { figureValue } from '@/components/targets/words.ts'
import { REDIS_EMPTY_BYTES, redisKeyBytes } from '@/lib/curves/memory.ts'
import { isSegmented, POLICIES, type Policy } from '@/lib/curves/question.ts'
import type { TargetView } from '@/lib/model/answers/target.ts'
import type { TraceView } from '@/lib/model/answers/trace.ts'
import type { LiveSettings } from './change.ts'
import type { CurvePart, CurvePoint } from './question.ts'
import { rangeAround, type Size, type SizeRange, type SizeUnit } from './size.ts'

/** What is known of a source before its curve is asked: which sizes make sense, and how its fills become a rate. */
export type SourceInfo = {
  name: string
  isTrace: boolean
  /** Its own policy; null: not told. */
  policy: Policy | null
  /** What it could have instead; none where the server tells no policy. */
  policies: readonly Policy[]
  ranges: Partial<Record<SizeUnit, SizeRange>>
  /** The size that is marked at first: the live one of a target. */
  first: Partial<Record<SizeUnit, number>>
  /** Configuration lines that would bring references; null: they come, or cannot. */
  lines: string | null
  /** The live memory limit; null: it has none. */
  live: number | null
  /** What makes a rate of misses: how long the trace lasts, or the reads that the live cache has now; null: not known. */
  pace: { seconds: number } | { readsPerSecond: number } | null
}

/** A key of a usual length, its share of the bucket table and its TTL: only to guess a range. */
const KEY_LENGTH = 32
const TABLES_BYTES = 40
/** In less room than this for keys, what the server takes for itself decides. */
const ROOM_LEAST = 600_000
const DAMPED = 1_000
const FULL = 0.9

/**
 * The sizes of a trace: from a hundredth of its keys to all of them. Bytes need the sizes of values and the text of keys, and more of them
 * than the server takes for itself.
 */
export function traceInfo(trace: TraceView): SourceInfo {
  const { keys, valueBytesMean, format, from, to, name } = trace
  const data = valueBytesMean === null || format === 'oracle' ? 0 : keys * (redisKeyBytes(KEY_LENGTH, valueBytesMean) + TABLES_BYTES)
  const sized = data > REDIS_EMPTY_BYTES
  return {
    name,
    isTrace: true,
    policy: 'allkeys-lru',
    policies: POLICIES,
    ranges: {
      ...(sized && { bytes: rangeAround(REDIS_EMPTY_BYTES + Math.max(data / 100, ROOM_LEAST), REDIS_EMPTY_BYTES + data, 'bytes') }),
      keys: rangeAround(keys / 100, keys, 'keys'),
    },
    first: { ...(sized && { bytes: REDIS_EMPTY_BYTES + data / 8 }), keys: Math.max(1, keys / 8) },
    lines: null,
    live: null,
    pace: from !== null && to !== null && to > from ? { seconds: to - from } : null,
  }
}

/**
 * The sizes of a live cache: from a sixteenth of what it uses to four times as much, and beyond its limit. One that is full uses its limit,
 * whatever it frees and fills from moment to moment.
 */
export function targetInfo({ name, kind, references, figures }: TargetView, settings: LiveSettings): SourceInfo {
  const limit = settings.memory || figureValue(figures?.memoryMax) || null
  const used = figureValue(figures?.memoryUsed)
  const held = limit !== null && (used === null || used > FULL * limit) ? limit : used === null ? null : damped(used)
  const bytes = limit ?? held
  const items = figureValue(figures?.items)
  const reads = figureValue(figures?.readsPerSecond)
  const keys = items === null || items < 1 ? null : damped(items)
  return {
    name,
    isTrace: false,
    policy: ownPolicy(settings),
    policies: settings.policy === null ? [] : POLICIES.filter((policy) => !isSegmented(policy)),
    ranges: {
      ...(held !== null && {
        bytes: rangeAround(Math.max(held / 16, REDIS_EMPTY_BYTES + ROOM_LEAST), Math.max(held * 4, (limit ?? 0) * 1.5), 'bytes'),
      }),
      ...(keys !== null && { keys: rangeAround(keys / 16, keys * 4, 'keys') }),
    },
    first: { ...(bytes !== null && { bytes }), ...(keys !== null && { keys }) },
    lines:
      references === 'off'
        ? `targets:\n  - { kind: ${kind}, name: ${JSON.stringify(name)}, …, references: { from: report, keep: 6h } }`
        : null,
    live: limit,
    pace: reads === null ? null : { readsPerSecond: reads },
  }
}

/** One that has no setting for it knows one rule alone; null: not told, or one that is not simulated. */
const ownPolicy = ({ can, policy, isRead }: LiveSettings): Policy | null =>
  (policy === null && isRead && !can.eviction ? POLICIES.find(isSegmented) : POLICIES.find((one) => one === policy)) ?? null

/** Rounded so far that what a running server uses now and in ten minutes is mostly one number. */
const damped = (value: number) => (value < DAMPED ? value : Number(value.toPrecision(2)))

/** The unit that is shown: what the address says where the source has it, else bytes, else keys; null: nothing is known of either. */
export function unitOf({ ranges }: SourceInfo, wanted: SizeUnit | null): SizeUnit | null {
  if (wanted && ranges[wanted]) return wanted
  return ranges.bytes ? 'bytes' : ranges.keys ? 'keys' : null
}

/** The range of the source, wide enough for a marked size from an address. */
export function rangeWith(range: SizeRange, mark: Size | null): SizeRange {
  if (!mark || (mark.value >= range.low && mark.value <= range.high)) return range
  return rangeAround(Math.min(range.low, mark.value), Math.max(range.high, mark.value), range.by)
}

/** Reads of the origin, a second; null where the source tells no pace. */
export const originPerSecond = ({ pace }: SourceInfo, { fills, hitRatio }: Pick<CurvePoint, 'fills' | 'hitRatio'>): number | null =>
  pace === null ? null : 'seconds' in pace ? fills / pace.seconds : pace.readsPerSecond * (1 - hitRatio)

/** The same of a part of the keys. */
export const partOriginPerSecond = ({ pace }: SourceInfo, { fills, hitRatio, readsShare }: CurvePart): number | null =>
  pace === null || hitRatio === null || fills === null
    ? null
    : 'seconds' in pace
      ? fills / pace.seconds
      : pace.readsPerSecond * readsShare * (1 - hitRatio.value)
