import type { Pool } from '../../model/topology.ts'
import type { Load } from './loads.ts'
import type { Cut, Plan } from './plan.ts'

/** Weights are this fine at least, where all of them are set anew. */
const FINE = 20

/** Whole weights for a plan; null when none come nearer to it. Where the others keep their shares, theirs stay as they are if they can. */
export const wholeOf = (pool: Pool, plan: Plan): Map<string, number> | null => (plan.keeps ? lowered(pool, plan) : anew(pool, plan))

/** All weights set anew, the largest as large as any is now (fine enough at least). No cut goes below its least. */
function anew(pool: Pool, { wanted, cuts }: Plan): Map<string, number> | null {
  const largest = Math.min(pool.weightMax, Math.max(FINE, ...pool.servers.map(({ weightSet }) => weightSet)))
  for (let most = largest; most <= pool.weightMax; most += FINE) {
    const unit = Math.max(...wanted.values()) / most
    const weights = new Map([...wanted].map(([load, share]) => [load, Math.max(1, Math.round(share / unit))]))
    const sum = () => [...weights.values()].reduce((total, weight) => total + weight, 0)
    for (const { load, least } of cuts) while (weights.get(load)! / sum() < least - 1e-9) weights.set(load, weights.get(load)! + 1)
    if (cuts.some(({ load }) => weights.get(load)! / sum() >= load.share)) continue
    const named = new Map([...weights].map(([{ server }, weight]) => [server.name, weight]))
    return new Map(pool.servers.map(({ name, weightSet }) => [name, named.get(name) ?? weightSet]))
  }
  return null
}

/**
 * Weights that give the slow servers about the wanted shares, and no less than `least`. Theirs alone where that is fine enough; else all of
 * the pool are multiplied (weights of 1 leave nothing to lower), by as little as does it.
 */
function lowered(pool: Pool, { cuts, wanted }: Plan): Map<string, number> | null {
  const isCut = (load: Load) => cuts.some((cut) => cut.load === load)
  const base = [...wanted.keys()].reduce((sum, load) => (isCut(load) ? sum : sum + load.server.weightSet), 0)
  const left = 1 - cuts.reduce((sum: number, cut: Cut) => sum + cut.wanted, 0)
  const largest = Math.max(...pool.servers.map(({ weightSet }) => weightSet))
  let best: { off: number; weights: number[]; times: number } | null = null
  for (let times = 1; times * largest <= pool.weightMax; times++) {
    const weights = cuts.map(({ wanted, least }) => {
      const exact = (wanted / left) * times * base
      return Math.max(1, least > 0 ? Math.ceil(exact - 1e-9) : Math.round(exact))
    })
    const sum = times * base + weights.reduce((total, weight) => total + weight, 0)
    if (cuts.some(({ load }, i) => weights[i]! / sum >= load.share)) continue
    const off = Math.max(...cuts.map(({ wanted }, i) => Math.abs(weights[i]! / sum / wanted - 1)))
    if (!best || off < best.off - 0.02) best = { off, weights, times }
    if (best.off < 0.06) break
  }
  if (!best) return null
  const { weights, times } = best
  return new Map(
    pool.servers.map((server) => {
      const i = cuts.findIndex(({ load }) => load.server === server)
      return [server.name, i >= 0 ? weights[i]! : times * server.weightSet]
    }),
  )
}
