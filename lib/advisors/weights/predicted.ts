import type { PoolServer } from '../../model/topology.ts'
import type { Ceiling } from './ceilings.ts'
import type { Load } from './loads.ts'

/** A load with the share that whole weights give it. */
export type Next = Load & { next: number }
export type Predicted = { before: number; after: number; low: number; high: number }

/** Bounds of the wait for a queue: shorter ones are gone before the first poll, and none is waited for longer. */
const DRAIN_LEAST_MS = 3_000
const DRAIN_MOST_MS = 60_000
/** Uncertainty of the prediction as a part of it: traffic changes while it is watched. */
const NOISE = 0.1

/**
 * The pool's mean response in seconds. Each server's is taken as it is now, unless it has shown that its slowness follows load: then as two
 * workers would have it that are as fast as the fastest server (fastest / (1 − u²), u the part of its ceiling that it is left with). The
 * interval reaches from all that are cut being as fast as the fastest, to those that take more slowing down by half of what is added.
 */
export function predictedOf(loads: readonly Next[], fastest: number, ceilings: Map<PoolServer, Ceiling>): Predicted {
  const total = loads.reduce((sum, { rate }) => sum + rate, 0)
  const mean = (of: (load: Next) => number) => loads.reduce((sum, load) => sum + of(load), 0)
  const isCut = ({ next, share }: Next) => next < 0.995 * share
  const likely = (load: Next) => {
    const { response, server, next } = load
    const ceiling = ceilings.get(server)
    if (!ceiling?.eased) return response.value
    const used = Math.min(0.95, (next * total) / ceiling.rate)
    const queued = fastest / (1 - used ** 2)
    return isCut(load) ? Math.min(response.value, queued) : Math.max(response.value, Math.min(queued, 2 * response.value))
  }
  const after = mean((load) => load.next * likely(load))
  const best = mean((load) => load.next * (isCut(load) ? Math.min(likely(load), fastest) : Math.min(load.response.value, likely(load))))
  const worst = mean((load) => load.next * Math.max(load.response.value, likely(load)) * (1 + Math.max(0, load.next / load.share - 1) / 2))
  const grain = mean(({ next, response }) => next * response.error)
  return {
    before: mean(({ share, response }) => share * response.value),
    after,
    low: Math.max(0, Math.min(best, after) * (1 - NOISE) - grain),
    high: Math.max(worst, after) * (1 + NOISE) + grain,
  }
}

/**
 * What stood in queues before the write is answered after it, as slowly as it queued: for how long, and how far the pool's mean may rise
 * meanwhile. Null where no queue matters. `queued` gives how many requests a server has under way.
 */
export function drainOf(
  loads: readonly Next[],
  ceilings: Map<PoolServer, Ceiling>,
  queued: (server: PoolServer) => number,
): { to: number; forMs: number } | null {
  const total = loads.reduce((sum, { rate }) => sum + rate, 0)
  const drains = loads.map((load) => {
    const works = ceilings.get(load.server)?.rate ?? load.rate
    const waiting = Math.max(queued(load.server), load.rate * load.response.value)
    const spare = works - load.next * total
    const ms = load.next >= 0.995 * load.share ? 0 : spare > 0 ? Math.min(DRAIN_MOST_MS, (1000 * waiting) / spare) : DRAIN_MOST_MS
    return { ms, seconds: Math.max(load.response.value, waiting / Math.max(works, 1e-9)), part: Math.min(load.rate, works) / total }
  })
  const forMs = Math.max(...drains.map(({ ms }) => ms))
  if (forMs < DRAIN_LEAST_MS) return null
  return { to: 1.5 * drains.reduce((sum, { seconds, part }) => sum + seconds * part, 0), forMs: Math.round(forMs) }
}
