import { z } from 'zod'
import type { Admission, AdmissionLimit } from '../../model/admission.ts'
import { wireNumber } from './client.ts'
import { budgetShape } from './retries.ts'
import { isObject } from './routes.ts'

/** Wrapped numbers come bare in protobuf's JSON; some encoders write `{ value: N }`. */
const wrapped = z.union([wireNumber, z.looseObject({ value: wireNumber }).transform(({ value }) => value)])

const thresholdsShape = z.looseObject({
  priority: z.union([z.string(), z.number()]).optional(),
  max_connections: wrapped.optional(),
  max_pending_requests: wrapped.optional(),
  max_requests: wrapped.optional(),
  max_retries: wrapped.optional().catch(undefined),
  retry_budget: budgetShape.optional().catch(undefined),
})
const oneByOne = z.array(z.unknown()).default([])
/** `CircuitBreakers` (circuit_breaker.proto). */
export const breakersShape = z
  .looseObject({ thresholds: oneByOne, per_host_thresholds: oneByOne })
  .transform(({ thresholds, per_host_thresholds }) => ({ own: usualOf(thresholds), perHost: usualOf(per_host_thresholds) }))
export type Thresholds = z.infer<typeof thresholdsShape>
export type Breakers = { own: Thresholds | null; perHost: Thresholds | null }

/** The first of the default priority: requests of routes with `priority: HIGH` have breakers of their own. */
function usualOf(list: readonly unknown[]): Thresholds | null {
  for (const value of list) {
    const { data } = thresholdsShape.safeParse(value)
    if (data && data.priority !== 'HIGH' && data.priority !== 1) return data
  }
  return null
}

/** Envoy's own of connections, requests and waiting requests (circuit_breaker.proto). */
const DEFAULT_MAX = 1024
/** Control planes switch a breaker off by the largest number that there is (Istio: 4294967295). */
const NO_LIMIT = 2 ** 31 - 1

const KINDS = [
  ['max_requests', 'requests'],
  ['max_connections', 'connections'],
  ['max_pending_requests', 'waiting requests'],
] as const

/** Filters that refuse requests before a cluster is chosen, by the types of their configuration. */
const FILTER = /\.(local_ratelimit|ratelimit|adaptive_concurrency|admission_control)\.v\d+\w*\.\w+$/

/** The filters that limit requests anywhere in a dump, by their names. */
export function limitersIn(sections: readonly unknown[]): string[] {
  const found = new Set<string>()
  const waiting: unknown[] = [...sections]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (Array.isArray(next)) for (const item of next) waiting.push(item)
    if (!isObject(next)) continue
    for (const type of [next['@type'], next.type_url]) {
      const name = typeof type === 'string' ? FILTER.exec(type)?.[1] : undefined
      if (name) found.add(name)
    }
    for (const inner of Object.values(next)) if (inner !== null && typeof inner === 'object') waiting.push(inner)
  }
  return [...found].sort()
}

type Configured = { breakers: Breakers; limiters: readonly string[] }

/** What limits the requests to a cluster: its circuit breakers as they are in force, and whether somebody has chosen them. */
export function admissionOf(inForce: Breakers | undefined, configured: Configured | undefined): Admission | undefined {
  const own = inForce?.own ?? configured?.breakers.own ?? (configured ? {} : null)
  if (own === null) return undefined
  const limits = [ofCluster(own, configured?.breakers.own ?? null), ofHost(configured?.breakers.perHost ?? null)].filter(
    (one) => one !== null,
  )
  const because = configured
    ? filtersBecause(configured.limiters)
    : 'filters that limit requests stand in /config_dump, which cannot be read'
  return {
    limits,
    ...(because === undefined ? {} : { because }),
    wanted: {
      where: 'the cluster',
      line: 'circuit_breakers: { thresholds: [{ max_requests: LIMIT, max_connections: LIMIT, max_pending_requests: LIMIT }] }',
    },
  }
}

function ofCluster(now: Thresholds, chosen: Thresholds | null): AdmissionLimit | null {
  const all = KINDS.map(([key, words]) => ({ words, most: now[key] ?? DEFAULT_MAX, chosen: chosen?.[key] !== undefined }))
  const real = all.filter(({ most }) => most < NO_LIMIT)
  if (real.length === 0)
    return { text: 'circuit breakers without a limit', nominal: 'their thresholds are the largest numbers that there are' }
  const text = `circuit breaker: at most ${real.map(({ most, words }) => `${most} ${words}`).join(', ')} at once`
  return real.some(({ most, chosen: own }) => own || most !== DEFAULT_MAX)
    ? { text }
    : { text, nominal: "1024 is Envoy's default, which nobody has chosen for this origin" }
}

function ofHost(perHost: Thresholds | null): AdmissionLimit | null {
  const most = [perHost?.max_requests, perHost?.max_connections]
  const told = (['requests', 'connections'] as const).flatMap((words, i) =>
    most[i] !== undefined && most[i] < NO_LIMIT ? [`${most[i]} ${words}`] : [],
  )
  return told.length === 0 ? null : { text: `at most ${told.join(', ')} at once on each host` }
}

const filtersBecause = (names: readonly string[]): string | undefined =>
  names.length === 0
    ? undefined
    : `${names.map((name) => `\`${name}\``).join(', ')} ${names.length === 1 ? 'stands' : 'stand'} among its filters, and which clusters that limits is not read`
