import { expect, test } from 'vitest'
import { fleetAt, poolDay, poolOf, Tape } from '../../test/normal.ts'
import { FROM } from '../../test/series.ts'
import type { Finding } from '../model/finding.ts'
import type { Draft } from '../model/proposal.ts'
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

function propose(weights: number[], about = finding(), kind = 'haproxy') {
  const pool = poolOf('edge', 'app', weights)
  const tape = new Tape()
  poolDay(tape, pool, { seed: 2, seconds: 130 }, 240, {
    fault: (t, server, now) => {
      if (t >= 100 && server === 'app2') now.errorRatio = 0.3
    },
  })
  const window = tape.window(130)
  const topology = fleetAt(window, [pool], [], window.to)
  return drainServer.propose(about, window, { ...topology, targets: topology.targets.map((target) => ({ ...target, kind })) })
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
  expect(propose([1, 1, 1, 1], finding(), 'nginx')).toMatchObject({ none: expect.stringMatching(/cannot be told/) })
  expect(propose([1, 1, 1, 1], finding({ subject: { target: 'edge', pool: 'app', server: 'gone' } }))).toBeNull()
})
test('a flapping one is drained without a promise', () => {
  const draft = propose(
    [1, 1, 1, 1],
    finding({ rule: 'balancer/server-flapping', subject: { target: 'edge', pool: 'app', server: 'app3' } }),
  ) as Draft
  expect(draft.predict).toHaveProperty('absentBecause')
})
