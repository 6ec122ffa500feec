import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { ABLE, poolOf } from '../../test/normal.ts'
import { refuseWrites } from '../../test/noWrites.ts'
import { createBus } from '../engine/bus.ts'
import { type BrakeSettings, type Freeze, NO_BRAKES } from '../model/brakes.ts'
import type { Change } from '../model/change.ts'
import { drifted, EvenkeelError } from '../model/error.ts'
import type { AppEvent } from '../model/events.ts'
import { courseWaitingKey } from '../model/group.ts'
import type { AnyActuator } from '../model/product.ts'
import type { Prediction, Proposal, Step } from '../model/proposal.ts'
import { contestedKey } from '../model/setting.ts'
import { emptyTopology, type Topology } from '../model/topology.ts'
import { createStore } from '../store/store.ts'
import { type Changes, createChanges } from './changes.ts'

const START = Date.UTC(2026, 0, 5, 12)
const log = { info() {}, warn() {}, error() {} }

/** A small fleet in memory: targets hold values, writes can be made to fail, time runs by hand. */
function fleet(options: { values?: Record<string, Record<string, string>>; path?: string; mode?: 'observe' | 'tune' } = {}) {
  const clock = { now: START }
  /** How long it really runs, however the clock is set. */
  let realMs = 0
  const values: Record<string, Record<string, string>> = options.values ?? {
    edge: { 'app/a/weight': '100', 'app/b/weight': '100', 'web/a/weight': '100' },
    edge2: { 'app/a/weight': '50' },
    cache: { 'config/maxmemory': '1000' },
  }
  const writes: string[] = []
  const causes = new Set<string>()
  const troubles: {
    get?: (target: string) => void | Promise<void>
    before?: (target: string) => void
    after?: (target: string) => void
    resume?: () => void
    cost?: string
  } = {}
  const resumed: string[] = []
  const actuator = (kind: string, reversal: 'exact' | 'lossy'): AnyActuator => ({
    kind,
    settings: [
      {
        pattern: /^(\w+\/\w+\/weight|products\/n\/points|config\/maxmemory)$/,
        value: z.string().regex(/^\d{1,4}$/, 'a whole number'),
        reversal,
        ...(reversal === 'lossy' && { lost: 'what was evicted' }),
        persistence: 'until it restarts',
      },
    ],
    async get({ name }, names) {
      await troubles.get?.(name)
      return Object.fromEntries(
        names.map((setting) => {
          const value = values[name]![setting]
          if (value === undefined) throw new EvenkeelError('not_found', `no ${setting}`)
          return [setting, value]
        }),
      )
    },
    async resume({ name }, edits, _signal, { change }) {
      troubles.resume?.()
      resumed.push(...edits.map((edit) => `${change} ${name} ${edit.name} ${edit.expect} ${edit.value}`))
    },
    async write({ name }, edits, _signal, { change, cost }) {
      causes.add(change)
      if (troubles.cost) cost?.(troubles.cost)
      troubles.before?.(name)
      for (const edit of edits) if (values[name]![edit.name] !== edit.expect) throw drifted(`${edit.name} is ${values[name]![edit.name]}`)
      for (const edit of edits) values[name]![edit.name] = edit.value
      writes.push(...edits.map((edit) => `${name} ${edit.name} ${edit.value}`))
      troubles.after?.(name)
    },
    commands: (_config, edits) => edits.map((edit) => `set ${edit.name} ${edit.value}`),
  })
  const events: AppEvent[] = []
  const topology: Topology = emptyTopology()
  const state: { mode: string; freeze: Freeze | null; brakes: BrakeSettings } = {
    mode: options.mode ?? 'tune',
    freeze: null,
    brakes: NO_BRAKES,
  }
  const path = options.path ?? ':memory:'
  let store = createStore({ path, now: () => clock.now })

  let bus = createBus(() => {})

  function runtime(): Changes {
    bus = createBus((error) => {
      throw error
    })
    bus.on((event) => events.push(event))
    return createChanges({
      store,
      actuators: [actuator('lb', 'exact'), actuator('cache', 'lossy')],
      fleet: {
        targetConfig: (name) => (values[name] ? { kind: name === 'cache' ? 'cache' : 'lb', config: { name } } : null),
        window: (spanMs) => store.window(clock.now - spanMs, clock.now),
        topology: () => topology,
        pollNow: async () => {},
      },
      mode: () => state.mode as 'observe' | 'tune',
      brakes: () => ({ settings: state.brakes, freeze: state.freeze }),
      bus,
      now: () => clock.now,
      log,
      settings: { lookMs: 1_000 },
    })
  }
  let changes = runtime()

  /** Lets seconds pass with the pool at that response time (null: nothing is seen), ticking each. */
  async function pass(seconds: number, response: number | null, more: Record<string, number> = {}) {
    for (let i = 0; i < seconds; i++) {
      clock.now += 1_000
      realMs += 1_000
      if (response !== null)
        store.append(
          'edge',
          clock.now,
          [
            { metric: 'pool_response_seconds', labels: { pool: 'app' }, value: response * (1 + 0.02 * Math.sin(clock.now / 700)) },
            { metric: 'pool_requests_total', labels: { pool: 'app' }, value: (realMs + 1e7) / 5 },
            { metric: 'pool_errors_total', labels: { pool: 'app' }, value: more.errors ?? 0 },
          ],
          1_000,
        )
      await changes.tick()
      // What is looked at aside has its turn.
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  const prediction: Prediction = {
    metric: 'pool_response_seconds',
    where: { target: 'edge', pool: 'app' },
    unit: 'seconds',
    before: 0.055,
    after: 0.025,
    low: 0.022,
    high: 0.03,
    basis: 'a test',
  }
  function propose(own: Partial<Proposal> = {}): Proposal {
    const proposal: Proposal = {
      id: `p${store.proposals.list().length}`,
      finding: 'f1',
      advisor: 'pool-weights',
      steps: [step('edge', 'app/a/weight', '100', '20')],
      because: 'a is slow',
      prediction,
      guards: [],
      risk: 'low',
      riskBecause: 'exact',
      commands: ['set app/a/weight 20'],
      state: 'open',
      createdAt: clock.now,
      ...own,
    }
    store.proposals.put(proposal)
    return proposal
  }
  return {
    clock,
    values,
    writes,
    causes,
    resumed,
    troubles,
    events,
    topology,
    state,
    prediction,
    pass,
    propose,
    store: () => store,
    changes: () => changes,
    file: join(path, 'evenkeel.db'),
    change: (id: string | null) => store.changes.get(id!)!,
    only: () => store.changes.list()[0]!,
    /** The clock is set, as the engine tells at the begin of its next tick. */
    setClock(byMs: number) {
      clock.now += byMs
      store.stepClock({ at: clock.now, byMs })
      bus.emit({ type: 'clock', step: { at: clock.now, byMs } })
    },
    /** The process dies and is started anew: nothing but the store's file is left. */
    crash() {
      store.close()
      store = createStore({ path, now: () => clock.now })
      changes = runtime()
    },
    /** A new process on what the store holds. */
    restart() {
      changes = runtime()
    },
  }
}

const own = (target: string, name: string, after: string) => ({ steps: [{ setting: { target, name }, after }], because: 'x' })
const step = (target: string, name: string, before: string, after: string): Step => ({ setting: { target, name }, before, after })
describe('while the disk takes no writes', () => {
  it('a person rolls back what is watched, and a crash forgets nothing of it', async () => {
    const f = fleet({ path: mkdtempSync(join(tmpdir(), 'evenkeel-changes-')) })
    const { change } = await f.changes().apply(f.propose().id, 'ann')
    await f.pass(3, null)
    const letThrough = refuseWrites(f.file)
    f.store().tick(f.clock.now)
    await f.changes().rollBack(change!, 'ben')
    expect(f.values.edge!['app/a/weight']).toBe('100')
    expect(f.change(change)).toMatchObject({ state: 'rolled_back', automatic: false })
    f.crash()
    expect(f.change(change)).toMatchObject({
      state: 'rolled_back',
      journal: expect.arrayContaining([expect.objectContaining({ by: 'ben' })]),
    })
    letThrough()
    for (let i = 0; i < 3; i++) f.store().tick(f.clock.now)
    expect(f.store().failing()).toBeNull()
    f.crash()
    expect(f.change(change)).toMatchObject({ state: 'rolled_back' })
  })

  it('guards are judged and roll back', async () => {
    const f = fleet({ path: mkdtempSync(join(tmpdir(), 'evenkeel-changes-')) })
    await f.pass(60, 0.055)
    const guards = [{ metric: 'pool_response_seconds', where: f.prediction.where, unit: 'seconds' as const, op: '>' as const, limit: 0.08, forMs: 5_000, why: 'slower' }] // biome-ignore format: one line
    const { change } = await f.changes().apply(f.propose({ guards }).id, 'ann')
    await f.pass(3, 0.055)
    refuseWrites(f.file)
    f.store().tick(f.clock.now)
    await f.pass(60, 0.9)
    expect(f.change(change)).toMatchObject({ state: 'rolled_back', automatic: true })
    expect(f.values.edge!['app/a/weight']).toBe('100')
  })
})

describe('brakes', () => {
  const own = (target: string, name: string, after: string) => ({ steps: [{ setting: { target, name }, after }], because: 'x' })
  it('a freeze holds back what is new, proposed or not, and tried or not; what is in flight is rolled back as ever', async () => {
    const f = fleet()
    const { change } = await f.changes().apply(f.propose().id, 'ann')
    f.state.freeze = { by: 'bob', reason: 'Sale.', at: f.clock.now, until: f.clock.now + 60_000 }
    const frozen = expect.objectContaining({ code: 'not_allowed', message: expect.stringContaining('by bob: Sale.') })
    await expect(f.changes().create(own('cache', 'config/maxmemory', '2000'), 'ann')).rejects.toEqual(frozen)
    await expect(f.changes().create(own('cache', 'config/maxmemory', '2000'), 'ann', { dryRun: true })).rejects.toEqual(frozen)
    expect(f.changes().refusalOf(f.propose())).toEqual(frozen)
    expect(f.values.cache!['config/maxmemory']).toBe('1000')
    await f.changes().rollBack(change!, 'ann')
    expect(f.values.edge!['app/a/weight']).toBe('100')
    f.clock.now += 60_000
    await f.changes().create(own('cache', 'config/maxmemory', '2000'), 'ann')
    expect(f.values.cache!['config/maxmemory']).toBe('2000')
  })

  it('so many changes at once, and no more until one has ended', async () => {
    const f = fleet()
    f.state.brakes = { ...NO_BRAKES, inFlightMax: 1 }
    const { change } = await f.changes().create(own('edge', 'app/a/weight', '90'), 'ann')
    await expect(f.changes().create(own('cache', 'config/maxmemory', '2000'), 'ann')).rejects.toEqual(refusal('busy'))
    await f.changes().keep(change!, 'ann')
    await f.changes().create(own('cache', 'config/maxmemory', '2000'), 'ann')
  })

  it('what is of high risk once a second person has approved it, however long that took', async () => {
    const f = fleet()
    f.state.brakes = { ...NO_BRAKES, secondApprover: { withinMs: 3_600_000 } }
    const low = f.propose({ steps: [step('edge', 'web/a/weight', '100', '90')], prediction: null })
    await f.changes().apply(low.id, 'ann')
    const steps = [step('edge', 'app/a/weight', '100', '20')]
    const high = f.propose({ risk: 'high', steps })
    await expect(f.changes().apply(high.id, 'ann')).rejects.toEqual(refusal('approval_needed'))
    await f.changes().apply(high.id, 'ann', { dryRun: true })
    // Typing the proposal's values goes around nobody, nor does what a roll-back would not bring back.
    await expect(f.changes().create(own('edge', 'app/a/weight', '20'), 'ann')).rejects.toEqual(refusal('approval_needed'))
    await expect(f.changes().create(own('cache', 'config/maxmemory', '2000'), 'ann')).rejects.toEqual(refusal('approval_needed'))
    await f.changes().create(own('edge2', 'app/a/weight', '60'), 'ann')
    const renewal = f.propose({ id: 'renewed', risk: 'high', steps: [step('edge', 'app/a/weight', '100', '21')] })
    f.store().proposals.put({ ...high, state: 'superseded', replaced: { by: renewal.id, at: f.clock.now } })
    f.clock.now += 600_000
    const { change } = await f.changes().apply(high.id, 'ann', { approvedBy: 'bob' })
    expect(f.change(change)).toMatchObject({
      by: 'ann',
      approvedBy: 'bob',
      journal: [{ text: expect.stringMatching(/Approved by bob/) }, {}, {}, {}],
    })
  })

  it('so much of a pool an hour: what was moved counts, rolled back or not, once; a roll-back is not held back', async () => {
    const f = fleet()
    const pool = poolOf('edge', 'app', [100, 100])
    for (const [i, server] of pool.servers.entries()) server.name = 'ab'[i]!
    f.topology.pools.push(pool)
    const weigh = (after: string) => f.changes().create(own('edge', 'app/a/weight', after), 'ann')
    // From a half to a third: a sixth has moved.
    const first = (await weigh('50')).change!
    expect(f.change(first).moves).toEqual([{ of: 'pool:edge/app', share: expect.closeTo(1 / 6, 9) }])
    f.state.brakes = { ...NO_BRAKES, trafficPerHour: 0.2 }
    f.clock.now += 60_000
    await f.changes().rollBack(first, 'ann')
    const refused = expect.objectContaining({
      code: 'not_allowed',
      message: `It would move 16.7 % of the traffic of pool:edge/app, where 16.7 % was moved within the last hour (16.7 % by change ${first} at 2026-01-05 12:00 UTC); at most 20.0 % may be (changes.trafficPerHour). There is room again at 2026-01-05 13:00 UTC.`,
    })
    await expect(weigh('50')).rejects.toEqual(refused)
    expect(f.changes().refusalOf(f.propose({ steps: [step('edge', 'app/a/weight', '100', '50')] }))).toEqual(refused)
    await f.changes().keep((await weigh('95')).change!, 'ann')
    await f.changes().create(own('cache', 'config/maxmemory', '2000'), 'ann')
    f.clock.now = START + 3_600_000
    await weigh('50')
    f.state.brakes = { ...NO_BRAKES, trafficPerHour: 0.1 }
    await expect(f.changes().create(own('edge', 'app/b/weight', '0'), 'ann')).rejects.toThrow(
      /at most 10.0 % may be moved within an hour .changes.trafficPerHour.. Take smaller steps/,
    )
  })
})

const refusal = (code: string) => expect.objectContaining({ code })

describe('what is refused', () => {
  it('comes in the order of the contract, and writes nothing', async () => {
    const f = fleet({ mode: 'observe' })
    const create = (...steps: [string, string, string][]) =>
      f.changes().create({ steps: steps.map(([target, name, after]) => ({ setting: { target, name }, after })), because: 'x' }, 'ann')
    await expect(create()).rejects.toEqual(refusal('bad_request'))
    await expect(create(['nowhere', 'app/a/weight', '1'])).rejects.toEqual(refusal('not_found'))
    await expect(create(['edge', 'app/a/colour', '1'])).rejects.toEqual(refusal('not_found'))
    await expect(create(['edge', 'app/zz/weight', '1'])).rejects.toEqual(refusal('not_found'))
    for (const value of ['99999', '-1', 'banana', '1; reboot', '1\n2'])
      await expect(create(['edge', 'app/a/weight', value])).rejects.toEqual(refusal('invalid'))
    await expect(create(['edge', 'app/a/weight', '1'], ['edge', 'app/a/weight', '2'])).rejects.toEqual(refusal('bad_request'))
    await expect(create(['edge', 'app/a/weight', '1'], ['edge', 'app/zz/weight', '2'])).rejects.toEqual(refusal('not_found'))
    await expect(create(['edge', 'app/a/weight', '1'])).rejects.toEqual(refusal('read_only'))
    await expect(f.changes().apply('none', 'ann')).rejects.toEqual(refusal('not_found'))
    await expect(f.changes().apply(f.propose().id, 'ann', { dryRun: true })).rejects.toEqual(refusal('read_only'))
    f.troubles.get = () => {
      throw new Error('connect ECONNREFUSED secret')
    }
    await expect(create(['edge', 'app/a/weight', '1'])).rejects.toEqual(refusal('read_only'))
    f.state.mode = 'tune'
    await expect(create(['edge', 'app/a/weight', '1'])).rejects.toEqual(refusal('unreachable'))
    expect(f.writes).toEqual([])
    expect(f.store().changes.list()).toEqual([])
  })

  it('busy comes before drift, drift before stale', async () => {
    const f = fleet()
    const [first, second, other] = [
      f.propose(),
      f.propose(),
      f.propose({ steps: [step('edge', 'web/a/weight', '100', '50')], prediction: null }),
    ]
    await f.changes().apply(first.id, 'ann')
    f.values.edge!['app/a/weight'] = '77'
    await expect(f.changes().apply(second.id, 'ann')).rejects.toEqual(refusal('busy'))
    await expect(f.changes().apply(first.id, 'ann')).rejects.toEqual(refusal('busy'))
    await f.changes().apply(other.id, 'ann')
    await f.pass(3, null)
    await expect(f.changes().apply(first.id, 'ann')).rejects.toEqual(refusal('drift'))
    f.values.edge!['app/a/weight'] = '100'
    await expect(f.changes().apply(first.id, 'ann')).rejects.toEqual(refusal('stale'))
    f.store().proposals.put({ ...second, state: 'superseded' })
    await expect(f.changes().apply(second.id, 'ann')).rejects.toEqual(refusal('stale'))
  })

  it('a proposal that was renewed with nearly the same values holds still for two minutes', async () => {
    const f = fleet()
    const renewed = (after: string, ms: number, name = 'app/a/weight') => {
      const old = f.propose()
      const renewal = f.propose({ steps: [step('edge', name, '100', after)] })
      f.store().proposals.put({ ...old, state: 'superseded', replaced: { by: renewal.id, at: f.clock.now - ms } })
      return old.id
    }
    const dry = (id: string) => f.changes().apply(id, 'ann', { dryRun: true })
    const [step0] = f.propose().steps
    const [near, far] = ['22', '40']
    await expect(dry(renewed(far, 1_000))).rejects.toEqual(refusal('stale'))
    await expect(dry(renewed(near, 1_000, 'app/b/weight'))).rejects.toEqual(refusal('stale'))
    await expect(dry(renewed(near, 120_000))).rejects.toEqual(refusal('stale'))
    expect((await dry(renewed(near, 119_000))).steps).toEqual([step0])
    // Only as long as its `before` is live.
    const read = renewed(near, 1_000)
    f.values.edge!['app/a/weight'] = '77'
    await expect(dry(read)).rejects.toEqual(refusal('drift'))
    f.values.edge!['app/a/weight'] = '100'
    await f.changes().apply(read, 'ann')
    expect(f.writes).toHaveLength(1)
  })

  it('and nothing begins while the disk takes no writes; a dry run still answers', async () => {
    const f = fleet({ path: mkdtempSync(join(tmpdir(), 'evenkeel-changes-')) })
    const letThrough = refuseWrites(f.file)
    f.store().tick(f.clock.now)
    await expect(f.changes().apply(f.propose().id, 'ann')).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/could not be stored: the database .* can still be kept or rolled back/),
    })
    expect((await f.changes().apply(f.propose().id, 'ann', { dryRun: true })).commands).toHaveLength(1)
    expect(f.writes).toEqual([])
    expect(f.store().changes.list()).toEqual([])
    letThrough()
    f.store().tick(f.clock.now)
    await f.changes().apply(f.propose().id, 'ann')
    expect(f.writes).toHaveLength(1)
  })

  it('of two clicks at once exactly one is taken', async () => {
    const f = fleet()
    const { id } = f.propose()
    const results = await Promise.allSettled([f.changes().apply(id, 'ann'), f.changes().apply(id, 'bob')])
    expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(f.writes).toEqual(['edge app/a/weight 20'])
    expect(f.store().changes.list()).toHaveLength(1)
  })

  it('values that were read while a change was putting them back', async () => {
    const f = fleet()
    const { change } = await f.changes().create(own('edge', 'app/a/weight', '20'), 'ann')
    let answer = () => {}
    // The one server answers while the change is in flight, the other after its end.
    f.troubles.get = (target) => (target === 'edge2' ? new Promise((resolve) => (answer = resolve)) : undefined)
    const steps = [...own('edge', 'app/a/weight', '100').steps, ...own('edge2', 'app/a/weight', '60').steps]
    const second = f.changes().create({ steps, because: 'x' }, 'bob')
    await f.changes().rollBack(change!, 'ann')
    answer()
    await expect(second).rejects.toEqual(refusal('busy'))
    expect(f.values).toMatchObject({ edge: { 'app/a/weight': '100' }, edge2: { 'app/a/weight': '50' } })
  })

  it('values that were read while a kept change began to be put back', async () => {
    const f = fleet()
    const { change } = await f.changes().create(own('edge', 'app/a/weight', '20'), 'ann')
    await f.changes().keep(change!, 'ann')
    let answer = () => {}
    f.troubles.get = (target) => (target === 'edge2' ? new Promise((resolve) => (answer = resolve)) : undefined)
    const steps = [...own('edge', 'app/a/weight', '100').steps, ...own('edge2', 'app/a/weight', '60').steps]
    const second = f.changes().create({ steps, because: 'x' }, 'bob')
    await Promise.resolve()
    await f.changes().rollBack(change!, 'ann')
    answer()
    await expect(second).rejects.toEqual(refusal('busy'))
    expect(f.values).toMatchObject({ edge: { 'app/a/weight': '100' }, edge2: { 'app/a/weight': '50' } })
  })

  it('whatever comes while it is being stopped', async () => {
    const f = fleet()
    const { change } = await f.changes().create(own('edge', 'app/a/weight', '20'), 'ann')
    const landed = f.changes().land('roll-back', 'ann', () => {})
    await f.changes().stop()
    for (const late of [landed, f.changes().create(own('edge', 'web/a/weight', '20'), 'ann'), f.changes().rollBack(change!, 'ann'), f.changes().keep(change!, 'ann')]) // biome-ignore format: one line
      await expect(late).rejects.toEqual(refusal('unavailable'))
    expect(f.writes).toEqual(['edge app/a/weight 20'])
    expect(f.change(change).state).toBe('watching')
  })

  it('a control document that too few follow', async () => {
    const f = fleet({ values: { 'ring:products': { 'products/n/points': '160' } } })
    const ring = {
      name: 'products',
      spec: { algorithm: 'ketama' as const, nodes: [] },
      version: 1,
      control: { target: 'a', key: 'k' },
      nodes: [],
      followers: [{ name: 'app1', version: 1, seenAt: f.clock.now - 1_000 }, { name: 'app2', version: 1, seenAt: f.clock.now - 60_000 }], // biome-ignore format: a table
      followersExpected: 2,
    }
    f.topology.rings = [ring]
    const own = { steps: [{ setting: { target: 'ring:products', name: 'products/n/points' }, after: '80' }], because: 'x' }
    await expect(f.changes().create(own, 'ann')).rejects.toEqual(refusal('not_followed'))
    f.topology.rings = [{ ...ring, followersExpected: 1 }]
    await f.changes().create(own, 'ann')
    expect(f.writes).toHaveLength(1)
  })

  it('what the product refuses, before anything else; what the pool could not bear, as the last thing', async () => {
    const f = fleet({ mode: 'observe' })
    const server = (name: string, state: 'up' | 'down') => ({ name, address: '', id: 1, weightSet: 100, weightEffective: 100, weightInitial: 100, state }) // biome-ignore format: one line
    const pool = { target: 'edge', name: 'app', algorithm: 'static-rr', balances: 'weight' as const, can: { ...ABLE, weight: { because: 'static-rr takes only 0 % and 100 % at run time' } }, fixedWeights: true, weightMax: 256, servers: [server('a', 'up'), server('b', 'down')] } // biome-ignore format: one line
    f.topology.pools = [pool]
    const create = (after: string) =>
      f.changes().create({ steps: [{ setting: { target: 'edge', name: 'app/a/weight' }, after }], because: 'x' }, 'ann')
    await expect(create('50')).rejects.toEqual(refusal('invalid'))
    await expect(create('0')).rejects.toEqual(refusal('read_only'))
    f.state.mode = 'tune'
    await expect(create('0')).rejects.toEqual(refusal('invalid'))
    const last = f.propose({ steps: [step('edge', 'app/a/weight', '100', '0')] })
    await expect(f.changes().apply(last.id, 'ann', { dryRun: true })).rejects.toEqual(refusal('not_allowed'))
    expect(f.store().changes.list()).toEqual([])
    f.topology.pools = [{ ...pool, servers: [server('a', 'up'), server('b', 'up')] }]
    await create('0')
    expect(f.writes).toEqual(['edge app/a/weight 0'])
  })

  it('a value that is in force already; one step of several may be', async () => {
    const f = fleet()
    const create = (...steps: [string, string][]) =>
      f.changes().create({ steps: steps.map(([name, after]) => ({ setting: { target: 'edge', name }, after })), because: 'x' }, 'ann')
    await expect(create(['app/a/weight', '100'])).rejects.toEqual(refusal('invalid'))
    expect(f.store().changes.list()).toEqual([])
    await create(['app/a/weight', '100'], ['app/b/weight', '30'])
    expect(f.writes).toContain('edge app/b/weight 30')
  })

  it('what can only be copied', async () => {
    const f = fleet()
    await expect(f.changes().apply(f.propose({ patchOnly: 'map-based' }).id, 'ann')).rejects.toEqual(refusal('not_allowed'))
  })

  it('a dry run checks all of it and leaves nothing behind', async () => {
    const f = fleet()
    const { id } = f.propose()
    expect(await f.changes().apply(id, 'ann', { dryRun: true })).toMatchObject({ change: null, commands: ['set app/a/weight 20'] })
    f.values.edge!['app/a/weight'] = '99'
    await expect(f.changes().apply(id, 'ann', { dryRun: true })).rejects.toEqual(refusal('drift'))
    expect(f.writes).toEqual([])
    expect(f.store().changes.list()).toEqual([])
    expect(f.store().proposals.get(id)!.state).toBe('open')
  })
})

describe('writing', () => {
  it('journals each intent before its write, and begins to watch', async () => {
    const f = fleet()
    const intents: number[] = []
    f.troubles.before = () => intents.push(f.only().journal.filter((entry) => entry.what === 'intent').length)
    const { id } = f.propose({ steps: [step('edge', 'app/a/weight', '100', '20'), step('edge2', 'app/a/weight', '50', '60')] })
    const { change } = await f.changes().apply(id, 'ann')
    expect(intents).toEqual([1, 2])
    expect(f.change(change)).toMatchObject({ state: 'watching', by: 'ann', proposal: id, reversal: 'exact', watchUntil: START + 115_000 })
    expect(f.change(change).journal.map((entry) => entry.what)).toEqual(['created', 'intent', 'written', 'intent', 'written', 'watching'])
    expect(f.store().proposals.get(id)!.state).toBe('applied')
    expect(f.changes().inFlight([step('edge', 'app/b/weight', '', '')])).toBe(change)
    expect(f.changes().inFlight([step('edge', 'web/a/weight', '', '')])).toBeNull()
  })

  it('two that would show in the same numbers are not in flight at once, though they set other things', async () => {
    const f = fleet()
    const prediction = { metric: 'cache_hit_ratio', where: { target: 'c' }, unit: 'ratio', before: 0.5, after: 0.6, low: 0.5, high: 0.7, basis: '' } as const // biome-ignore format: one line
    const first = f.propose({ steps: [step('edge', 'app/a/weight', '100', '20')], prediction })
    const second = f.propose({ steps: [step('edge2', 'app/a/weight', '50', '60')], prediction })
    const other = f.propose({ steps: [step('edge2', 'app/a/weight', '50', '60')], prediction: { ...prediction, where: { target: 'd' } } })
    await f.changes().apply(first.id, 'ann')
    await expect(f.changes().apply(second.id, 'ann')).rejects.toEqual(refusal('busy'))
    await expect(f.changes().apply(other.id, 'ann')).resolves.toMatchObject({ change: expect.any(String) })
  })

  it('puts the first target back when the second refuses', async () => {
    const f = fleet()
    f.troubles.before = (target) => {
      if (target === 'edge2') throw new EvenkeelError('invalid', 'edge2 says no')
    }
    const { id } = f.propose({ steps: [step('edge', 'app/a/weight', '100', '20'), step('edge2', 'app/a/weight', '50', '60')] })
    await expect(f.changes().apply(id, 'ann')).rejects.toEqual(refusal('invalid'))
    expect(f.values).toMatchObject({ edge: { 'app/a/weight': '100' }, edge2: { 'app/a/weight': '50' } })
    expect(f.only()).toMatchObject({ state: 'failed', outcome: 'Not applied: edge2 says no' })
    expect(f.only()).not.toHaveProperty('needsPerson')
    expect(f.changes().inFlight(f.only().steps)).toBeNull()
  })

  it('takes nothing of another writer for its own where nothing was written', async () => {
    const f = fleet()
    f.troubles.before = (target) => {
      // Just now, and the same value.
      if (target === 'edge2') f.values.edge2!['app/a/weight'] = '60'
    }
    const { id } = f.propose({ steps: [step('edge', 'app/a/weight', '100', '20'), step('edge2', 'app/a/weight', '50', '60')] })
    await expect(f.changes().apply(id, 'ann')).rejects.toEqual(refusal('drift'))
    expect(f.values).toMatchObject({ edge: { 'app/a/weight': '100' }, edge2: { 'app/a/weight': '60' } })
    expect(f.only()).toMatchObject({ state: 'failed' })
  })

  it('looks at what the server holds when a write neither succeeded nor failed', async () => {
    const f = fleet()
    f.troubles.after = () => {
      f.troubles.after = undefined
      throw new Error('socket hang up, password=hunter2')
    }
    await expect(f.changes().apply(f.propose().id, 'ann')).rejects.toEqual(refusal('unreachable'))
    expect(f.values.edge!['app/a/weight']).toBe('100')
    expect(JSON.stringify(f.only())).not.toContain('hunter2')
  })

  it('names what could not be put back', async () => {
    const f = fleet()
    f.troubles.before = (target) => {
      if (target !== 'edge2') return
      f.troubles.get = () => {
        throw new EvenkeelError('unreachable', 'gone')
      }
      throw new EvenkeelError('unreachable', 'gone')
    }
    const { id } = f.propose({ steps: [step('edge', 'app/a/weight', '100', '20'), step('edge2', 'app/a/weight', '50', '60')] })
    await expect(f.changes().apply(id, 'ann')).rejects.toEqual(refusal('unreachable'))
    expect(f.only().needsPerson).toContain('app/a/weight on edge')
  })
})

describe('the watch', () => {
  it('keeps what improved, as soon as that is certain', async () => {
    const f = fleet()
    await f.pass(60, 0.055)
    const { change } = await f.changes().apply(f.propose().id, 'ann')
    await f.pass(30, 0.026)
    const kept = f.change(change)
    expect(kept).toMatchObject({ state: 'kept', verdict: 'improved' })
    expect(kept.measured!.before).toBeCloseTo(0.055, 3)
    expect(kept.measured!.after).toBeCloseTo(0.026, 3)
    expect(kept.measured!.low).toBeLessThanOrEqual(kept.measured!.after)
    expect(kept.measured!.high).toBeGreaterThanOrEqual(kept.measured!.after)
    expect(kept.endedAt! - kept.watchFrom!).toBeLessThan(40_000)
    expect(kept.outcome).toMatch(/55\sms before/)
  })

  it('rolls back what made it worse', async () => {
    const f = fleet()
    await f.pass(60, 0.055)
    const { change } = await f.changes().apply(f.propose().id, 'ann')
    await f.pass(40, 0.09)
    expect(f.change(change)).toMatchObject({ state: 'rolled_back', verdict: 'regressed', automatic: true })
    expect(f.values.edge!['app/a/weight']).toBe('100')
  })

  it('keeps, unjudged, what shows in an event that did not come again; of one that did, the event itself is the time before', async () => {
    const f = fleet()
    await f.pass(60, 0.02)
    const event = { counter: 'pool_requests_total', least: 100, background: 200, words: 'requests of a burst have come' }
    const prediction = { ...f.propose().prediction!, before: 0.055 }
    const first = await f.changes().apply(f.propose({ prediction: { ...prediction, event } }).id, 'ann')
    await f.pass(115, 0.026)
    expect(f.change(first.change)).toMatchObject({
      state: 'kept',
      verdict: 'unjudged',
      needsPerson: expect.stringMatching(/0 of about 100 requests/),
    })
    f.values.edge!['app/a/weight'] = '100'
    const second = await f.changes().apply(f.propose({ prediction: { ...prediction, event: { ...event, background: 190 } } }).id, 'ann')
    await f.pass(40, 0.026)
    expect(f.change(second.change)).toMatchObject({ state: 'kept', verdict: 'improved', measured: { before: 0.055 } })
  })

  it('rolls back what had no effect where that is exact, as soon as the evidence stands', async () => {
    const f = fleet()
    await f.pass(60, 0.055)
    const { change } = await f.changes().apply(f.propose().id, 'ann')
    await f.pass(20, 0.055)
    expect(f.change(change).state).toBe('watching')
    await f.pass(10, 0.055)
    expect(f.change(change)).toMatchObject({ state: 'rolled_back', verdict: 'no_effect', automatic: true })
    const { judged } = f.change(change)
    expect(judged).toMatchObject({ ofMs: 115_000, because: expect.stringMatching(/however often one looks/) })
    expect(judged!.afterMs).toBeLessThan(31_000)
    expect(f.values.edge!['app/a/weight']).toBe('100')
  })

  it('keeps what had no effect where a roll-back is lossy, and says so', async () => {
    const f = fleet()
    await f.pass(60, 0.055)
    const { change } = await f.changes().apply(f.propose({ steps: [step('cache', 'config/maxmemory', '1000', '2000')] }).id, 'ann')
    await f.pass(120, 0.055)
    expect(f.change(change)).toMatchObject({ state: 'kept', verdict: 'no_effect', reversal: 'lossy', needsPerson: expect.any(String) })
    expect(f.values.cache!['config/maxmemory']).toBe('2000')
  })

  it('keeps, unjudged, when it loses sight; guards do not bite on what is not seen', async () => {
    const f = fleet()
    await f.pass(60, 0.055)
    const guards = [{ metric: 'pool_response_seconds', where: f.prediction.where, unit: 'seconds' as const, op: '>' as const, limit: 0.08, forMs: 5_000, why: 'slower' }] // biome-ignore format: one line
    const { change } = await f.changes().apply(f.propose({ guards }).id, 'ann')
    await f.pass(3, 0.2)
    await f.pass(118, null)
    expect(f.change(change)).toMatchObject({ state: 'kept', verdict: 'unjudged', needsPerson: expect.any(String) })
    expect(f.writes).toHaveLength(1)
  })

  it('rolls back on a guard that holds for its time', async () => {
    const f = fleet()
    await f.pass(60, 0.055)
    const guards = [{ metric: 'pool_response_seconds', where: f.prediction.where, unit: 'seconds' as const, op: '>' as const, limit: 0.08, forMs: 5_000, why: 'slower than before' }] // biome-ignore format: one line
    const { change } = await f.changes().apply(f.propose({ guards }).id, 'ann')
    await f.pass(14, 0.2)
    expect(f.change(change)).toMatchObject({ state: 'rolled_back', verdict: 'regressed', automatic: true })
    expect(f.change(change).journal.map((entry) => entry.what)).toContain('guard')
    expect(f.change(change).outcome).toContain('slower than before')
  })

  it('ends an own change kept and unjudged, unless its pool begins to fail', async () => {
    const f = fleet()
    const own = { steps: [{ setting: { target: 'edge', name: 'app/a/weight' }, after: '50' }], because: 'trying' }
    f.topology.pools = [{ target: 'edge', name: 'app', algorithm: 'roundrobin', balances: 'weight', can: ABLE, weightMax: 256, servers: [] }] // biome-ignore format: one line
    await f.pass(30, 0.05)
    const first = await f.changes().create(own, 'ann')
    expect(f.change(first.change)).toMatchObject({ prediction: null, steps: [{ before: '100', after: '50' }] })
    await f.pass(60, 0.05)
    expect(f.change(first.change)).toMatchObject({ state: 'kept', verdict: 'unjudged' })
    const second = await f.changes().create({ ...own, steps: [{ ...own.steps[0]!, after: '60' }] }, 'ann')
    for (let errors = 100; errors < 2500; errors += 100) await f.pass(1, 0.05, { errors })
    expect(f.change(second.change)).toMatchObject({ state: 'rolled_back', verdict: 'regressed' })
    expect(f.values.edge!['app/a/weight']).toBe('50')
  })

  it('ends in drift when another writer sets the value, leaves it alone, and proposes nothing for it until a person decides', async () => {
    const f = fleet()
    await f.pass(60, 0.055)
    const { change } = await f.changes().apply(f.propose().id, 'ann')
    await f.pass(3, 0.05)
    f.values.edge!['app/a/weight'] = '100'
    await f.pass(4, 0.05)
    expect(f.change(change)).toMatchObject({ state: 'failed', needsPerson: expect.any(String) })
    expect(f.change(change).journal.map((entry) => entry.what)).toContain('drift')
    expect(f.events.some((event) => event.type === 'change' && event.change.state === 'failed')).toBe(true)
    expect(f.writes).toHaveLength(1)
    const key = contestedKey({ target: 'edge', name: 'app/a/weight' })
    expect(f.store().memory.get(key)).not.toBeNull()
    f.changes().settle(change!, 'ann')
    expect(f.store().memory.get(key)).toBeNull()
    expect(f.change(change)).not.toHaveProperty('needsPerson')
    expect(f.change(change)).toMatchObject({ state: 'failed', seenTo: 'ann' })
  })
})

const HOUR = 3_600_000
describe.each([
  ['back by an hour', [-HOUR]],
  ['ahead by a day', [24 * HOUR]],
  ['ahead by a day and back', [24 * HOUR, -24 * HOUR]],
  ['again and again', [-HOUR, -HOUR, 2 * HOUR, -60_000]],
])('while the clock is set %s', (_, steps) => {
  const own = { steps: [{ setting: { target: 'edge', name: 'app/a/weight' }, after: '50' }], because: 'trying' }

  it('a watch lasts as long as it would have, and each step is told in its journal', async () => {
    const f = fleet()
    await f.pass(30, 0.05)
    const { change } = await f.changes().create(own, 'ann')
    for (const byMs of steps) {
      await f.pass(10, 0.05)
      f.setClock(byMs)
    }
    await f.pass(59 - steps.length * 10, 0.05)
    expect(f.change(change).state).toBe('watching')
    await f.pass(1, 0.05)
    expect(f.change(change)).toMatchObject({ state: 'kept', verdict: 'unjudged' })
    expect(f.change(change).journal.filter(({ text }) => text.startsWith('The clock of Evenkeel’s machine was set'))).toHaveLength(
      steps.length,
    )
    expect(f.change(change).endedAt! - f.change(change).watchFrom!).toBe(60_000)
  })

  it('a guard bites after its time, and an effect is judged', async () => {
    const f = fleet()
    await f.pass(60, 0.055)
    const guards = [{ metric: 'pool_response_seconds', where: f.prediction.where, unit: 'seconds' as const, op: '>' as const, limit: 0.08, forMs: 5_000, why: 'slower' }] // biome-ignore format: one line
    const { change } = await f.changes().apply(f.propose({ guards }).id, 'ann')
    for (const byMs of steps) {
      await f.pass(2, 0.05)
      f.setClock(byMs)
    }
    await f.pass(18, 0.2)
    expect(f.change(change)).toMatchObject({ state: 'rolled_back', verdict: 'regressed' })
    await f.pass(70, 0.055)
    const second = await f.changes().apply(f.propose().id, 'ann')
    for (const byMs of steps) {
      await f.pass(2, 0.026)
      f.setClock(byMs)
    }
    await f.pass(40, 0.026)
    expect(f.change(second.change)).toMatchObject({ state: 'kept', verdict: 'improved' })
  })

  it('a roll-back is tried for two minutes, no longer and no shorter', async () => {
    const f = fleet()
    const { change } = await f.changes().create(own, 'ann')
    f.troubles.get = () => {
      throw new EvenkeelError('unreachable', 'gone')
    }
    await f.changes().rollBack(change!, 'ann')
    for (const byMs of steps) f.setClock(byMs)
    await f.pass(119, null)
    expect(f.change(change).state).toBe('watching')
    await f.pass(2, null)
    expect(f.change(change)).toMatchObject({ state: 'failed', needsPerson: 'Put back by hand: app/a/weight on edge.' })
  })
})

describe('by hand', () => {
  it('keeps a watched change, with what was measured until then', async () => {
    const f = fleet()
    await f.pass(60, 0.055)
    const { change } = await f.changes().apply(f.propose().id, 'ann')
    await f.pass(10, 0.026)
    await f.changes().keep(change!, 'bob')
    expect(f.change(change)).toMatchObject({ state: 'kept', verdict: 'improved', measured: { before: expect.any(Number) } })
    await expect(f.changes().keep(change!, 'bob')).rejects.toEqual(refusal('not_allowed'))
    await f.changes().rollBack(change!, 'bob')
    expect(f.change(change)).toMatchObject({ state: 'rolled_back', automatic: false, verdict: 'unjudged' })
    expect(f.values.edge!['app/a/weight']).toBe('100')
    await expect(f.changes().rollBack(change!, 'bob')).rejects.toEqual(refusal('not_allowed'))
    await expect(f.changes().rollBack('none', 'bob')).rejects.toEqual(refusal('not_found'))
  })

  it('leaves alone what somebody else has changed since, names it, and puts the rest back', async () => {
    const f = fleet()
    const { change } = await f
      .changes()
      .apply(f.propose({ steps: [step('edge', 'app/a/weight', '100', '20'), step('edge', 'app/b/weight', '100', '120')] }).id, 'ann')
    f.values.edge!['app/a/weight'] = '33'
    await f.changes().rollBack(change!, 'ann')
    expect(f.change(change)).toMatchObject({ state: 'failed', outcome: expect.stringContaining('app/a/weight on edge is 33, not 20') })
    expect(f.values.edge).toMatchObject({ 'app/a/weight': '33', 'app/b/weight': '100' })
  })

  it('tries again while the server cannot be reached, then says what to do', async () => {
    const f = fleet()
    const { change } = await f.changes().apply(f.propose().id, 'ann')
    f.troubles.get = () => {
      throw new EvenkeelError('unreachable', 'gone')
    }
    await f.changes().rollBack(change!, 'ann')
    expect(f.change(change)).toMatchObject({ state: 'watching', rollingBack: { by: 'ann' } })
    await f.pass(20, null)
    f.troubles.get = undefined
    await f.pass(1, null)
    expect(f.change(change).state).toBe('rolled_back')
    expect(f.values.edge!['app/a/weight']).toBe('100')

    const again = await f
      .changes()
      .create({ steps: [{ setting: { target: 'edge', name: 'app/a/weight' }, after: '5' }], because: 'x' }, 'ann')
    f.troubles.get = () => {
      throw new EvenkeelError('unreachable', 'gone')
    }
    await f.changes().rollBack(again.change!, 'ann')
    await f.pass(121, null)
    expect(f.change(again.change)).toMatchObject({ state: 'failed', needsPerson: 'Put back by hand: app/a/weight on edge.' })
  })
})

describe('after a crash', () => {
  const path = () => join(mkdtempSync(join(tmpdir(), 'evenkeel-changes-')), 'evenkeel.db')

  it('watches on, judges with what was measured before, and reads the live value first', async () => {
    const f = fleet({ path: path() })
    await f.pass(60, 0.055)
    const { change } = await f.changes().apply(f.propose().id, 'ann')
    await f.pass(5, 0.026)
    f.crash()
    f.clock.now += 90_000
    await f.changes().recover()
    expect(f.change(change)).toMatchObject({ state: 'watching' })
    await f.pass(40, 0.026)
    expect(f.change(change)).toMatchObject({ state: 'kept', verdict: 'improved' })
    expect(f.change(change).measured!.before).toBeCloseTo(0.055, 3)
  })

  it('a watch lasts no longer than its whole length, though the clock was set back meanwhile', async () => {
    const f = fleet({ path: path() })
    const own = { steps: [{ setting: { target: 'edge', name: 'app/a/weight' }, after: '50' }], because: 'trying' }
    const { change } = await f.changes().create(own, 'ann')
    await f.pass(20, null)
    f.crash()
    f.clock.now -= HOUR
    await f.changes().recover()
    expect(f.change(change).watchUntil! - f.clock.now).toBe(60_000)
  })

  it('sees that the server lost the value meanwhile', async () => {
    const f = fleet({ path: path() })
    const { change } = await f.changes().apply(f.propose().id, 'ann')
    f.crash()
    f.values.edge!['app/a/weight'] = '100'
    await f.changes().recover()
    await f.pass(3, null)
    expect(f.change(change).state).toBe('failed')
  })

  /** A change as it stands in the journal when the process died in `applying`. */
  function halfWay(f: ReturnType<typeof fleet>): Change {
    const change: Change = {
      id: 'c1',
      state: 'applying',
      steps: [step('edge', 'app/a/weight', '100', '20'), step('edge2', 'app/a/weight', '50', '60')],
      because: 'x',
      proposal: f.propose().id,
      by: 'ann',
      at: f.clock.now,
      reversal: 'exact',
      prediction: f.prediction,
      guards: [],
      measured: null,
      verdict: null,
      journal: [{ at: f.clock.now, what: 'created', text: 'x' }],
    }
    f.store().changes.put(change)
    f.restart()
    return change
  }

  it.each([
    ['before the first write', { edge: '100', edge2: '50' }, 'rolled_back'],
    ['between the writes', { edge: '20', edge2: '50' }, 'rolled_back'],
    ['after the last write', { edge: '20', edge2: '60' }, 'watching'],
  ])('%s: undone or finished', async (_when, held, state) => {
    const f = fleet()
    for (const [target, value] of Object.entries(held)) f.values[target]!['app/a/weight'] = value
    halfWay(f)
    await f.changes().recover()
    expect(f.change('c1').state).toBe(state)
    const now = [f.values.edge!['app/a/weight'], f.values.edge2!['app/a/weight']]
    expect(now).toEqual(state === 'watching' ? ['20', '60'] : ['100', '50'])
    // Servers that read a file when they are told to were told, before anybody looked.
    expect(f.resumed).toEqual(['c1 edge app/a/weight 100 20', 'c1 edge2 app/a/weight 50 60'])
  })

  it('leaves alone what a third hand has set in between', async () => {
    const f = fleet()
    f.values.edge!['app/a/weight'] = '20'
    f.values.edge2!['app/a/weight'] = '55'
    halfWay(f)
    await f.changes().recover()
    expect(f.change('c1')).toMatchObject({ state: 'failed' })
    expect([f.values.edge!['app/a/weight'], f.values.edge2!['app/a/weight']]).toEqual(['100', '55'])
  })

  it('waits for a server that is not back yet', async () => {
    const f = fleet()
    f.values.edge!['app/a/weight'] = '20'
    halfWay(f)
    f.troubles.get = () => {
      throw new EvenkeelError('unreachable', 'gone')
    }
    await f.changes().recover()
    await f.pass(10, null)
    expect(f.change('c1').state).toBe('applying')
    f.troubles.get = undefined
    await f.pass(1, null)
    expect(f.change('c1').state).toBe('rolled_back')
    expect(f.values.edge!['app/a/weight']).toBe('100')
  })

  it('goes on with a roll-back that was under way', async () => {
    const f = fleet()
    const { change } = await f.changes().apply(f.propose().id, 'ann')
    f.store().changes.put({
      ...f.change(change),
      rollingBack: { by: 'ann', at: f.clock.now, because: 'Rolled back by ann.', automatic: false },
    })
    f.restart()
    f.troubles.resume = () => {
      throw new EvenkeelError('unreachable', 'it does not reload')
    }
    await f.changes().recover()
    expect(f.change(change)).toMatchObject({ state: 'watching', rollingBack: { by: 'ann' } })
    f.troubles.resume = undefined
    await f.pass(1, null)
    expect(f.change(change).state).toBe('rolled_back')
    expect(f.values.edge!['app/a/weight']).toBe('100')
    expect(f.resumed).toEqual([`${change} edge app/a/weight 20 100`])
    // The roll-back says which change it undoes: what was kept under its id is the text before it.
    expect([...f.causes]).toEqual([change])
  })
})

it('describes what a set of steps means', () => {
  const f = fleet()
  const steps = [step('edge', 'app/a/weight', '100', '20'), step('cache', 'config/maxmemory', '1000', '2000')]
  expect(f.changes().describe(steps)).toEqual({
    commands: ['set app/a/weight 20', 'set config/maxmemory 2000'],
    reversal: 'lossy',
    lost: ['what was evicted'],
    persistence: ['until it restarts'],
    groups: [{ target: 'edge', pool: 'app' }, { target: 'cache' }],
    costs: [],
  })
})

it('what a write has cost is journaled, and said before the next one, after a restart too', async () => {
  const f = fleet({ path: join(mkdtempSync(join(tmpdir(), 'evenkeel-changes-')), 'evenkeel.db') })
  f.troubles.cost = 'every client connection was cut for 12 ms'
  const { change } = await f.changes().apply(f.propose().id, 'ann')
  const told = f.change(change).journal.map(({ text }) => text)
  expect(told).toContain('edge holds the new values; every client connection was cut for 12 ms')
  f.crash()
  expect(f.changes().describe([step('edge', 'web/a/weight', '100', '20')])).toMatchObject({
    commands: ['set web/a/weight 20', '# last time every client connection was cut for 12 ms'],
    costs: [f.troubles.cost],
  })
})

describe('a drill', () => {
  const drill = (f: ReturnType<typeof fleet>) => ({
    of: 'a of app',
    lastsMs: 30_000,
    expects: [
      { ...f.prediction, fromMs: 5_000, toMs: 30_000 },
      { ...f.prediction, low: 0.1, high: 0.2, fromMs: 5_000, toMs: 30_000 },
      { ...f.prediction, metric: 'pool_error_ratio', where: { target: 'elsewhere' }, fromMs: 0, toMs: 1_000 },
    ],
  })
  const begun = async (f: ReturnType<typeof fleet>) =>
    (await f.changes().create({ ...own('edge', 'app/a/weight', '0'), drill: drill(f) }, 'ann')).change

  it('is put back when its time is over, and says what came of each expectation', async () => {
    const f = fleet()
    const change = await begun(f)
    await f.pass(29, 0.025)
    expect(f.values.edge!['app/a/weight']).toBe('0')
    expect(f.change(change).state).toBe('watching')
    await f.pass(2, 0.025)
    expect(f.values.edge!['app/a/weight']).toBe('100')
    const { state, automatic, verdict, outcome, drill: ended } = f.change(change)
    expect({ state, automatic, verdict }).toEqual({ state: 'rolled_back', automatic: false, verdict: 'unjudged' })
    expect(ended?.outcomes?.map(({ inside }) => inside)).toEqual([true, false, null])
    expect(outcome).toMatch(
      /^The drill is over: 1 of 2 as expected\. mean response 5 to 30 s after the write: 25\sms \(22 to 30\sms\) expected, 25\sms measured; /,
    )
  })

  it('is not kept, not even by who lowers the mode', async () => {
    const f = fleet()
    const change = await begun(f)
    await expect(f.changes().keep(change!, 'ben')).rejects.toThrow(/put back when its time is over/)
    await f.changes().land('keep', 'ben', () => {})
    expect(f.values.edge!['app/a/weight']).toBe('100')
    expect(f.change(change).state).toBe('rolled_back')
  })

  it('ends early by a person, and by a guard', async () => {
    const f = fleet()
    const first = await begun(f)
    await f.changes().rollBack(first!, 'ben')
    expect(f.change(first)).toMatchObject({ state: 'rolled_back', outcome: 'Rolled back by ben.' })
    const guard = { metric: 'pool_response_seconds', where: { target: 'edge', pool: 'app' }, unit: 'seconds' as const, op: '>' as const, limit: 0.2, forMs: 3_000, why: 'too slow' } // biome-ignore format: one line
    await f.pass(5, 0.025)
    const { change } = await f.changes().create({ ...own('edge', 'app/a/weight', '0'), drill: drill(f), guards: [guard] }, 'ann')
    await f.pass(10, 0.5)
    expect(f.values.edge!['app/a/weight']).toBe('100')
    expect(f.change(change)).toMatchObject({ state: 'rolled_back', automatic: true })
  })

  it('is put back after a crash too', async () => {
    const f = fleet({ path: mkdtempSync(join(tmpdir(), 'evenkeel-changes-')) })
    const change = await begun(f)
    await f.pass(5, 0.025)
    f.crash()
    await f.changes().recover()
    await f.pass(40, 0.025)
    expect(f.values.edge!['app/a/weight']).toBe('100')
    expect(f.change(change).state).toBe('rolled_back')
  })
})

describe('a course over a group', () => {
  const GROUP = { name: 'lbs', targets: ['lb1', 'lb2', 'lb3'], canary: 'lb1' }
  const values = () => Object.fromEntries(GROUP.targets.map((name) => [name, { 'app/a/weight': '100', 'app/b/weight': '100' }]))
  function group() {
    const f = fleet({ values: values() })
    for (const target of GROUP.targets) {
      const pool = poolOf(target, 'app', [100, 100])
      for (const [i, server] of pool.servers.entries()) server.name = 'ab'[i]!
      f.topology.pools.push(pool)
      f.topology.targets.push({ name: target, kind: 'lb', state: 'up', capabilities: [] })
    }
    f.topology.groups = [GROUP]
    const where = { target: 'lb1', pool: 'app' }
    const proposal = f.propose({ steps: [step('lb1', 'app/a/weight', '100', '20')], prediction: { ...f.prediction, where } })
    return { f, proposal, held: () => GROUP.targets.map((target) => f.values[target]!['app/a/weight']) }
  }
  const course = (f: ReturnType<typeof fleet>) => f.changes().courses()[0]!
  const part = (f: ReturnType<typeof fleet>, target: string) => f.changes().partsOf(course(f)).get(target)!
  /** A verdict as the watch gives it. */
  const improve = (f: ReturnType<typeof fleet>, target: string) =>
    f.store().changes.put({ ...part(f, target), state: 'kept', verdict: 'improved', endedAt: f.clock.now })

  it('is the canary first, then the others one after another, each with the prediction of its own', async () => {
    const { f, proposal, held } = group()
    expect(f.changes().groupOf(proposal.steps)).toEqual(GROUP)
    const dry = await f.changes().applyToGroup(proposal.id, 'ann', { dryRun: true })
    expect(dry).toMatchObject({ change: null, course: null, steps: [{ setting: { target: 'lb1' } }, { setting: { target: 'lb2' } }, {}] })
    const applied = await f.changes().applyToGroup(proposal.id, 'ann')
    expect(held()).toEqual(['20', '100', '100'])
    expect(f.change(applied.change)).toMatchObject({
      proposal: proposal.id,
      course: applied.course,
      prediction: { where: { target: 'lb1' } },
    })
    expect(f.store().proposals.get(proposal.id)).toMatchObject({ state: 'applied' })
    // Meanwhile nothing else sets this on the others, and what is like it can be set.
    await expect(f.changes().create(own('lb3', 'app/a/weight', '50'), 'ann')).rejects.toThrow(/Course \w+ is under way on group lbs/)
    await f.pass(3, null)
    expect(held()).toEqual(['20', '100', '100'])
    f.restart()
    improve(f, 'lb1')
    f.restart()
    await f.pass(2, null)
    expect(held()).toEqual(['20', '20', '100'])
    expect(part(f, 'lb2')).toMatchObject({ state: 'watching', prediction: { where: { target: 'lb2' } }, by: 'ann' })
    improve(f, 'lb2')
    f.restart()
    await f.pass(2, null)
    expect(held()).toEqual(['20', '20', '20'])
    improve(f, 'lb3')
    f.restart()
    await f.pass(1, null)
    expect(course(f)).toMatchObject({ state: 'done', outcome: 'All 3 of group lbs hold the new values.' })
  })

  it('begins once, though the tick comes while its canary is read, and another asks for the same', async () => {
    const { f, proposal, held } = group()
    const gate = Promise.withResolvers<void>()
    let reads = 0
    // Those before are of dry runs.
    f.troubles.get = async (name) => (name === 'lb1' && ++reads > 2 ? gate.promise : undefined)
    const applied = f.changes().applyToGroup(proposal.id, 'ann')
    const beside = f.changes().applyToGroup(proposal.id, 'bob').catch((error: unknown) => error) // biome-ignore format: one line
    await vi.waitFor(() => expect(reads).toBeGreaterThan(2))
    f.troubles.get = undefined
    await f.pass(2, null)
    gate.resolve()
    const { change, course: id } = await applied
    expect(await beside).toMatchObject({ code: 'busy' })
    expect(f.changes().courses()).toMatchObject([{ id, state: 'running' }])
    expect(part(f, 'lb1').id).toBe(change)
    expect(held()).toEqual(['20', '100', '100'])
  })

  it('stops at the first that gets worse, and all are rolled back', async () => {
    const { f, proposal, held } = group()
    await f.changes().applyToGroup(proposal.id, 'ann')
    improve(f, 'lb1')
    f.restart()
    await f.pass(2, null)
    await f.changes().rollBack(part(f, 'lb2').id, 'bob')
    await f.pass(3, null)
    expect(held()).toEqual(['100', '100', '100'])
    expect(course(f)).toMatchObject({ state: 'rolled_back', outcome: expect.stringMatching(/^Stopped at lb2: Rolled back by bob/) })
    expect(part(f, 'lb1')).toMatchObject({ state: 'rolled_back' })
    expect(f.changes().partsOf(course(f)).has('lb3')).toBe(false)
  })

  it('makes one behind the canary again that a crash cut off while it wrote', async () => {
    const { f, proposal, held } = group()
    await f.changes().applyToGroup(proposal.id, 'ann')
    improve(f, 'lb1')
    f.restart()
    await f.pass(2, null)
    const cut = part(f, 'lb2')
    f.values.lb2!['app/a/weight'] = '100'
    f.store().changes.put({ ...cut, state: 'applying', watchFrom: undefined, watchUntil: undefined })
    f.restart()
    await f.changes().recover()
    await f.pass(3, null)
    expect(f.change(cut.id)).toMatchObject({ state: 'rolled_back', automatic: true })
    expect(part(f, 'lb2')).toMatchObject({ state: 'watching' })
    expect(course(f)).toMatchObject({ state: 'running' })
    expect(held()).toEqual(['20', '20', '100'])
  })

  it('asks where the effect on the canary could not be told, and a person goes on or rolls back', async () => {
    const { f, proposal, held } = group()
    await f.changes().applyToGroup(proposal.id, 'ann')
    f.store().changes.put({ ...part(f, 'lb1'), state: 'kept', verdict: 'unjudged', endedAt: f.clock.now })
    f.restart()
    await f.pass(2, null)
    expect(course(f)).toMatchObject({ state: 'asking' })
    expect(held()).toEqual(['20', '100', '100'])
    f.changes().steerCourse(course(f).id, 'continue', 'bob')
    await f.pass(2, null)
    expect(held()).toEqual(['20', '20', '100'])
    f.changes().steerCourse(course(f).id, 'roll-back', 'bob')
    await f.pass(3, null)
    expect(held()).toEqual(['100', '100', '100'])
    expect(course(f)).toMatchObject({ state: 'rolled_back', outcome: 'Rolled back by bob.' })
  })

  it('waits behind a freeze, and ends where another writer has changed the next', async () => {
    const { f, proposal, held } = group()
    await f.changes().applyToGroup(proposal.id, 'ann')
    improve(f, 'lb1')
    f.restart()
    f.state.freeze = { by: 'bob', reason: 'Sale.', at: f.clock.now, until: f.clock.now + 60_000 }
    await f.pass(2, null)
    expect(course(f)).toMatchObject({ state: 'running' })
    expect(f.store().memory.get(courseWaitingKey(course(f)))).toMatchObject({
      target: 'lb2',
      because: expect.stringMatching(/frozen until/),
    })
    expect(held()).toEqual(['20', '100', '100'])
    f.state.freeze = null
    f.values.lb2!['app/a/weight'] = '20'
    await f.pass(4, null)
    expect(course(f)).toMatchObject({ state: 'rolled_back', outcome: expect.stringMatching(/^Stopped before lb2:/) })
    expect(held()).toEqual(['100', '20', '100'])
  })

  it('is of configured groups, else of pools of one name with the same servers', () => {
    const { f, proposal } = group()
    delete f.topology.groups
    expect(f.changes().groupOf(proposal.steps)).toEqual({ name: 'app of lb1, lb2, lb3', targets: GROUP.targets, canary: 'lb1' })
    f.topology.pools[1]!.servers[1]!.address = '10.9.9.9:80'
    expect(f.changes().groupOf(proposal.steps)?.targets).toEqual(['lb1', 'lb3'])
    f.topology.pools[2]!.servers.pop()
    expect(f.changes().groupOf(proposal.steps)).toBeNull()
  })
})
