import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { handClock } from '../../test/clock.ts'
import type { Advisor, AnyDetector } from '../model/detector.ts'
import type { Verdict } from '../model/finding.ts'
import type { AnyProduct } from '../model/product.ts'
import { createStore } from '../store/store.ts'
import { createBus } from './bus.ts'
import { createEngine } from './engine.ts'
import { createFleet } from './fleet.ts'

const START = Date.UTC(2026, 0, 5, 12)
const NAMES = ['edge', 'cache']

/** Two processes that share the documents, each in charge of a part. */
function setUp() {
  const clock = handClock(START)
  const store = createStore({ path: ':memory:', now: clock.now })
  const log = { info() {}, warn() {}, error() {} }
  const polls: string[] = []
  const owners = new Map([
    ['edge', 'a'],
    ['cache', 'b'],
  ])
  const world = { slow: new Set(['edge', 'cache']) }
  const fired: string[] = []
  function replica(me: string) {
    const product: AnyProduct = {
      kind: 'fake',
      title: 'Fake',
      config: z.any(),
      open: (config) => config,
      close: async () => {},
      probes: [
        {
          id: 'stat',
          feature: 'stats',
          everyMs: 1_000,
          cost: 'nothing',
          vital: true,
          read: async ({ name }: { name: string }) => void polls.push(`${me} ${name}`),
          parse: () => ({ samples: [{ metric: 'x', value: 1 }], records: [], topology: { facts: { version: '1' } } }),
        },
      ],
      address: () => '127.0.0.1:1',
    }
    const detector: AnyDetector = {
      id: 'balancer/slow-server',
      title: 'Slow',
      why: 'because',
      harmless: '',
      settings: z.object({ for: z.number().default(2_000), resolveAfter: z.number().default(5_000) }),
      needs: { spanMs: 60_000, metrics: [] },
      detect: (_, topology) =>
        topology.targets.map(
          ({ name }): Verdict =>
            world.slow.has(name)
              ? { subject: { target: name }, is: 'found', severity: 'warning', summary: me, evidence: [{ metric: 'x', where: {}, label: 'x', value: 1, unit: 'count', from: 0, to: 1 }] } // biome-ignore format: one line
              : { subject: { target: name }, is: 'clear' },
        ),
    }
    const advisor: Advisor = {
      id: 'pool-weights',
      title: 'Weights',
      answers: [detector.id],
      spanMs: 1_000,
      propose: ({ subject }) => ({
        steps: [{ setting: { target: subject.target!, name: 'w' }, before: '1', after: '2' }],
        because: 'x',
        predict: { absentBecause: 'nobody knows' },
        guards: [],
        risk: 'low',
        riskBecause: 'x',
      }),
    }
    const bus = createBus((error) => {
      throw error
    })
    bus.on((event) => event.type === 'finding' && event.finding.state === 'firing' && fired.push(event.finding.id))
    const ownership = { owns: (name: string) => owners.get(name) === me, judges: () => true, leads: () => me === 'a', version: () => 0 }
    const targets = NAMES.map((name) => ({ config: { kind: 'fake', name }, product }))
    const fleet = createFleet({ targets, edges: [], poll: { everyMs: 1_000, timeoutMs: 900 }, store, bus, clock, log, ownership })
    const describeSteps = () => ({ commands: ['set'] })
    const engine = createEngine({ fleet, ownership, rules: {}, detectors: [detector], advisors: [advisor], store, bus, describe: describeSteps, learningMs: 0, clock, log }) // biome-ignore format: one line
    engine.start()
    return engine
  }
  const [a, b] = [replica('a'), replica('b')]
  /** What the replicas tell each other each second. */
  const tell = () => {
    const told = [...a.polled(), ...b.polled()]
    for (const engine of [a, b]) for (const [name, polled] of told) engine.learn(name, polled)
  }
  const handOver = (name: string, to: string) => {
    owners.set(name, to)
    for (const engine of [a, b]) engine.deal()
  }
  const finding = (target: string) => store.findings.list(({ subject }) => subject.target === target)
  return { clock, store, world, polls, a, b, tell, handOver, finding, fired }
}

describe('a process that is in charge of a part', () => {
  it('polls and judges that part alone, and knows the rest as it is told', async () => {
    const r = setUp()
    await r.clock.pass(5_000)
    expect(new Set(r.polls)).toEqual(new Set(['a edge', 'b cache']))
    expect(r.a.states()).toContainEqual({ name: 'cache', state: 'unknown', discovers: false })
    r.tell()
    expect(r.a.states()).toContainEqual({ name: 'cache', state: 'up', discovers: false })
    expect(r.a.targets().find(({ name }) => name === 'cache')).toMatchObject({ state: 'up', lastPollAt: expect.any(Number) })
    expect(r.finding('edge').map(({ summary, state }) => [summary, state])).toEqual([['a', 'firing']])
    expect(r.finding('cache').map(({ summary, state }) => [summary, state])).toEqual([['b', 'firing']])
    await Promise.all([r.a.stop(), r.b.stop()])
  })

  it('hands over: polled by one at a time, findings keep their id and age, proposals stay open', async () => {
    const r = setUp()
    await r.clock.pass(8_000)
    r.tell()
    const [before] = r.finding('edge')
    const [open] = r.store.proposals.list(({ finding, state }) => finding === before!.id && state === 'open')
    expect(open).toBeDefined()
    const since = r.b.targets().find(({ name }) => name === 'edge')!.stateSince
    r.handOver('edge', 'b')
    r.polls.length = 0
    await r.clock.pass(8_000)
    expect(new Set(r.polls)).toEqual(new Set(['b edge', 'b cache']))
    expect(r.finding('edge')).toMatchObject([{ id: before!.id, state: 'firing', since: before!.since, summary: 'b' }])
    expect(r.b.targets().find(({ name }) => name === 'edge')!.stateSince).toBe(since)
    expect(r.store.proposals.list(({ finding }) => finding === before!.id).map(({ id, state }) => [id, state])).toEqual([
      [open!.id, 'open'],
    ])
    r.world.slow.clear()
    await r.clock.pass(8_000)
    expect(r.finding('edge')).toMatchObject([{ id: before!.id, state: 'resolved' }])
    await Promise.all([r.a.stop(), r.b.stop()])
  })
})
