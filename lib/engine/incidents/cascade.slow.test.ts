import { expect, test } from 'vitest'
import { cacheDay, fleetAt, poolDay, poolOf, Tape } from '../../../test/normal.ts'
import { FROM } from '../../../test/series.ts'
import { causality } from '../../detectors/causes.ts'
import { detectors } from '../../detectors/registry.ts'
import { readEdges } from '../../model/edges.ts'
import type { Topology } from '../../model/topology.ts'
import { createStore } from '../../store/store.ts'
import { createBus } from '../bus.ts'
import { createFindings } from '../findings.ts'
import { createJudge } from '../judge.ts'
import { chainOf } from './chain.ts'
import { groupFindings } from './groups.ts'
import { incidentTitle } from './words.ts'

const SECONDS = 700
const STRIKE = 640
const KEYS = 3_000
const POOL = poolOf('edge', 'app', [100, 100, 100, 100])
const CACHES = ['cache-a', 'cache-b', 'cache-c']

/** How much is left of what the strike brought about. */
const after = (t: number, from: number, fades: number) => (t < STRIKE + from ? 0 : Math.exp(-(t - STRIKE - from) / fades))

/** A load of a minute before ends at once: its readers miss, the origin is late with them, and the pool queues. */
function cascade(): Tape {
  const tape = new Tape()
  CACHES.forEach((name, index) => {
    cacheDay(tape, name, { seed: 7 + index, seconds: SECONDS }, 200, (t, now) => {
      if (name !== 'cache-b') return
      if (t === STRIKE - 60) now.writes = KEYS
      if (t === STRIKE) now.expirations = KEYS
      now.hitRatio -= 0.5 * after(t, 0, 40)
    })
  })
  poolDay(tape, POOL, { seed: 3, seconds: SECONDS }, 200, {
    response: 0.03,
    fault: (t, _, now) => {
      now.seconds += 0.5 * after(t, 1, 60)
    },
  })
  for (let t = 0; t <= SECONDS; t++)
    tape.put(FROM + t * 1_000, 'pool_queue', { target: 'edge', pool: 'app' }, Math.round(40 * after(t, 3, 60)))
  return tape
}

test('what the rules find of a cascade is one incident, with the cliff as its first cause and the queue at its end', async () => {
  const window = cascade().window(SECONDS)
  const edges = readEdges([
    { from: 'pool:edge/app', to: 'application:shop' },
    ...CACHES.map((name) => ({ from: 'application:shop', to: `cache:${name}` })),
  ])
  const topologyAt = (at: number): Topology => ({ ...fleetAt(window, [POOL], CACHES, at), edges })
  const store = createStore({ path: ':memory:', now: () => window.to })
  const findings = createFindings(
    store,
    createBus(() => {}),
  )
  const judge = createJudge({ info() {}, warn() {}, error() {} })
  const rules = detectors.map((detector) => ({ detector, settings: detector.settings.parse({}) }))
  for (let now = FROM + (STRIKE - 10) * 1_000; now <= FROM + (STRIKE + 45) * 1_000; now += 1_000) {
    const topology = topologyAt(now)
    for (const rule of rules) {
      const seen = window.between(Math.max(window.from, now - rule.detector.needs.spanMs), now)
      findings.update(rule, await judge.judge(rule, { window: seen, topology, learning: false, pause: () => undefined }), now)
    }
  }
  const all = store.findings.list(({ firingAt }) => firingAt !== undefined)
  const groups = groupFindings(all, topologyAt(window.to), causality)
  const titleOf = (rule: string) => detectors.find(({ id }) => id === rule)!.title
  const chains = groups.map((group) => chainOf(group, causality.symptoms))
  const told = all.map(({ rule, since, summary }) => `${(since - FROM) / 1_000 - STRIKE} s ${rule}: ${summary}`).join('\n')
  expect(groups.length, told).toBe(1)
  const [chain] = chains
  expect(chain!.is, told).toBe('known')
  expect(incidentTitle(chain!, titleOf)).toMatch(/^cache-b: mass expiry, and \d that follow$/)
  const steps = chain!.links.map(({ cause, effect }) => `${cause.rule} > ${effect.rule}`)
  expect(steps, told).toEqual(
    expect.arrayContaining([
      'cache/mass-expiry > cache/hit-ratio-drop',
      'cache/hit-ratio-drop > balancer/slow-server',
      'balancer/slow-server > balancer/queueing',
    ]),
  )
  expect(all.find(({ rule }) => rule === 'cache/mass-expiry')!.ttlMs).toBeCloseTo(60_000, -4)
}, 60_000)
