import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { handClock } from '../../test/clock.ts'
import { ABLE } from '../../test/normal.ts'
import type { Change } from '../model/change.ts'
import type { Advisor, AnyDetector } from '../model/detector.ts'
import type { AppEvent } from '../model/events.ts'
import type { Severity, Verdict } from '../model/finding.ts'
import type { AnyProduct, TopologyPart } from '../model/product.ts'
import type { Draft, Proposal } from '../model/proposal.ts'
import { contestedKey } from '../model/setting.ts'
import { createStore } from '../store/store.ts'
import { createBus } from './bus.ts'
import { clockOf, createSteadyClock } from './clock.ts'
import { createEngine, type EngineOptions } from './engine.ts'
import { createFleet } from './fleet.ts'

const START = Date.UTC(2026, 0, 5, 12)
const HOUR = 3_600_000
const setting = { target: 'edge', name: 'app/a/weight' }

/** An engine on targets whose answers the test holds, judged and advised by what the test says. */
function setUp(more: Partial<EngineOptions> & { path?: string } = {}) {
  const clock = handClock(START)
  const steady = createSteadyClock(clock.wall, clock.monotonic)
  const path = more.path ?? ':memory:'
  let store = createStore({ path, now: steady.now })
  const events: AppEvent[] = []
  const logged: string[] = []
  const log = { info() {}, warn() {}, error: (_: object, text: string) => void logged.push(text) }
  const world = {
    part: {} as TopologyPart,
    verdicts: [] as Verdict[],
    draft: null as ReturnType<Advisor['propose']>,
    inFlight: null as string | null,
    discovered: [] as { kind: string; name: string; port?: number }[],
    closed: [] as number[],
    advised: 0,
    windows: [] as [number, number][],
  }
  const product: AnyProduct = {
    kind: 'fake',
    title: 'Fake',
    config: z.any(),
    open: (config: { port?: number }) => config,
    close: async ({ port }: { port?: number }) => void world.closed.push(port ?? 0),
    productOf: ({ kind }: { kind: string }) => (kind === 'other' ? other : product),
    discover: async () => world.discovered,
    probes: [
      {
        id: 'stat',
        feature: 'stats',
        everyMs: 1_000,
        cost: 'nothing worth telling',
        vital: true,
        read: async () => world.part,
        parse: (raw) => ({ samples: [{ metric: 'x', value: 1 }], records: [], topology: raw as TopologyPart }),
      },
    ],
    address: () => '127.0.0.1:1',
  }
  const other: AnyProduct = { ...product, kind: 'other', title: 'Other' }
  const detector: AnyDetector = {
    id: 'balancer/slow-server',
    title: 'Slow server',
    why: 'because',
    harmless: '',
    settings: z.object({ for: z.number().default(2_000), resolveAfter: z.number().default(5_000) }),
    needs: { spanMs: 60_000, metrics: [] },
    detect: () => world.verdicts,
  }
  const advisor: Advisor = {
    id: 'pool-weights',
    title: 'Weights',
    answers: [detector.id],
    spanMs: 300_000,
    propose(_finding, window) {
      world.advised++
      world.windows.push([window.from - START, window.to - START])
      return world.draft
    },
  }
  function open() {
    const bus = createBus((error) => {
      throw error
    })
    bus.on((event) => events.push(event))
    const time = clockOf({ now: steady.now, monotonic: steady.monotonic, random: clock.random, setTimer: clock.setTimer })
    const poll = { everyMs: 1_000, timeoutMs: 900 }
    const targets = [{ config: { kind: 'fake', name: 'edge', labels: { team: 'shop' } }, product }]
    const engine = createEngine({
      fleet: createFleet({ targets, edges: [], poll, store, bus, clock: time, log }),
      rules: {},
      detectors: [detector],
      advisors: [advisor],
      store,
      bus,
      describe: (steps) => ({ commands: steps.map((one) => `set ${one.setting.name} ${one.after}`) }),
      inFlight: () => world.inFlight,
      learningMs: 0,
      clock: time,
      checkClock: steady.check,
      log,
      ...more,
    })
    engine.start()
    return { bus, engine }
  }
  let { bus, engine } = open()
  return {
    clock,
    steady,
    world,
    events,
    logged,
    detector,
    store: () => store,
    engine: () => engine,
    bus: () => bus,
    findings: () => store.findings.list(),
    proposals: () => store.proposals.list(),
    async restart() {
      await engine.stop()
      store.close()
      store = createStore({ path, now: steady.now })
      ;({ bus, engine } = open())
    },
  }
}

const evidence = { metric: 'm', where: {}, label: 'm', value: 1, unit: 'seconds' as const, from: 0, to: 1 }
const found = (subject = { target: 'edge' } as Record<string, string>, severity: Severity = 'warning'): Verdict => ({
  subject,
  is: 'found',
  severity,
  summary: 'it is slow',
  evidence: [evidence],
})
const clear = (subject = { target: 'edge' }): Verdict => ({ subject, is: 'clear' })
const draft = (more: Partial<Draft> = {}): Draft => ({
  steps: [{ setting, before: '100', after: '20' }],
  because: 'a is slow',
  predict: { metric: 'pool_response_seconds', where: { target: 'edge', pool: 'app' }, unit: 'seconds', before: 0.05, after: 0.02, low: 0.01, high: 0.03, basis: 'x' }, // biome-ignore format: one line
  guards: [],
  risk: 'low',
  riskBecause: 'exact',
  ...more,
})

describe('findings', () => {
  it('fire, keep their id, resolve; the bus announces each transition', async () => {
    const r = setUp()
    r.world.verdicts = [found()]
    await r.clock.pass(5_000)
    const [finding] = r.findings()
    expect(finding).toMatchObject({ rule: 'balancer/slow-server', state: 'firing', subject: { target: 'edge' } })
    expect(r.engine().judged('balancer/slow-server')).toMatchObject({ found: 1, clear: 0 })
    r.world.verdicts = [clear()]
    await r.clock.pass(7_000)
    expect(r.findings()).toHaveLength(1)
    expect(r.findings()[0]).toMatchObject({ id: finding!.id, state: 'resolved' })
    const turns = r.events.flatMap((event) => (event.type === 'finding' ? event.finding.state : []))
    expect([...new Set(turns)]).toEqual(['pending', 'firing', 'resolved'])
    r.world.verdicts = [found()]
    await r.clock.pass(4_000)
    expect(r.findings().map((one) => one.state)).toEqual(['firing', 'resolved'])
  })

  it('survive a restart with their id, and a person’s acknowledgement of them', async () => {
    const r = setUp({ path: join(mkdtempSync(join(tmpdir(), 'evenkeel-engine-')), 'e.db') })
    r.world.verdicts = [found()]
    await r.clock.pass(5_000)
    const [finding] = r.findings()
    r.store().findings.put({ ...finding!, acknowledged: { by: 'ann', at: 1 }, comments: [{ by: 'bob', at: 2, text: 'on it' }] })
    await r.clock.pass(5_000)
    await r.restart()
    await r.clock.pass(5_000)
    expect(r.findings()).toHaveLength(1)
    expect(r.findings()[0]).toMatchObject({
      id: finding!.id,
      state: 'firing',
      since: finding!.since,
      acknowledged: { by: 'ann' },
      comments: [{ text: 'on it' }],
    })
  })

  it('resolve when their subject is taken away, not while it is merely unread', async () => {
    const r = setUp()
    const server = { name: 'a', address: '', id: 1, weightSet: 1, weightEffective: 1, state: 'up' as const }
    const pool = {
      name: 'app',
      algorithm: 'roundrobin',
      balances: 'weight' as const,
      can: ABLE,
      weightMax: 256,
      servers: [server],
    }
    r.world.verdicts = [found({ target: 'edge', pool: 'app', server: 'a' })]
    await r.clock.pass(40_000)
    expect(r.findings()[0]!.state).toBe('firing')
    r.world.part = { pools: [pool] }
    r.world.verdicts = []
    await r.clock.pass(5_000)
    expect(r.findings()[0]).toMatchObject({ state: 'firing', stale: expect.any(String) })
    r.world.part = { pools: [{ ...pool, servers: [] }] }
    await r.clock.pass(2_000)
    expect(r.findings()[0]!.state).toBe('resolved')
  })

  it('stay as they are when their rule throws, which is logged once', async () => {
    const r = setUp()
    r.world.verdicts = [found()]
    await r.clock.pass(5_000)
    r.detector.detect = () => {
      throw new Error('bug')
    }
    await r.clock.pass(5_000)
    expect(r.findings()[0]).toMatchObject({ state: 'firing', stale: expect.any(String) })
    expect(r.logged).toHaveLength(1)
    expect(r.engine().judged('balancer/slow-server').because).toEqual(['the rule failed: bug'])
  })

  it('of rules that compare with a learned normal wait for the learning time', async () => {
    const r = setUp({ learningMs: 20_000 })
    r.detector.learns = true
    r.world.verdicts = [found()]
    await r.clock.pass(15_000)
    expect(r.findings()).toEqual([])
    expect(r.engine().judged('balancer/slow-server')).toMatchObject({ unjudged: 1, because: ['learning what is normal here'] })
    await r.clock.pass(10_000)
    expect(r.findings()[0]!.state).toBe('firing')
  })

  it('are not made by a rule that is switched off', async () => {
    const r = setUp({ rules: { 'balancer/slow-server': { enabled: false } } })
    r.world.verdicts = [found()]
    await r.clock.pass(5_000)
    expect(r.findings()).toEqual([])
  })
})

describe('proposals', () => {
  async function proposed(more: Parameters<typeof setUp>[0] = {}) {
    const r = setUp(more)
    r.world.verdicts = [found()]
    r.world.draft = draft()
    await r.clock.pass(5_000)
    return r
  }
  const states = (r: ReturnType<typeof setUp>) => r.proposals().map((proposal) => proposal.state)
  const ended = (proposal: Proposal, more: Partial<Change>): Change => ({
    id: 'c1',
    state: 'rolled_back',
    steps: proposal.steps,
    because: 'x',
    proposal: proposal.id,
    finding: proposal.finding,
    by: 'ann',
    at: 0,
    reversal: 'exact',
    prediction: null,
    guards: [],
    measured: null,
    verdict: 'no_effect',
    automatic: true,
    endedAt: 0,
    journal: [],
    ...more,
  })
  /** What lib/changes does to a proposal whose change has ended. */
  function end(r: ReturnType<typeof setUp>, more: Partial<Change>) {
    const proposal = r.proposals()[0]!
    r.store().proposals.put({ ...proposal, state: 'applied' })
    const change = ended(proposal, { endedAt: r.clock.now(), ...more })
    r.store().changes.put(change)
    r.bus().emit({ type: 'change', change })
  }

  it('follow a finding within seconds, with what would be sent', async () => {
    const r = await proposed()
    expect(r.proposals()).toHaveLength(1)
    expect(r.proposals()[0]).toMatchObject({
      finding: r.findings()[0]!.id,
      advisor: 'pool-weights',
      state: 'open',
      commands: ['set app/a/weight 20'],
      prediction: { after: 0.02 },
    })
  })

  it('are renewed when the live value changes, not for noise', async () => {
    const r = await proposed()
    r.world.draft = draft({ steps: [{ setting, before: '100', after: '21' }] })
    await r.clock.pass(30_000)
    expect(states(r)).toEqual(['open'])
    r.world.draft = draft({ steps: [{ setting, before: '90', after: '20' }] })
    await r.clock.pass(10_000)
    expect(states(r)).toEqual(['open', 'superseded'])
    const [renewal, old] = r.proposals()
    expect(old!.replaced).toEqual({ by: renewal!.id, at: renewal!.createdAt })
  })

  it('are withdrawn when the finding resolves, or the advisor says that nothing can be done', async () => {
    const r = await proposed()
    r.world.draft = { none: 'the pool is map-based' }
    await r.clock.pass(6_000)
    expect(states(r)).toEqual(['withdrawn'])
    expect(r.engine().noRemedy(r.findings()[0]!.id)).toBe('the pool is map-based')
    r.world.draft = draft()
    await r.clock.pass(6_000)
    expect(states(r)).toEqual(['open', 'withdrawn'])
    r.world.verdicts = [clear()]
    await r.clock.pass(8_000)
    expect(states(r)).toEqual(['withdrawn', 'withdrawn'])
  })

  it('are not made of the last drops of a remedy that has worked', async () => {
    const r = setUp()
    r.world.verdicts = [found()]
    const predict = { ...draft().predict, before: 0.0312, after: 0.0303, low: 0.025, high: 0.035 } as Draft['predict']
    r.world.draft = draft({ predict })
    await r.clock.pass(8_000)
    expect(r.proposals()).toEqual([])
    expect(r.engine().noRemedy(r.findings()[0]!.id)).toContain('noise')
  })

  it('are withdrawn when the advisor has been silent for a while, not at once', async () => {
    const r = await proposed()
    r.world.draft = null
    await r.clock.pass(15_000)
    expect(states(r)).toEqual(['open'])
    await r.clock.pass(20_000)
    expect(states(r)).toEqual(['withdrawn'])
  })

  it('wait while a change is in flight there', async () => {
    const r = setUp()
    r.world.verdicts = [found()]
    r.world.draft = draft()
    r.world.inFlight = 'c1'
    await r.clock.pass(20_000)
    expect(r.proposals()).toEqual([])
    r.world.inFlight = null
    await r.clock.pass(3_000)
    expect(states(r)).toEqual(['open'])
  })

  it('are backed off after a roll-back by itself: 15 min, then twice as long', async () => {
    const r = await proposed()
    for (const minutes of [15, 30]) {
      end(r, { id: `c${minutes}` })
      await r.clock.pass((minutes - 0.5) * 60_000)
      expect(states(r).filter((state) => state === 'open')).toEqual([])
      expect(r.engine().noRemedy(r.findings()[0]!.id)).toContain('not proposed again for 1 min')
      await r.clock.pass(60_000)
      expect(states(r)[0]).toBe('open')
    }
  }, 30_000)

  it('come back soon after a roll-back by hand', async () => {
    const r = await proposed()
    end(r, { automatic: false, verdict: 'unjudged' })
    await r.clock.pass(20_000)
    expect(states(r)).toEqual(['open', 'applied'])
    expect(r.proposals()[0]!.id).not.toBe(r.proposals()[1]!.id)
  })

  it('end for a setting that somebody else changes, until a person has decided', async () => {
    const r = await proposed()
    r.store().memory.put(contestedKey(setting), { change: 'c1', at: 0 })
    await r.clock.pass(6_000)
    expect(states(r)).toEqual(['withdrawn'])
    expect(r.engine().noRemedy(r.findings()[0]!.id)).toContain('app/a/weight')
    r.store().memory.delete(contestedKey(setting))
    await r.clock.pass(6_000)
    expect(states(r)).toEqual(['open', 'withdrawn'])
  })

  it('look only at what came after the last change, and wait for enough of it', async () => {
    const r = await proposed()
    await r.clock.pass(200_000)
    end(r, { state: 'kept', verdict: 'improved', watchFrom: r.clock.now() - 1_000 })
    r.world.windows = []
    await r.clock.pass(60_000)
    const [first, last] = [r.world.windows[0]!, r.world.windows.at(-1)!]
    expect(first[1] - first[0]).toBe(15_000)
    expect(last[1] - last[0]).toBeGreaterThan(55_000)
    expect(last[1] - last[0]).toBeLessThan(65_000)
  })

  it('go on after a restart; those of findings that are gone are withdrawn', async () => {
    const r = await proposed({ path: join(mkdtempSync(join(tmpdir(), 'evenkeel-engine-')), 'e.db') })
    const { id } = r.proposals()[0]!
    r.store().proposals.put({ ...r.proposals()[0]!, id: 'old', finding: 'gone' })
    await r.restart()
    await r.clock.pass(5_000)
    expect(r.store().proposals.get(id)!.state).toBe('open')
    expect(r.store().proposals.get('old')!.state).toBe('withdrawn')
    expect(r.proposals()).toHaveLength(2)
  })

  it('say what the last write there has cost', async () => {
    const r = await proposed({ describe: () => ({ commands: ['restart'], costs: ['every client connection was cut for 12 ms'] }) })
    expect(r.proposals()[0]!.riskBecause).toMatch(/ Last time every client connection was cut for 12 ms\.$/)
  })

  it('that nobody can write are offered as text', async () => {
    const r = setUp({
      describe() {
        throw new Error('no such setting')
      },
    })
    r.world.verdicts = [found()]
    r.world.draft = draft({ patch: 'server a weight 20' })
    await r.clock.pass(5_000)
    expect(r.proposals()[0]).toMatchObject({ commands: ['server a weight 20'], patchOnly: expect.any(String) })
  })
})

describe('the engine', () => {
  it('calls its listeners though a tick fails: guards and notices need no whole one', async () => {
    const r = setUp()
    let calls = 0
    r.engine().onTick(() => void calls++)
    r.store().tickInParts = () => {
      throw new Error('the store')
    }
    await r.clock.pass(5_000)
    expect(calls).toBe(5)
    expect(r.logged).toContain('a tick failed')
  })

  it('tells of each tick, and goes on when a listener fails', async () => {
    const r = setUp()
    let calls = 0
    r.engine().onTick(() => {
      calls++
      throw new Error('listener')
    })
    await r.clock.pass(5_000)
    expect(calls).toBe(5)
    expect(r.engine().tickedAt()).toBe(START + 5_000)
    expect(r.store().window(START, r.clock.now()).series('target_up', { target: 'edge' })[0]!.points.length).toBeGreaterThan(3)
  })

  it('follows what a target discovers', async () => {
    const r = setUp()
    r.world.discovered = [{ kind: 'fake', name: 'edge/replica' }]
    await r.clock.pass(5_000)
    expect(r.engine().targets().map((target) => [target.name, target.state, target.through])).toEqual([['edge', 'up', undefined], ['edge/replica', 'up', 'edge']]) // biome-ignore format: one line
    expect(r.engine().targetConfig('edge/replica')).toMatchObject({ kind: 'fake', config: { labels: { team: 'shop' } } })
    expect(
      r
        .engine()
        .topology()
        .targets.map(({ labels }) => labels),
    ).toEqual([{ team: 'shop' }, { team: 'shop' }])
    r.world.verdicts = [found({ target: 'edge/replica' })]
    await r.clock.pass(2_000)
    expect(r.findings()).toMatchObject([{ subject: { target: 'edge/replica' }, labels: { team: 'shop' } }])
    r.world.verdicts = []
    r.world.discovered = []
    await r.clock.pass(31_000)
    expect(r.engine().targets()).toHaveLength(1)
  })

  it('opens anew what is found under its name at another place, by the product that it is of', async () => {
    const r = setUp()
    r.world.discovered = [{ kind: 'other', name: 'edge:pod', port: 1 }]
    await r.clock.pass(5_000)
    expect(r.engine().targetConfig('edge:pod')).toEqual({
      kind: 'other',
      config: { kind: 'other', name: 'edge:pod', port: 1, labels: { team: 'shop' } },
    })
    r.world.discovered = [{ kind: 'other', name: 'edge:pod', port: 1 }]
    await r.clock.pass(10_000)
    expect(r.world.closed).toEqual([])
    r.world.discovered = [{ kind: 'other', name: 'edge:pod', port: 2 }]
    await r.clock.pass(10_000)
    expect(r.world.closed).toEqual([1])
    expect(r.engine().targetConfig('edge:pod')).toMatchObject({ config: { port: 2 } })
    expect(r.engine().targets().find(({ name }) => name === 'edge:pod')).toMatchObject({ state: 'up', through: 'edge' }) // biome-ignore format: one line
  })

  it('derives what each node of a ring owns and sees', async () => {
    const r = setUp()
    const nodes = ['edge', 'b'].map((target) => ({ name: target, target, address: `10.0.0.${target.length}:1`, points: 40 }))
    r.world.part = {
      rings: [
        {
          name: 'products',
          spec: { algorithm: 'ketama', nodes: nodes.map(({ name, address, points }) => ({ name, address, points })) },
          version: 1,
          control: { target: 'edge', key: 'k' },
          nodes,
          followers: [],
        },
      ],
    }
    for (let i = 1; i <= 20; i++) {
      const counters = (hits: number) => [
        { metric: 'cache_hits_total', value: i * hits },
        { metric: 'cache_misses_total', value: i * 10 },
      ]
      r.store().append('edge', r.clock.now(), counters(20), 1_000)
      r.store().append('b', r.clock.now(), counters(80), 1_000)
      await r.clock.pass(1_000)
    }
    const shares = (metric: string) =>
      Object.fromEntries(
        r
          .store()
          .window(START, r.clock.now())
          .series(metric)
          .map((series) => [series.labels.node, series.points.at(-1)![1]]),
      )
    expect(shares('ring_share_seen')).toEqual({ edge: 0.25, b: 0.75 })
    const owned = shares('ring_share_owned')
    expect(owned.edge! + owned.b!).toBeCloseTo(1, 6)
    const grown = (metric: string) => {
      const { labels, points } = r.store().window(START, r.clock.now()).series(metric)[0]!
      return { labels, by: points.at(-1)![1] - points.at(-11)![1] }
    }
    expect(grown('ring_hits_total')).toEqual({ labels: { target: 'ring:products', ring: 'products' }, by: 1_000 })
    expect(grown('ring_misses_total').by).toBe(200)
  })

  it('derives what the masters of a Cluster hit together, whichever they are by then', async () => {
    const r = setUp()
    r.world.discovered = [{ kind: 'fake', name: 'b' }]
    const pass = async (seconds: number, part: TopologyPart) => {
      r.world.part = part
      for (let i = 0; i < seconds; i++) {
        for (const [target, hits] of [['edge', 20], ['b', 80]] as const) // biome-ignore format: a table
          r.store().append(target, r.clock.now(), [{ metric: 'cache_hits_total', value: (r.clock.now() / 1_000) * hits }, { metric: 'cache_misses_total', value: (r.clock.now() / 1_000) * 10 }], 1_000) // biome-ignore format: one line
        await r.clock.pass(1_000)
      }
    }
    const rates = () =>
      ['cluster_hits_total', 'cluster_misses_total'].map((metric) => {
        const { labels, points } = r.store().window(START, r.clock.now()).series(metric)[0]!
        expect(labels).toEqual({ target: 'cluster:c1', cluster: 'c1' })
        return (points.at(-1)![1] - points.at(-6)![1]) / 5
      })
    await pass(15, { facts: { cluster: { id: 'c1', slots: 8_192 } } })
    expect(rates()).toEqual([100, 20])
  })

  describe.each([
    ['back by an hour', [-HOUR]],
    ['ahead by a day', [24 * HOUR]],
    ['ahead by a day and back', [24 * HOUR, -24 * HOUR]],
    ['again and again', [-HOUR, -HOUR, 3 * HOUR, -60_000]],
  ])('while the clock is set %s', (_, steps) => {
    it('samples go on by the new time, and each step is told once', async () => {
      const r = setUp()
      await r.clock.pass(10_000)
      for (const byMs of steps) {
        r.clock.set(byMs)
        await r.clock.pass(5_000)
        const now = r.clock.wall()
        const points = r
          .store()
          .window(now - 3_000, now)
          .series('x')[0]!.points
        expect(points.length).toBeGreaterThanOrEqual(3)
        expect(now - r.engine().tickedAt()!).toBeLessThan(1_001)
        expect(r.store().newestAt()).toBeGreaterThan(now - 1_001)
        expect(r.engine().targets()[0]).toMatchObject({ state: 'up', pollMs: 0 })
        expect(r.engine().targets()[0]!.stateSince).toBeLessThanOrEqual(now)
        expect(Math.abs(r.engine().targets()[0]!.nextPollAt! - now)).toBeLessThanOrEqual(1_000)
      }
      expect(r.events.flatMap((event) => (event.type === 'clock' ? event.step.byMs : []))).toEqual(steps)
    })

    it('a finding fires after its time, keeps its age, and is resolved after its time', async () => {
      const r = setUp()
      await r.clock.pass(5_000)
      r.world.verdicts = [found()]
      await r.clock.pass(1_000)
      r.clock.set(steps[0]!)
      await r.clock.pass(1_000)
      expect(r.findings().map(({ state }) => state)).toEqual(['pending'])
      await r.clock.pass(1_000)
      expect(r.findings().map(({ state }) => state)).toEqual(['firing'])
      for (const byMs of steps.slice(1)) {
        r.clock.set(byMs)
        await r.clock.pass(1_000)
      }
      await r.clock.pass(2_000)
      expect(r.findings()[0]!.since).toBeLessThanOrEqual(r.clock.wall())
      r.world.verdicts = [clear()]
      await r.clock.pass(2_000)
      for (const byMs of steps) r.clock.set(byMs)
      await r.clock.pass(3_000)
      expect(r.findings().map(({ state }) => state)).toEqual(['firing'])
      await r.clock.pass(1_000)
      expect(r.findings().map(({ state }) => state)).toEqual(['resolved'])
    })

    it('a proposal is made, and a remedy that was rolled back is backed off for its time', async () => {
      const r = setUp()
      r.world.verdicts = [found()]
      r.world.draft = draft()
      await r.clock.pass(5_000)
      const proposal = r.proposals()[0]!
      r.store().proposals.put({ ...proposal, state: 'applied' })
      const now = r.steady.now()
      const change = { id: 'c1', state: 'rolled_back', verdict: 'regressed', automatic: true, proposal: proposal.id, endedAt: now, at: now, steps: draft().steps, journal: [] } as unknown as Change // biome-ignore format: one line
      r.store().changes.put(change)
      r.bus().emit({ type: 'change', change })
      for (const byMs of steps) {
        await r.clock.pass(5_000)
        r.clock.set(byMs)
      }
      await r.clock.pass(15 * 60_000 - steps.length * 5_000 - 2_000)
      expect(r.proposals()).toHaveLength(1)
      expect(r.engine().noRemedy(proposal.finding)).toMatch(/not proposed again for 1 min/)
      await r.clock.pass(10_000)
      expect(r.proposals().map(({ state }) => state)).toContain('open')
    })
  })

  it('a clock that was set back while it was not running is told at the start, and is no gap of an hour', async () => {
    const r = setUp({ path: join(mkdtempSync(join(tmpdir(), 'evenkeel-engine-')), 'evenkeel.db') })
    r.world.verdicts = [found()]
    await r.clock.pass(10_000)
    const { since } = r.findings()[0]!
    r.clock.set(-HOUR)
    r.steady.check()
    await r.restart()
    r.engine().noticeClock()
    await r.clock.pass(3_000)
    const steps = r.events.flatMap((event) => (event.type === 'clock' ? event.step.byMs : []))
    expect(steps).toHaveLength(1)
    expect(Math.abs(steps[0]! + HOUR)).toBeLessThan(2_000)
    expect(
      r
        .store()
        .window(r.clock.wall() - 2_000, r.clock.wall())
        .series('x')[0]!.points.length,
    ).toBeGreaterThanOrEqual(2)
    expect(Math.abs(r.findings()[0]!.since - (since - HOUR))).toBeLessThan(2_000)
  })

  it('stops within its limit though a server hangs', async () => {
    const r = setUp()
    await r.clock.pass(3_000)
    let stopped = false
    const stopping = r
      .engine()
      .stop()
      .then(() => {
        stopped = true
      })
    await r.clock.pass(3_100)
    await stopping
    expect(stopped).toBe(true)
  })
})
