import { expect, test } from 'vitest'
import { ABLE, fleetAt, poolOf, Tape } from '../../test/normal.ts'
import { FROM } from '../../test/series.ts'
import type { Finding } from '../model/finding.ts'
import type { Draft } from '../model/proposal.ts'
import type { Pool } from '../model/topology.ts'
import { originLimit } from './origin-limit.ts'
import { saturationOf } from './saturation.ts'

const finding = { id: 'f', rule: 'balancer/origin-unlimited', subject: { target: 'edge', pool: 'app' } } as unknown as Finding
const SECONDS = 600
const ADMISSION = { limits: [], wanted: { where: 'backend app', line: 'server NAME … maxconn LIMIT' } }

/**
 * Two servers that serve 100 requests a second each, in 20 ms while none waits: asked 60 each, and 100 with a queue of 8 inside of them in a wave
 * of a minute. `wave: false`: it never comes.
 */
function fleet({ wave = true, busyNow = false, can = { ...ABLE, limit: true } as Pool['can'] } = {}) {
  const pool = poolOf('edge', 'app', [1, 1], { can, admission: ADMISSION })
  const tape = new Tape()
  let requests = 0
  for (let t = 0; t <= SECONDS; t++) {
    const at = FROM + t * 1_000
    const full = (wave && t >= 200 && t < 260) || (busyNow && t >= 560)
    const rate = full ? 100 : 60
    const seconds = full ? 0.1 : 0.02
    requests += rate
    for (const { name: server } of pool.servers) {
      const labels = { target: 'edge', pool: 'app', server }
      tape.put(at, 'pool_requests_total', labels, requests)
      tape.put(at, 'pool_response_seconds', labels, seconds)
      tape.put(at, 'pool_sessions', labels, rate * seconds)
    }
    tape.put(at, 'pool_requests_total', { target: 'edge', pool: 'app' }, 2 * requests)
    tape.put(at, 'pool_response_seconds', { target: 'edge', pool: 'app' }, seconds)
  }
  const window = tape.window(SECONDS)
  return { pool, window, topology: fleetAt(window, [pool], [], window.to) }
}
const propose = (options?: Parameters<typeof fleet>[0]) => {
  const { window, topology } = fleet(options)
  return originLimit.propose(finding, window, topology)
}

test('saturation is what was served while requests waited for each other, and how long one takes while none does', () => {
  const { window, pool } = fleet()
  expect(saturationOf(window, pool)).toMatchObject({ rate: expect.closeTo(200, -1), seconds: expect.closeTo(0.02, 3) })
  const calm = fleet({ wave: false })
  expect(saturationOf(calm.window, calm.pool)).toBeNull()
})

test('each server is limited to what keeps it busy, and the present load stays as it is', () => {
  // 200 a second of 20 ms are 4 under way, half as much again for bursts: 3 on each.
  const draft = propose() as Draft
  expect(draft).toMatchObject({
    steps: ['app1', 'app2'].map((server) => ({ setting: { target: 'edge', name: `app/${server}/maxconn` }, before: '0', after: '3' })),
    because: expect.stringMatching(/serves at most about 200.*20.ms while none waits.*more than 6 under way/),
    predict: { metric: 'pool_response_seconds', holds: true, after: expect.closeTo(0.02, 3) },
    patch: 'in backend app: server NAME … maxconn 3',
    risk: 'low',
  })
  const { low, after, high } = draft.predict as { low: number; after: number; high: number }
  expect(low < after && after < high).toBe(true)
})

test('nothing is proposed of what is not known, or in the rush itself; where it cannot be set the lines are given', () => {
  expect(propose({ wave: false })).toMatchObject({
    none: expect.stringMatching(/bear is not known.*in backend app: server NAME … maxconn LIMIT$/),
  })
  expect(propose({ busyNow: true })).toMatchObject({
    none: expect.stringMatching(/is at its limits now: 20 requests are under way, where 6 keep/),
  })
  expect(propose({ can: ABLE })).toMatchObject({ none: expect.stringMatching(/set that in backend app: server NAME … maxconn 3\.$/) })
  expect(propose({ can: { ...ABLE, limit: { because: 'it has no socket' } } })).toMatchObject({
    none: expect.stringContaining('cannot be set from here: it has no socket'),
  })
})

test('slow answers while less is served are no saturation: something else is wrong', () => {
  const { pool } = fleet()
  const tape = new Tape()
  let requests = 0
  for (let t = 0; t <= SECONDS; t++) {
    const stuck = t >= 200 && t < 300
    requests += stuck ? 20 : 60
    for (const { name: server } of pool.servers) {
      const labels = { target: 'edge', pool: 'app', server }
      tape.put(FROM + t * 1_000, 'pool_requests_total', labels, requests)
      tape.put(FROM + t * 1_000, 'pool_response_seconds', labels, stuck ? 0.2 : 0.02)
    }
  }
  expect(saturationOf(tape.window(SECONDS), pool)).toBeNull()
})
