import { describe, expect, test } from 'vitest'
import { ABLE, fleetAt, poolDay, poolOf, Tape } from '../../test/normal.ts'
import { FROM } from '../../test/series.ts'
import { detectors } from '../detectors/registry.ts'
import type { SettingsOf } from '../model/detector.ts'
import type { Finding } from '../model/finding.ts'
import type { Draft } from '../model/proposal.ts'
import type { Pool } from '../model/topology.ts'
import { poolWeights } from './pool-weights.ts'

const finding: Finding = {
  id: 'f',
  rule: 'balancer/slow-server',
  severity: 'warning',
  state: 'firing',
  subject: { target: 'edge', pool: 'app', server: 'app3' },
  summary: '',
  evidence: [],
  since: FROM + 108_000,
  seenAt: FROM + 120_000,
}

/** A pool whose app3 takes `slow` seconds since second 100; proposals are asked for at `at`. */
function propose(
  slow: number,
  pool: Pool = poolOf('edge', 'app', [100, 100, 100, 100]),
  at = 120,
  perSecond = 240,
  settingsOf?: SettingsOf,
) {
  const tape = new Tape()
  poolDay(tape, pool, { seed: 3, seconds: at }, perSecond, {
    fault: (t, server, now) => {
      if (t >= 100 && server === 'app3') now.seconds = slow
    },
  })
  const window = tape.window(at)
  return poolWeights.propose(finding, window, fleetAt(window, [pool], [], window.to), settingsOf)
}
const weightsOf = (draft: Draft) => Object.fromEntries(draft.steps.map(({ setting, after }) => [setting.name, Number(after)]))

describe('a server at 160 ms beside three at 20 ms', () => {
  const draft = propose(0.16) as Draft
  test('loses weight in one step, to what its speed allows', () => {
    expect(draft.steps).toHaveLength(1)
    expect(draft.steps[0]).toMatchObject({ setting: { target: 'edge', name: 'app/app3/weight' }, before: '100' })
    expect(Number(draft.steps[0]!.after)).toBeGreaterThanOrEqual(11)
    expect(Number(draft.steps[0]!.after)).toBeLessThanOrEqual(15)
  })
  test("promises the pool's mean", () => {
    const predict = draft.predict
    if ('absentBecause' in predict) throw new Error(predict.absentBecause)
    expect(predict).toMatchObject({ metric: 'pool_response_seconds', where: { target: 'edge', pool: 'app' }, unit: 'seconds' })
    expect(predict.before).toBeCloseTo(0.055, 2)
    const weight = Number(draft.steps[0]!.after)
    const true_ = (weight * 0.16 + 300 * 0.02) / (weight + 300)
    expect(Math.abs(predict.after / true_ - 1)).toBeLessThan(0.15)
    expect(predict.low).toBeLessThanOrEqual(predict.after)
    expect(predict.high).toBeGreaterThanOrEqual(predict.after)
    expect(predict.basis).toMatch(/requests$/)
  })
  test('is guarded, and says the risk and the line that makes it last', () => {
    expect(draft.guards.map(({ metric }) => metric)).toEqual(['pool_error_ratio', 'pool_response_seconds'])
    expect(draft.risk).toBe('low')
    expect(draft.patch).toMatch(/server app3 … weight 1\d/)
  })
})

test('a step takes at most a quarter of the share while the server is not plainly slow', () => {
  const draft = propose(0.045) as Draft
  const weight = Number(draft.steps[0]!.after)
  expect(weight / (weight + 300)).toBeGreaterThanOrEqual(0.25 * 0.75)
  expect(weight).toBeLessThan(80)
})

test('weights of one are multiplied as little as does it', () => {
  const weights = weightsOf(propose(0.16, poolOf('edge', 'app', [1, 1, 1, 1])) as Draft)
  const other = weights['app/app1/weight']!
  const own = weights['app/app3/weight'] ?? 1
  expect(own / (own + 3 * other)).toBeGreaterThan(0.035)
  expect(own / (own + 3 * other)).toBeLessThan(0.05)
  expect(other).toBeLessThan(25)
})

test('of two, the other is not given more than it can be trusted with', () => {
  const draft = propose(0.4, poolOf('edge', 'app', [100, 100, 100, 100].slice(0, 3)), 120, 180) as Draft
  const weight = Number(draft.steps[0]!.after)
  expect((1 - weight / (weight + 200)) / (2 / 3)).toBeLessThan(1.61)
})

test.each([
  ['hash', { balances: 'hash', algorithm: 'uri consistent' }, /Keys choose/],
  ['leastconn', { balances: 'load', algorithm: 'leastconn' }, /already sends app3 less/],
] as const)('%s gets a sentence instead', (_, more, says) => {
  expect(propose(0.16, poolOf('edge', 'app', [100, 100, 100, 100], more))).toMatchObject({ none: expect.stringMatching(says) })
})

test('a hash pool is told by its keys: asked no more than its part, so the keys are dear or it is slow', () => {
  const pool = poolOf('edge', 'app', [100, 100, 100, 100], { balances: 'hash', algorithm: 'uri consistent' })
  pool.ring = { algorithm: 'haproxy-map', nodes: pool.servers.map(({ name, id }) => ({ name, id, weight: 100 })) as never }
  expect(propose(0.16, pool)).toMatchObject({
    none: expect.stringMatching(/app3 takes 2[45]\.\d.% of the requests for 25\.0.% of the keys/),
  })
})

test('servers that slowed together are sent to what they share', () => {
  const pool = poolOf('edge', 'app', [100, 100])
  const tape = new Tape()
  poolDay(tape, pool, { seed: 3, seconds: 60 }, 240)
  const window = tape.window(60)
  const together = { ...finding, subject: { target: 'edge', pool: 'app' } }
  expect(poolWeights.propose(together, window, fleetAt(window, [pool], [], window.to))).toMatchObject({
    none: expect.stringMatching(/slowed together/),
  })
})

test('weights that something moves all the time are left to it', () => {
  const pool = poolOf('edge', 'app', [100, 100, 100, 100])
  const tape = new Tape()
  const weights = (t: number) => [100, 100, 100, 60 + (Math.floor(t / 10) % 5)]
  poolDay(tape, pool, { seed: 3, seconds: 320 }, 240, {
    weights,
    fault: (t, server, now) => {
      if (t >= 100 && server === 'app3') now.seconds = 0.16
    },
  })
  const window = tape.window(320)
  expect(poolWeights.propose(finding, window, fleetAt(window, [pool], [], window.to))).toMatchObject({
    none: expect.stringMatching(/moves the weights of app all the time/),
  })
})

test('another hand on the weights is left alone', () => {
  const pool = poolOf('edge', 'app', [100, 100, 100, 100])
  pool.servers[1] = { ...pool.servers[1]!, otherWriter: 'An agent check' }
  expect(propose(0.16, pool)).toMatchObject({ none: expect.stringMatching(/agent check already moves/) })
})

test('where weights cannot be written live, the step is a patch', () => {
  const because = 'static-rr: HAProxy takes no weights at run time'
  expect(propose(0.16, poolOf('edge', 'app', [100, 100, 100, 100], { can: { ...ABLE, weight: { because } } }))).toMatchObject({
    patchOnly: because,
  })
})

test('nothing more is proposed once the share fits the speed', () => {
  expect(propose(0.16, poolOf('edge', 'app', [100, 100, 12, 100]), 160)).toMatchObject({
    none: expect.stringMatching(/no more than its speed allows/),
  })
})

test('two slow ones are lowered together: neither is handed what the other loses', () => {
  const pool = poolOf('edge', 'app', [100, 100, 100, 100])
  const tape = new Tape()
  poolDay(tape, pool, { seed: 4, seconds: 130 }, 240, {
    fault: (t, server, now) => {
      if (t >= 100 && (server === 'app3' || server === 'app4')) now.seconds = 0.16
    },
  })
  const window = tape.window(130)
  const draft = poolWeights.propose(finding, window, fleetAt(window, [pool], [], window.to)) as Draft
  expect(Object.keys(weightsOf(draft))).toEqual(['app/app3/weight', 'app/app4/weight'])
  const weights = weightsOf(draft)
  // The other two are not sent more than 1.6 times their load.
  const sum = 200 + weights['app/app3/weight']! + weights['app/app4/weight']!
  expect(100 / sum / 0.25).toBeLessThan(1.63)
  expect(draft.because).toMatch(/app4 is slow too/)
})

test('a server that is gone, or not seen long enough, gets no proposal yet', () => {
  expect(propose(0.16, poolOf('edge', 'other', [1, 1]))).toBeNull()
  expect(propose(0.16, undefined, 3)).toBeNull()
  expect(detectors.some(({ id }) => poolWeights.answers.includes(id))).toBe(true)
})

describe('capacities of 1 : 2 : 4, after the smallest was lowered', () => {
  const pool = poolOf('edge', 'app', [12, 100, 100])
  const tape = new Tape()
  poolDay(tape, pool, { seed: 5, seconds: 160 }, 120, {
    weights: (t) => [t < 60 ? 100 : 12, 100, 100],
    fault: (t, server, now) => {
      if (t < 60 && server === 'app1') now.seconds = 0.7
      if (t >= 100 && server === 'app2') now.seconds = 0.7
    },
  })
  const window = tape.window(160)
  const slow = { ...finding, subject: { target: 'edge', pool: 'app', server: 'app2' } }
  const draft = poolWeights.propose(slow, window, fleetAt(window, [pool], [], window.to)) as Draft
  const next = { 'app/app1/weight': 12, 'app/app2/weight': 100, 'app/app3/weight': 100, ...weightsOf(draft) }
  const sum = Object.values(next).reduce((total, weight) => total + weight, 0)
  const share = (name: string) => next[`app/${name}/weight` as keyof typeof next] / sum

  test('the next slow one is lowered, by a step, and the one that is fast again takes a part of it', () => {
    // A quarter only: app1 has shown that here slowness follows load.
    expect(share('app2') / (100 / 212)).toBeLessThan(0.8)
    expect(share('app2') / (100 / 212)).toBeGreaterThanOrEqual(0.74)
    expect(share('app1')).toBeGreaterThan(0.1)
    expect(draft.because).toMatch(/app1 had been lowered and is fast now/)
  })
  test('nobody is sent more than can be trusted: half an even share, or 1.6 times what it takes', () => {
    expect(share('app1')).toBeLessThanOrEqual(0.5 / 3 + 0.02)
    expect(share('app3')).toBeLessThanOrEqual((1.6 * 100) / 212 + 0.02)
  })
})

test('a server that is small on purpose stays small', () => {
  const draft = propose(0.16, poolOf('edge', 'app', [100, 100, 100, 2])) as Draft
  const weights = {
    app1: 100,
    app4: 2,
    ...Object.fromEntries(draft.steps.map(({ setting, after }) => [setting.name.split('/')[1], Number(after)])),
  }
  expect(weights.app4! / weights.app1!).toBeLessThan(0.035)
})

test('a server that just came up is cold, not slow', () => {
  const pool = poolOf('edge', 'app', [100, 100, 100, 100])
  const tape = new Tape()
  poolDay(tape, pool, { seed: 3, seconds: 130 }, 240, {
    fault: (t, server, now) => {
      if (server !== 'app3' || t < 90) return
      now.up = t >= 100
      now.seconds = 0.16
    },
  })
  const window = tape.window(130)
  expect(poolWeights.propose(finding, window, fleetAt(window, [pool], [], window.to))).toMatchObject({
    none: expect.stringMatching(/cold/),
  })
})

test("a server is slow by the limits of the rule's own settings", () => {
  const pool = poolOf('edge', 'app', [100, 100, 100, 100])
  const configured: SettingsOf = (rule) =>
    rule === 'balancer/slow-server' ? detectors.find(({ id }) => id === rule)!.settings.parse({ requestsMin: 100_000 }) : undefined
  expect(propose(0.16, pool)).toHaveProperty('steps')
  // So few requests are no response to speak of.
  expect(propose(0.16, pool, 120, 240, configured)).toBeNull()
})
