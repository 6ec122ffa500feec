import { latest } from '../../math/rates.ts'
import type { CurvesView } from '../../model/answers/curves.ts'
import type { CurvePoint } from '../../model/record.ts'
import type { TtlPolicy } from '../../model/topology.ts'
import { type Ask, type At, known, type NewCurve, pointOf } from './forecast.ts'

/** TTLs that are tried, as parts of the present one. */
const LIVES = [1, 0.1, 0.25, 0.5, 0.75, 1.5, 2, 2.5, 3, 5]
const POLICIES_MOST = 5
/** No limit: whatever is stored is held until it ends. */
const UNBOUNDED_KEYS = 1_000_000_000_000

/** Of each TTL policy, as far as this target's references hold its keys. */
export async function ttlCurves(at: At, target: string, max: number | null, requests: number | null, ask: Ask): Promise<NewCurve[]> {
  const curves: NewCurve[] = []
  const all = requests ?? (await known(ask({ source: { target }, sizes: { keys: [UNBOUNDED_KEYS] } })))?.requests
  if (!all) return []
  const { ttls } = at.engine.topology()
  for (const policy of ttls.filter(({ error }) => !error).slice(0, POLICIES_MOST)) {
    const curve = await ttlCurve(at, target, policy, max, all, ask)
    if (curve) curves.push(curve)
  }
  return curves
}

async function ttlCurve(
  at: At,
  target: string,
  { name, match, ttlMs, jitter }: TtlPolicy,
  max: number | null,
  requests: number,
  ask: Ask,
): Promise<NewCurve | null> {
  const points: CurvePoint[] = []
  let first: CurvesView | undefined
  const perKey = bytesPerKey(at, target)
  for (const part of LIVES) {
    const ms = Math.round(part * ttlMs)
    const sizes = max ? { bytes: [max] } : { keys: [UNBOUNDED_KEYS] }
    const answer = await known(ask({ source: { target, match }, ttl: { ms, jitter }, sizes }))
    // Keys have to live and end more than once while it is looked at.
    if (!answer || 2 * ms > answer.spanMs) break
    first ??= answer
    points.push({ ...pointOf(answer.points[0]!), ttlMs: ms, heldBytes: heldBytes(answer.points[0]!, perKey) })
  }
  if (!first) return null
  return {
    kind: 'curve',
    id: `ttl/${name}`,
    at: at.now(),
    varies: 'ttl',
    ttl: name,
    points,
    present: { point: 0, measured: points[0]!.hitRatio },
    spanMs: first.spanMs,
    readsShare: Math.min(1, first.requests / requests),
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
