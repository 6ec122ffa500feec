import { expect, test } from 'vitest'
import { ABLE, fleetAt, type PoolFault, poolDay, poolOf, Tape } from '../../test/normal.ts'
import { FROM } from '../../test/series.ts'
import type { DetectorSettings, SettingsOf } from '../model/detector.ts'
import type { Finding } from '../model/finding.ts'
import type { Draft } from '../model/proposal.ts'
import type { Pool } from '../model/topology.ts'
import { drainServer } from './drain-server.ts'

const finding = (more: Partial<Finding> = {}): Finding =>
  ({
    id: 'f',
    rule: 'balancer/error-rate',
    subject: { target: 'edge', pool: 'app', server: 'app2' },
    summary: 'app2 fails 30 % of its requests',
    since: FROM + 100_000,
    evidence: [],
    ...more,
  }) as unknown as Finding

function propose(weights: number[], about = finding(), can: Pool['can'] = ABLE) {
  const pool = poolOf('edge', 'app', weights, { can })
  const tape = new Tape()
  poolDay(tape, pool, { seed: 2, seconds: 130 }, 240, {
    fault: (t, server, now) => {
      if (t >= 100 && server === 'app2') now.errorRatio = 0.3
    },
  })
  const window = tape.window(130)
  const topology = fleetAt(window, [pool], [], window.to)
  return drainServer.propose(about, window, topology)
}

test('one of four is drained, with the error ratio that is left', () => {
  const draft = propose([1, 1, 1, 1]) as Draft
  expect(draft).toMatchObject({
    steps: [{ setting: { target: 'edge', name: 'app/app2/state' }, before: 'ready', after: 'drain' }],
    predict: { metric: 'pool_error_ratio', where: { target: 'edge', pool: 'app' }, before: expect.closeTo(0.075, 1) },
    risk: 'low',
  })
  expect((draft.predict as { after: number }).after).toBeLessThan(0.005)
})
test('never so that the others could not carry it', () => {
  expect(propose([1, 1])).toMatchObject({ none: expect.stringMatching(/2.00× the load/) })
  expect(propose([10, 100, 10])).toMatchObject({ none: expect.stringMatching(/Add a server first/) })
})
test('a pool that fails alike, a product that cannot, a server that is gone', () => {
  expect(propose([1, 1, 1, 1], finding({ subject: { target: 'edge', pool: 'app' } }))).toMatchObject({
    none: expect.stringMatching(/fail alike/),
  })
  const because = 'its statistics are read from the page alone'
  expect(propose([1, 1, 1, 1], finding(), { weight: true, state: true, slowStart: { because } })).toHaveProperty('steps')
  expect(propose([1, 1, 1, 1], finding(), { weight: true, state: { because }, slowStart: true })).toMatchObject({
    none: expect.stringContaining(because),
  })
  expect(propose([1, 1, 1, 1], finding({ subject: { target: 'edge', pool: 'app', server: 'gone' } }))).toBeNull()
})
test('a flapping one is drained without a promise', () => {
  const draft = propose(
    [1, 1, 1, 1],
    finding({ rule: 'balancer/server-flapping', subject: { target: 'edge', pool: 'app', server: 'app3' } }),
  ) as Draft
  expect(draft.predict).toHaveProperty('absentBecause')
})

/** A pool of four, a quarter of the requests each; `change` may bend it. */
function refusal(change: (pool: ReturnType<typeof poolOf>, tape: Tape) => void, fault?: PoolFault, settingsOf?: SettingsOf) {
  const pool = poolOf('edge', 'app', [1, 1, 1, 1])
  const tape = new Tape()
  poolDay(tape, pool, { seed: 2, seconds: 130 }, 240, {
    fault: (t, server, now) => {
      if (t >= 100 && server === 'app2') now.errorRatio = 0.3
      fault?.(t, server, now)
    },
  })
  change(pool, tape)
  const window = tape.window(130)
  const topology = fleetAt(window, [pool], [], window.to)
  return drainServer.propose(finding(), window, topology, settingsOf)
}
const sessions = (tape: Tape, now: number, most: number) => {
  for (const server of ['app1', 'app2', 'app3', 'app4']) {
    const labels = { target: 'edge', pool: 'app', server }
    tape.all.delete(`pool_sessions${JSON.stringify(labels)}`)
    for (let t = 0; t <= 130; t++) {
      tape.put(FROM + t * 1000, 'pool_sessions', labels, now)
      tape.put(FROM + t * 1000, 'pool_sessions_max', labels, most)
    }
  }
}

test('not when the others would have as many sessions as they may have; with room they may', () => {
  // 240 requests a second at 20 sessions for each 60: 80 sessions for three servers.
  expect(refusal((_pool, tape) => sessions(tape, 20, 30))).toMatchObject({
    none: expect.stringMatching(/about 8\d of at most 90 sessions/),
  })
  expect(refusal((_pool, tape) => sessions(tape, 20, 60))).toHaveProperty('steps')
})
test('not onto a backup that nobody knows, and not as the last one', () => {
  const alone = (backup: boolean) => (pool: ReturnType<typeof poolOf>) => {
    for (const [i, server] of pool.servers.entries())
      if (i !== 1) Object.assign(server, backup ? { backup: true, weightEffective: 0 } : { state: 'down', weightEffective: 0 })
  }
  expect(refusal(alone(true))).toMatchObject({ none: expect.stringMatching(/backup app1 would carry app alone/) })
  expect(refusal(alone(false))).toMatchObject({ none: expect.stringMatching(/last server of app/) })
  const known = refusal((pool, tape) => {
    alone(true)(pool)
    sessions(tape, 20, 200)
  })
  // One server served before and three backups do after: there are no fewer.
  expect(known).toMatchObject({
    risk: 'high',
    riskBecause: 'The pool has 3 servers left without it. A drain is undone exactly.',
    predict: { absentBecause: expect.stringContaining('backup') },
  })
})

test('not when another one was slow at less than it would be sent, slow as the rule is configured', () => {
  const six: PoolFault = (_t, server, now) => {
    if (server === 'app3') now.seconds *= 6
  }
  const tolerant = refusal(
    () => {},
    six,
    (rule) => (rule === 'balancer/slow-server' ? ({ ratio: 20 } as unknown as DetectorSettings) : undefined),
  )
  expect(tolerant).toHaveProperty('steps')
  const slow = refusal(() => {}, six)
  expect(slow).toMatchObject({ none: expect.stringMatching(/app3 would be sent 8\d\.\d\/s; it was slow at [56]\d(\.\d)?\/s already/) })
})
