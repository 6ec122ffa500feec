import { z } from 'zod'
import type { Retries } from '../../model/retries.ts'
import { wireNumber } from './client.ts'
import { isObject, namedIn } from './routes.ts'

/** Wrapped numbers come bare in protobuf's JSON; some encoders write `{ value: N }`. */
const wrapped = z.union([wireNumber, z.looseObject({ value: wireNumber }).transform(({ value }) => value)])

/** `RetryPolicy` (route_components.proto): without `retry_on` nothing is tried again by it. */
const policyShape = z.looseObject({ retry_on: z.string().default(''), num_retries: wrapped.default(1) })
/** `CircuitBreakers.Thresholds.RetryBudget` (circuit_breaker.proto), with its defaults. */
export const budgetShape = z.looseObject({
  budget_percent: z.union([wireNumber, z.looseObject({ value: wireNumber.default(0) }).transform(({ value }) => value)]).default(20),
  min_retry_concurrency: wrapped.default(3),
})
export type Budget = z.infer<typeof budgetShape>

/** The default of `max_retries` (circuit_breaker.proto). */
const MAX_RETRIES = 3

type Policy = { retries: number; on: string }

/**
 * Of the retry policies with which routes lead to each cluster the one that tries most often: a route's own, else its virtual host's. A cluster that no
 * route leads to has none.
 */
export function retriedBy(sections: readonly unknown[]): Map<string, Policy> {
  const found = new Map<string, Policy>()
  const waiting: { value: unknown; around: Policy | null }[] = [{ value: sections, around: null }]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, around } = next
    if (Array.isArray(value)) for (const item of value) waiting.push({ value: item, around })
    if (!isObject(value)) continue
    // A virtual host has domains; what it says holds for its routes that say nothing.
    const own = Array.isArray(value.domains) ? policyIn(value.retry_policy) : around
    if (isObject(value.route)) {
      const policy = policyIn(value.route.retry_policy) ?? own ?? NONE
      for (const cluster of namedIn(value.route)) {
        const before = found.get(cluster)
        if (before === undefined || policy.retries > before.retries) found.set(cluster, policy)
      }
    }
    for (const inner of Object.values(value)) if (inner !== null && typeof inner === 'object') waiting.push({ value: inner, around: own })
  }
  return found
}

const NONE: Policy = { retries: 0, on: '' }

function policyIn(value: unknown): Policy | null {
  if (value === undefined) return null
  const { data } = policyShape.safeParse(value)
  if (!data) return null
  return data.retry_on === '' ? NONE : { retries: data.num_retries, on: data.retry_on }
}

/** How often Envoy sends a request of a cluster again: by the route that does so most, within the cluster's breaker or budget. */
export function retriesOf(
  most: Policy | undefined,
  own: { max_retries?: number | undefined; retry_budget?: Budget | undefined } | null,
): Retries {
  if (most === undefined) return { more: null, text: 'no route of its configuration leads to it' }
  if (most.retries === 0) return { more: 0, text: 'no route to it has a `retry_policy`' }
  const said = `\`num_retries: ${most.retries}\` on \`${most.on.slice(0, 100)}\``
  const budget = own?.retry_budget
  if (budget)
    return { more: most.retries, budget: budget.budget_percent / 100, text: `${said}, \`retry_budget\` ${budget.budget_percent} %` }
  const atOnce = own?.max_retries ?? MAX_RETRIES
  const breaker = `\`max_retries: ${atOnce}\`${own?.max_retries === undefined ? ' by default' : ''}`
  return { more: most.retries, ...(atOnce < 2 ** 31 - 1 && { atOnce }), text: `${said}, ${breaker}` }
}
