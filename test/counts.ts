import type { Pool } from '../lib/model/topology.ts'
import { poisson, poolOf, Tape } from './normal.ts'
import { randomOf } from './random.ts'
import { FROM } from './series.ts'

export type CountsOptions = {
  seed: number
  seconds: number
  servers: number
  perSecond: number
  /** Round robin is exact; by chance every request is a draw; by keys the draws follow how popular the keys are that a server owns. */
  by: 'turns' | 'chance' | 'keys'
  /** From `at` on the first server gets `times` its share. */
  skew?: { at: number; times: number }
  sticky?: string
}

/** Requests of a pool's servers, second by second, and nothing else: for rules that judge shares. */
export function countsDay({ seed, seconds, servers, perSecond, by, skew, sticky }: CountsOptions): { tape: Tape; pool: Pool } {
  const random = randomOf(seed)
  const pool = poolOf('edge', 'app', new Array<number>(servers).fill(100), {
    ...(by === 'keys' ? { balances: 'hash' as const, algorithm: 'uri consistent' } : {}),
    ...(sticky ? { sticky } : {}),
  })
  const tape = new Tape()
  const parts = by === 'keys' ? popularity(servers, random) : new Array<number>(servers).fill(1 / servers)
  const counts = new Array<number>(servers).fill(1_000)
  let turn = 0
  for (let t = 0; t <= seconds; t++) {
    const factor = skew && t >= skew.at ? skew.times : 1
    const first = Math.min(0.95, parts[0]! * factor)
    const rest = (1 - first) / (1 - parts[0]!)
    const all = poisson(perSecond, random)
    for (let i = 0; i < servers; i++) {
      const part = i === 0 ? first : parts[i]! * rest
      // Independent Poisson counts are a multinomial draw of a Poisson total.
      counts[i]! +=
        by === 'turns' && factor === 1 ? Math.floor((all + ((turn + i) % servers)) / servers) : poisson(perSecond * part, random)
      const labels = { target: 'edge', pool: 'app', server: `app${i + 1}` }
      tape.put(FROM + t * 1000, 'pool_requests_total', labels, counts[i]!)
      if (t === 0 || t === seconds) {
        tape.put(FROM + t * 1000, 'pool_up', labels, 1)
        tape.put(FROM + t * 1000, 'pool_weight_effective', labels, 100)
      }
    }
    turn += all
  }
  return { tape, pool }
}

const KEYS = 5_000

/** Shares of the servers when keys as popular as words (Zipf, 0.9; none above 2 %) are dealt out among them by hash. */
function popularity(servers: number, random: () => number): number[] {
  const weights = Array.from({ length: KEYS }, (_, i) => (i + 8) ** -0.9)
  const sum = weights.reduce((total, weight) => total + weight, 0)
  const parts = new Array<number>(servers).fill(0)
  for (const weight of weights) parts[Math.floor(random() * servers)]! += weight / sum
  return parts
}
