import { latest } from '../../math/rates.ts'
import type { CurvesView } from '../../model/answers/curves.ts'
import type { CurvePoint } from '../../model/record.ts'
import type { TtlPolicy } from '../../model/topology.ts'
import { type Ask, type At, known, type NewCurve, pointOf } from './forecast.ts'

/** TTLs that are tried, as parts of the present one. */
const LIVES = [1, 0.1, 0.25, 0.5, 1.5, 2, 2.5, 3, 5]
/** As the remedy tries them. */
const JITTERS = [0.1, 0.2, 0.3, 0.5]
/** Keys of a policy that spreads its ends as much do not end together: no more is asked of a worker thread. */
const SPREAD = 0.2
const POLICIES_MOST = 5
/** No limit: whatever is stored is held until it ends. */
const UNBOUNDED_KEYS = 1_000_000_000_000

/** The cache that a policy's keys are in. `evicts`: they share full memory with all others, and so does what they win or lose. */
type Shared = { max: number | null; evicts: boolean; requests: number | null }

/** Of each TTL policy, as far as this target's references hold its keys: its TTL and its jitter varied. */
export async function ttlCurves(at: At, target: string, cache: Shared, ask: Ask): Promise<NewCurve[]> {
  const requests = cache.requests ?? (await known(ask({ source: { target }, sizes: { keys: [UNBOUNDED_KEYS] } })))?.requests
  if (!requests || (cache.evicts && !cache.max)) return []
  const curves: NewCurve[] = []
  const { ttls } = at.engine.topology()
  for (const policy of ttls.filter(({ error }) => !error).slice(0, POLICIES_MOST))
    curves.push(...(await curvesOf(policy, { at, target, cache: { ...cache, requests }, ask })))
  return curves
}

type Asking = { at: At; target: string; cache: Shared & { requests: number }; ask: Ask }

/** A policy's TTL and jitter varied, one after the other; empty where not even the present one is known. */
async function curvesOf(policy: TtlPolicy, asking: Asking): Promise<NewCurve[]> {
  const { ttlMs, jitter } = policy
  const lives = await tried(
    policy,
    LIVES.map((part) => ({ ms: Math.round(part * ttlMs), jitter })),
    asking,
  )
  if (!lives) return []
  const more = jitter < SPREAD ? JITTERS.filter((one) => one > jitter + 1e-9) : []
  const jitters = await tried(
    policy,
    more.map((one) => ({ ms: ttlMs, jitter: one })),
    asking,
  )
  return [
    curveOf('ttl', policy, lives, asking),
    ...(jitters ? [curveOf('jitter', policy, { ...jitters, points: [lives.points[0]!, ...jitters.points] }, asking)] : []),
  ]
}

type Tried = { first: CurvesView; points: CurvePoint[] }

/** Each of these TTLs, as far as it can be told; null where the first cannot. */
async function tried(
  { match }: TtlPolicy,
  ttls: readonly { ms: number; jitter: number }[],
  { at, target, cache, ask }: Asking,
): Promise<Tried | null> {
  const { max, evicts } = cache
  const sizes = max ? { bytes: [max] } : { keys: [UNBOUNDED_KEYS] }
  const perKey = bytesPerKey(at, target)
  const points: CurvePoint[] = []
  let first: CurvesView | undefined
  for (const ttl of ttls) {
    // Keys have to live and end more than once while it is looked at.
    const tooLong = (spanMs: number) => 2 * ttl.ms > spanMs
    if (first && tooLong(first.spanMs)) continue
    const answer = await known(
      evicts ? ask({ source: { target }, parts: [{ match, ttl }], sizes }) : ask({ source: { target, match }, ttl, sizes }),
    )
    const point = answer?.points[0]
    const part = point?.parts?.[0]
    // Of a part that is too small nothing is known.
    if (!answer || !point || tooLong(answer.spanMs) || (evicts && (!part?.hitRatio || !answer.present))) {
      if (!first) return null
      continue
    }
    first ??= answer
    points.push({
      ...pointOf(point),
      ttlMs: ttl.ms,
      jitter: ttl.jitter,
      // In a full cache nothing becomes free: what they hold less, others hold.
      ...(evicts ? { ageP95Ms: part?.age?.p95 ?? null } : { heldBytes: heldBytes(point, perKey) }),
    })
  }
  return first ? { first, points } : null
}

/**
 * Where every key has its place until it ends, what a policy's keys hit is their own affair. In a full cache each key that lives longer takes
 * the place of another: what all keys hit is told.
 */
function curveOf(varies: 'ttl' | 'jitter', { name }: TtlPolicy, { first, points }: Tried, { at, cache }: Asking): NewCurve {
  const { evicts, requests } = cache
  return {
    kind: 'curve',
    id: `${varies}/${name}`,
    at: at.now(),
    varies,
    ttl: name,
    points,
    present: { point: 0, measured: evicts ? first.present!.measured : points[0]!.hitRatio },
    spanMs: first.spanMs,
    readsShare: evicts ? 1 : Math.min(1, first.requests / requests),
    ...(evicts && { ofAll: true as const }),
    basis: first.basis,
  }
}

/** Metrics are looked at so far back. */
const SPAN_MS = 60_000
/** With fewer keys, what one takes is not told from what the server itself takes. */
const KEYS_LEAST = 1_000

/** As references tell the sizes; else what a key of this cache takes in the mean. */
const heldBytes = ({ held }: CurvesView['points'][number], perKey: number | null): number | null =>
  held.bytes ?? (perKey === null ? null : held.keys * perKey)

function bytesPerKey({ store, now }: At, target: string): number | null {
  const window = store.window(now() - SPAN_MS, now())
  const [used, keys] = ['cache_memory_used_bytes', 'cache_items'].map((metric) => {
    const series = window.series(metric, { target }).find(({ labels }) => Object.keys(labels).length === 1)
    return series ? latest(series.points) : null
  })
  return used && keys && keys >= KEYS_LEAST ? used / keys : null
}
