import { describe, expect, it } from 'vitest'
import { poolOf, Tape } from '../../../test/normal.ts'
import { FROM } from '../../../test/series.ts'
import type { Pool } from '../../model/topology.ts'
import { poolDrillPlan } from './plan.ts'

type Own = { pool?: Partial<Pool>; perSecond?: (t: number) => number; secondsAt?: (rate: number) => number; limit?: number }

/** Ten minutes of a pool of three servers of equal weights; a share of its requests each. */
function plan(
  { pool: own = {}, perSecond = () => 300, secondsAt = () => 0.02, limit = 100 }: Own = {},
  asked: Partial<Parameters<typeof poolDrillPlan>[2]> = {},
) {
  const pool = { ...poolOf('edge', 'app', [100, 100, 100]), ...own }
  const tape = new Tape()
  const counts = pool.servers.map(() => 0)
  for (let t = 0; t <= 600; t++) {
    const [at, rate] = [FROM + t * 1_000, perSecond(t)]
    for (const [i, { name: server }] of pool.servers.entries()) {
      const labels = { target: 'edge', pool: 'app', server }
      counts[i]! += rate / 3
      tape.put(at, 'pool_requests_total', labels, Math.round(counts[i]!))
      tape.put(at, 'pool_errors_total', labels, 0)
      tape.put(at, 'pool_response_seconds', labels, secondsAt(rate))
      tape.put(at, 'pool_sessions', labels, (rate / 3) * secondsAt(rate))
      tape.put(at, 'pool_sessions_max', labels, limit)
    }
    tape.put(at, 'pool_queue', { target: 'edge', pool: 'app' }, 0)
  }
  return poolDrillPlan([pool], tape.window(600), { target: 'edge', pool: 'app', server: 'app2', lastsMs: 60_000, ...asked })
}
const wave = (t: number) => 200 + 100 * Math.sin(t / 40)
const of = ({ expects }: ReturnType<typeof plan>, metric: string) => expects.filter((one) => one.metric === metric)

describe('the plan of a drill of a server', () => {
  it('drains it, or sets its weight to 0, and expects the others to take its share', () => {
    const drained = plan()
    expect(drained.steps).toEqual([{ setting: { target: 'edge', name: 'app/app2/state' }, after: 'drain' }])
    expect(plan({}, { way: 'weight' }).steps).toEqual([{ setting: { target: 'edge', name: 'app/app2/weight' }, after: '0' }])
    expect(drained.share).toBeCloseTo(1 / 3, 2)
    expect(drained.load).toBeCloseTo(1.5, 1)
    expect(of(drained, 'pool_share')).toMatchObject([
      { where: { server: 'app1' }, before: expect.closeTo(1 / 3, 2), after: 0.5, fromMs: 5_000, toMs: 60_000 },
      { where: { server: 'app3' }, after: 0.5 },
    ])
    expect(of(drained, 'pool_queue')).toMatchObject([{ after: 0, high: 1 }])
    expect(of(drained, 'pool_error_ratio')).toMatchObject([{ after: 0, low: 0, high: 0.01 }])
    expect(drained.guards.map(({ metric }) => metric)).toEqual(['pool_error_ratio', 'pool_response_seconds'])
  })

  it('foresees the response by the load-latency line, where the load then was seen', () => {
    const slower = (rate: number) => 0.02 + 0.000_2 * Math.max(0, rate - 200)
    const { line, expects, risks } = plan({ perSecond: wave, secondsAt: slower })
    expect(line!.knee!.low).toBeLessThan(205)
    expect(line!.knee!.high).toBeGreaterThan(195)
    const response = expects.find(({ metric }) => metric === 'pool_response_seconds')!
    expect(response.after).toBeGreaterThan(1.3 * response.before)
    expect(risks.join()).toMatch(/answers were slower from/)
  })

  it('says that it is a guess where so much load was never seen', () => {
    const { line, risks, expects } = plan({ perSecond: (t) => 300 + 6 * Math.sin(t / 40) })
    expect(line!.knee).toBeNull()
    expect(risks.join()).toMatch(/was not seen, so that how long answers take then is a guess/)
    const response = expects.find(({ metric }) => metric === 'pool_response_seconds')!
    expect(response.high).toBeGreaterThan(1.3 * response.after)
  })

  it('expects no queue where the others would be full, and says so', () => {
    const full = plan({ limit: 3 })
    expect(of(full, 'pool_queue')).toEqual([])
    expect(full.risks.join()).toMatch(/of the sessions that they may: requests wait in the queue/)
  })

  it('expects no shares of a sticky pool', () => {
    const sticky = plan({ pool: { sticky: 'cookie SRV' } })
    expect(of(sticky, 'pool_share')).toEqual([])
    expect(sticky.risks.join()).toMatch(/Sessions that stick to app2/)
  })

  it('refuses what is not there, what takes no requests, the last one, and what cannot be set', () => {
    expect(() => plan({}, { server: 'app9' })).toThrow(/has no server of that name/)
    expect(() => plan({}, { pool: 'none' })).toThrow(/no pool of that name/)
    const servers = poolOf('edge', 'app', [100, 100, 100]).servers
    const out = servers.map((one) => (one.name === 'app2' ? { ...one, state: 'down' as const } : one))
    expect(() => plan({ pool: { servers: out } })).toThrow(/takes no requests now/)
    const last = servers.map((one) => (one.name === 'app2' ? one : { ...one, state: 'down' as const }))
    expect(() => plan({ pool: { servers: last } })).toThrow(/every one would fail/)
    const because = { because: 'its file alone has them' }
    expect(() => plan({ pool: { can: { weight: because, state: because, slowStart: because } } })).toThrow(/its file alone has them/)
  })
})
