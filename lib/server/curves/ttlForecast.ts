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

/** The cache that a policy's keys are in. `evicts`: they share full memory with all others, and so does what they win or lose. */
type Shared = { max: number | null; evicts: boolean; requests: number | null }

/** Of each TTL policy, as far as this target's references hold its keys. */
export async function ttlCurves(at: At, target: string, cache: Shared, ask: Ask): Promise<NewCurve[]> {
  const curves: NewCurve[] = []
  const requests = cache.requests ?? (await known(ask({ source: { target }, sizes: { keys: [UNBOUNDED_KEYS] } })))?.requests
  if (!requests) return []
  const { ttls } = at.engine.topology()
  for (const policy of ttls.filter(({ error }) => !error).slice(0, POLICIES_MOST)) {
    const curve = cache.evicts
      ? await curveOfAll(at, target, policy, cache.max, ask)
      : await curveOfItsKeys(at, target, policy, { ...cache, requests }, ask)
    if (curve) curves.push(curve)
  }
  return curves
}

/** Where every key has its place until it ends, what a policy's keys hit is their own affair. */
async function curveOfItsKeys(
  at: At,
  target: string,
  policy: TtlPolicy,
  { max, requests }: { max: number | null; requests: number },
  ask: Ask,
): Promise<NewCurve | null> {
  const { match, jitter } = policy
  const sizes = max ? { bytes: [max] } : { keys: [UNBOUNDED_KEYS] }
  const tried = await triedLives(policy, (ms) => ask({ source: { target, match }, ttl: { ms, jitter }, sizes }))
  if (!tried) return null
  const { first, lives } = tried
  const perKey = bytesPerKey(at, target)
  const points = lives.map(({ ms, point }) => ({ ...pointOf(point), ttlMs: ms, heldBytes: heldBytes(point, perKey) }))
  return curveOf(at, policy, points, { measured: points[0]!.hitRatio, readsShare: Math.min(1, first.requests / requests), ...first })
}

/** In a full cache each key that lives longer takes the place of another: what all keys hit is told, and nothing becomes free. */
async function curveOfAll(at: At, target: string, policy: TtlPolicy, max: number | null, ask: Ask): Promise<NewCurve | null> {
  const { match, jitter } = policy
  if (!max) return null
  const tried = await triedLives(policy, (ms) =>
    ask({ source: { target }, parts: [{ match, ttl: { ms, jitter } }], sizes: { bytes: [max] } }),
  )
  if (!tried?.first.present || !tried.first.points[0]?.parts?.[0]?.hitRatio) return null
  const points = tried.lives.map(({ ms, point }) => ({ ...pointOf(point), ttlMs: ms, ageP95Ms: point.parts?.[0]?.age?.p95 ?? null }))
  return { ...curveOf(at, policy, points, { measured: tried.first.present.measured, readsShare: 1, ...tried.first }), ofAll: true }
}

type Tried = { first: CurvesView; lives: { ms: number; point: CurvesView['points'][number] }[] }

/** The present TTL and others; null where not even that is known. */
async function triedLives({ ttlMs }: TtlPolicy, ask: (ms: number) => Promise<CurvesView>): Promise<Tried | null> {
  const lives: Tried['lives'] = []
  let first: CurvesView | undefined
  for (const part of LIVES) {
    const ms = Math.round(part * ttlMs)
    const answer = await known(ask(ms))
    // Keys have to live and end more than once while it is looked at.
    if (!answer || 2 * ms > answer.spanMs) break
    first ??= answer
    lives.push({ ms, point: answer.points[0]! })
  }
  return first ? { first, lives } : null
}

type About = { measured: number; readsShare: number } & Pick<CurvesView, 'spanMs' | 'basis'>

const curveOf = (at: At, { name }: TtlPolicy, points: CurvePoint[], { measured, readsShare, spanMs, basis }: About): NewCurve => ({
  kind: 'curve',
  id: `ttl/${name}`,
  at: at.now(),
  varies: 'ttl',
  ttl: name,
  points,
  present: { point: 0, measured },
  spanMs,
  readsShare,
  basis,
})

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
