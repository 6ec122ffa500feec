import { expect, test } from 'vitest'
import { cacheDay, fleetAt, poisson, poolDay, poolOf, Tape } from '../../test/normal.ts'
import { randomOf } from '../../test/random.ts'
import { replay } from '../../test/replay.ts'
import { FROM } from '../../test/series.ts'
import { readEdges } from '../model/edges.ts'
import { longSessions } from './balancer/long-sessions.ts'
import { originUnlimited } from './balancer/origin-unlimited.ts'
import { shedding } from './balancer/shedding.ts'
import { slowChecks } from './balancer/slow-checks.ts'
import { coldCacheOverload } from './fleet/cold-cache-overload.ts'

const SECONDS = 200

/** A pool with HAProxy's own checks, limits with capacity to spare, one abuser that is turned away now and then, and a cache before it. */
function ordinaryDay(seed: number) {
  const random = randomOf(seed)
  const made = poolOf('edge', 'app', [100, 100, 100, 100])
  const admission = { limits: [{ text: 'maxconn 100 on each of its 4 servers' }] }
  const pool = { ...made, admission, servers: made.servers.map((server) => ({ ...server, detectMs: 6_000 })) }
  const tape = new Tape()
  poolDay(tape, pool, { seed, seconds: SECONDS }, 240)
  cacheDay(tape, 'cache-a', { seed, seconds: SECONDS }, 200)
  let shed = 0
  for (let t = 0; t <= SECONDS; t++) {
    const at = FROM + t * 1_000
    shed += poisson(0.3, random)
    tape.put(at, 'pool_shed_total', { target: 'edge', pool: 'app' }, shed)
    for (const { name: server } of pool.servers) {
      tape.put(at, 'pool_sessions', { target: 'edge', pool: 'app', server }, poisson(1.2, random))
      tape.put(at, 'pool_sessions_max', { target: 'edge', pool: 'app', server }, 100)
    }
  }
  return { pool, window: tape.window(SECONDS) }
}

test.each([shedding, longSessions, slowChecks, originUnlimited, coldCacheOverload].map((rule) => [rule.id, rule] as const))(
  '%s raises nothing on three ordinary days, and judges them',
  (_, rule) => {
    for (let seed = 1; seed <= 3; seed++) {
      const { pool, window } = ordinaryDay(seed)
      const edges = readEdges([{ from: 'cache:cache-a', to: 'pool:edge/app' }])
      const topology = (at: number) => {
        const fleet = fleetAt(window, [pool], ['cache-a'], at)
        return { ...fleet, edges }
      }
      expect(replay(rule as never, window, { topology })).toEqual([])
      expect([...rule.detect(window, topology(window.to), rule.settings.parse({}) as never)].map(({ is }) => is)).toEqual(['clear'])
    }
  },
)
