import { describe, expect, test } from 'vitest'
import { type CountsOptions, countsDay } from '../../../test/counts.ts'
import { Queues, type QueuesOptions } from '../../../test/queues.ts'
import { replay } from '../../../test/replay.ts'
import { FROM } from '../../../test/series.ts'
import type { AnyDetector } from '../../model/detector.ts'
import { detectors } from '../registry.ts'
import { errorRate } from './error-rate.ts'
import { loadImbalance } from './load-imbalance.ts'
import { queueing } from './queueing.ts'
import { retries } from './retries.ts'
import { stickySkew } from './sticky-skew.ts'

const imbalance = (options: CountsOptions, rule: AnyDetector = loadImbalance) => {
  const { tape, pool } = countsDay(options)
  return replay(rule, tape.window(options.seconds), { topology: () => ({ pools: [pool] }), everyMs: 2_000 })
}
/** Alarms of a rule about a pool of four times eight workers at that part of what it can do. */
const alarms = (rule: AnyDetector, load: number, seed: number, seconds: number, more: Partial<QueuesOptions> = {}) => {
  const stations = new Array(4).fill({ workers: 8, seconds: 0.05 })
  const queues = new Queues({ seed, stations, weights: [1, 1, 1, 1], perSecond: load * 640, clients: 400, ...more })
  queues.run(seconds)
  const topology = {
    pools: [queues.poolNow()],
    targets: [{ name: 'edge', kind: 'haproxy', state: 'up' as const, capabilities: [] }],
  }
  const found = replay(rule, queues.tape.window(seconds), { topology: () => topology, everyMs: 2_000 })
  return found.filter(({ severity }) => severity !== 'info')
}

describe('counting noise is no imbalance', () => {
  test.each(['turns', 'chance', 'keys'] as const)('requests shared out by %s, 5 to 500 a second among 2 to 50 servers', (by) => {
    for (const servers of [2, 6, 20, 50])
      for (const perSecond of [5, 40, 500])
        expect(imbalance({ seed: servers + perSecond, seconds: 420, servers, perSecond, by }), `${servers} at ${perSecond}/s`).toEqual([])
  })
  test('nor are users who stay where they began', () => {
    for (const servers of [2, 6])
      expect(
        imbalance({ seed: servers, seconds: 900, servers, perSecond: 60, by: 'chance', sticky: 'cookie SRV' }, stickySkew),
        `${servers} servers`,
      ).toEqual([])
  })
  test('half a share too much is told within a minute', () => {
    for (const by of ['turns', 'chance'] as const)
      for (const servers of [2, 4, 10])
        for (const perSecond of [60, 500]) {
          const [first] = imbalance({ seed: servers, seconds: 300, servers, perSecond, by, skew: { at: 150, times: 1.5 } })
          expect(first, `${servers} at ${perSecond}/s`).toBeDefined()
          expect(first!.at - FROM).toBeGreaterThan(150_000)
          expect(first!.at - FROM).toBeLessThanOrEqual(215_000)
        }
  })
  test('leastconn is held against weight and speed: unlike servers take unlike parts', () => {
    const stations = [1, 2, 4].map((workers) => ({ workers, seconds: 0.08 }))
    for (const load of [0.1, 0.4, 0.7]) {
      const queues = new Queues({ seed: 5, stations, weights: [1, 1, 1], perSecond: load * 87, clients: 60, balances: 'load' })
      queues.run(300)
      expect(replay(loadImbalance, queues.tape.window(300), { topology: () => ({ pools: [queues.poolNow()] }), everyMs: 2_000 })).toEqual(
        [],
      )
    }
  })
})

describe('an ordinary pool, with its queues of chance and its few errors', () => {
  test.each(detectors.filter(({ id }) => id.startsWith('balancer/')).map((rule): [string, AnyDetector] => [rule.id, rule]))(
    '%s says nothing',
    (_, rule) => {
      for (const [i, load] of [0.01, 0.1, 0.7].entries())
        expect(alarms(rule, load, i + 1, 420, { errorRatio: 0.008, retryRatio: 0.003 }), `at ${load} of what it can`).toEqual([])
    },
  )
})

describe('what is wrong is told, whatever the seed', () => {
  test.each([1, 2, 3])('seed %i: a tenth of the requests fail, one in twenty is tried again, more comes than is served', (seed) => {
    const first = (rule: AnyDetector, load: number, more: Partial<QueuesOptions>) => {
      const [one] = alarms(rule, load, seed, 90, more)
      return one ? (one.at - FROM) / 1000 : Number.POSITIVE_INFINITY
    }
    expect(first(errorRate, 0.1, { errorRatio: 0.1 })).toBeLessThanOrEqual(25)
    expect(first(retries, 0.1, { retryRatio: 0.05 })).toBeLessThanOrEqual(45)
    expect(first(queueing, 1.1, {})).toBeLessThanOrEqual(45)
  })
})
