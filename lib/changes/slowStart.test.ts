import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ABLE } from '../../test/normal.ts'
import { createBus } from '../engine/bus.ts'
import { EvenkeelError } from '../model/error.ts'
import type { AnyActuator } from '../model/product.ts'
import { settingKey } from '../model/setting.ts'
import { emptyTopology, type Pool, type PoolServer, type TargetFacts } from '../model/topology.ts'
import { createStore } from '../store/store.ts'
import { createChanges } from './changes.ts'
import { slowStartOf } from './slowStart.ts'

const START = Date.UTC(2026, 0, 5, 12)
const server = (name: string, more: Partial<PoolServer> = {}): PoolServer => ({
  name,
  address: '',
  id: 1,
  weightSet: 100,
  weightEffective: 100,
  state: 'up',
  ...more,
})
const pool = (more: Partial<Pool> = {}, ...servers: PoolServer[]): Pool => ({
  target: 'edge',
  name: 'app',
  algorithm: 'roundrobin',
  balances: 'weight',
  can: ABLE,
  weightMax: 256,
  servers: servers.length > 0 ? servers : [server('a', { state: 'maint', weightEffective: 0 }), server('b')],
  ...more,
})
const A_STATE = { target: 'edge', name: 'app/a/state' }
const A_WEIGHT = { target: 'edge', name: 'app/a/weight' }

const EDGE: TargetFacts[] = [{ name: 'edge', kind: 'any', state: 'up', capabilities: [] }]

describe('which return is slow', () => {
  const of = (pools: Pool[], before = 'maint', weight = '100', ms = 30_000) =>
    slowStartOf(
      [{ setting: A_STATE, before, after: 'ready' }],
      new Map([[settingKey(A_WEIGHT), weight]]),
      { ...emptyTopology(), targets: EDGE, pools },
      ms,
    )
  const values = (...args: Parameters<typeof of>) => of(...args).slowStart?.rises[0]?.values

  it('from maintenance and from a drain, in four stages up to the weight it had', () => {
    expect(of([pool()]).slowStart).toEqual({
      rises: [{ setting: A_WEIGHT, before: '100', values: ['25', '50', '75', '100'] }],
      stage: 0,
      everyMs: 10_000,
    })
    expect(values([pool()], 'drain')).toEqual(['25', '50', '75', '100'])
    expect(values([pool()], 'maint', '3')).toEqual(['1', '2', '2', '3'])
    expect(values([pool()], 'ready')).toBeUndefined()
  })

  it('goes up to the weight that the same change asks for', () => {
    const steps = [{ setting: A_STATE, before: 'maint', after: 'ready' }, { setting: A_WEIGHT, before: '100', after: '40' }] // biome-ignore format: a table
    const { slowStart } = slowStartOf(
      steps,
      new Map([[settingKey(A_WEIGHT), '100']]),
      { ...emptyTopology(), targets: EDGE, pools: [pool()] },
      30_000,
    )
    expect(slowStart?.rises).toEqual([{ setting: A_WEIGHT, before: '100', values: ['10', '20', '30', '40'] }])
  })

  it.each<[string, Pool[], RegExp, string?, string?, number?]>([
    ['HAProxy does it', [pool({}, server('a', { slowstart: true }), server('b'))], /slowstart/],
    ['an agent moves the weight', [pool({}, server('a', { otherWriter: 'an agent check' }), server('b'))], /agent check/],
    ['weights move keys', [pool({ balances: 'hash', algorithm: 'uri consistent' })], /move keys/],
    ['weights are refused', [pool({ can: { ...ABLE, weight: { because: 'static-rr takes only 0 % and 100 %' } } })], /static-rr/],
    [
      'nobody else serves',
      [pool({}, server('a', { state: 'maint', weightEffective: 0 }), server('b', { state: 'down' }))],
      /no other server/,
    ],
    ['a weight of one has no part', [pool()], /no smaller part/, 'maint', '1'],
    ['it is turned off', [pool()], /0s/, 'maint', '100', 0],
  ])('goes at once, and says so, where %s', (_what, pools, why, before, weight, ms) => {
    const { slowStart, notes } = of(pools, before, weight, ms)
    expect(slowStart).toBeUndefined()
    expect(notes).toEqual([expect.stringMatching(why)])
  })

  it('is for pools whose product can: elsewhere a stage is a reload', () => {
    const reloads = pool({ can: { weight: true, state: true, slowStart: { because: 'each stage would be another reload' } } })
    const steps = [{ setting: A_STATE, before: 'drain', after: 'ready' }]
    expect(slowStartOf(steps, new Map([[settingKey(A_WEIGHT), '100']]), { ...emptyTopology(), targets: EDGE, pools: [reloads] }, 30_000)).toEqual({ notes: [] }) // biome-ignore format: one line
  })

  it("is ours after a drain, where HAProxy's slowstart does not act", () => {
    expect(values([pool({}, server('a', { slowstart: true, state: 'drain' }), server('b'))], 'drain')).toBeDefined()
  })
})

/** One pool on one balancer in memory; a return takes 12 s in stages of 4 s, its watch 20 s more. */
function balancer() {
  const clock = { now: START }
  const live: Record<string, string> = { 'app/a/weight': '100', 'app/a/state': 'maint', 'app/b/weight': '100', 'app/b/state': 'ready' }
  const writes: string[] = []
  const troubles: { read?: () => unknown; before?: () => unknown; after?: () => unknown } = {}
  const actuator: AnyActuator = {
    kind: 'lb',
    settings: [
      { pattern: /weight$/, value: z.string().regex(/^\d+$/), reversal: 'exact', persistence: 'until it restarts' },
      { pattern: /state$/, value: z.enum(['ready', 'drain', 'maint']), reversal: 'exact', persistence: 'until it restarts' },
    ],
    async get(_config, names) {
      await troubles.read?.()
      return Object.fromEntries(names.map((name) => [name, live[name]!]))
    },
    async write(_config, edits) {
      await troubles.before?.()
      for (const { name, expect } of edits) if (live[name] !== expect) throw new EvenkeelError('drift', `${name} is ${live[name]}`)
      for (const { name, value } of edits) {
        live[name] = value
        writes.push(`${name.slice('app/'.length)} ${value}`)
      }
      await troubles.after?.()
    },
    commands: (_config, edits) => edits.map(({ name, value }) => `set ${name} ${value}`),
  }
  const topology = { ...emptyTopology(), targets: EDGE, pools: [pool()] }
  const path = join(mkdtempSync(join(tmpdir(), 'evenkeel-slow-')), 'evenkeel.db')
  const open = () => {
    const store = createStore({ path, now: () => clock.now })
    const changes = createChanges({
      store,
      actuators: [actuator],
      fleet: {
        targetConfig: () => ({ kind: 'lb', config: {} }),
        window: (spanMs) => store.window(clock.now - spanMs, clock.now),
        topology: () => topology,
        pollNow: async () => {},
      },
      mode: () => 'tune',
      bus: createBus(() => {}),
      now: () => clock.now,
      log: { info() {}, warn() {}, error() {} },
      settings: { slowStartMs: 12_000, ownMs: 20_000, lookMs: 1_000 },
    })
    return { store, changes }
  }
  let runtime = open()
  let requests = 0
  let errors = 0
  return {
    live,
    writes,
    troubles,
    topology,
    changes: () => runtime.changes,
    comesBack: async (more: { setting: { target: string; name: string }; after: string }[] = []) => {
      const { change, commands } = await runtime.changes.create(
        { steps: [{ setting: A_STATE, after: 'ready' }, ...more], because: 'x' },
        'ann',
      )
      topology.pools = [pool({}, server('a'), server('b'))]
      return { id: change!, commands }
    },
    change: (id: string) => runtime.store.changes.get(id)!,
    only: () => runtime.store.changes.list()[0]!,
    async pass(seconds: number, failing = 0) {
      for (let i = 0; i < seconds; i++) {
        clock.now += 1_000
        requests += 50
        errors += 50 * failing
        const labels = { pool: 'app', server: 'a' }
        runtime.store.append('edge', clock.now, [{ metric: 'pool_requests_total', labels, value: requests }, { metric: 'pool_errors_total', labels, value: errors }], 1_000) // biome-ignore format: one line
        await runtime.changes.tick()
        await new Promise((resolve) => setImmediate(resolve))
      }
    },
    async crash() {
      runtime.store.close()
      runtime = open()
      await runtime.changes.recover()
    },
  }
}

describe('a slow start', () => {
  it('lowers the weight first, then lets requests in, then raises it stage by stage, each intent before its write', async () => {
    const b = balancer()
    const intents: number[] = []
    b.troubles.before = () => intents.push(b.only().journal.filter((entry) => entry.what === 'intent').length)
    const { id, commands } = await b.comesBack()
    expect(b.writes).toEqual(['a/weight 25', 'a/state ready'])
    expect(commands).toEqual(['set app/a/weight 25', 'set app/a/state ready', 'set app/a/weight 50', 'set app/a/weight 75', 'set app/a/weight 100']) // biome-ignore format: one line
    expect(b.change(id)).toMatchObject({ state: 'watching', steps: [{ setting: A_STATE, before: 'maint', after: 'ready' }] })
    await b.pass(3)
    expect(b.writes).toHaveLength(2)
    await b.pass(1)
    expect(b.live['app/a/weight']).toBe('50')
    await b.pass(8)
    expect(b.writes).toEqual(['a/weight 25', 'a/state ready', 'a/weight 50', 'a/weight 75', 'a/weight 100'])
    expect(intents).toEqual([1, 2, 3, 4])
    expect(b.change(id).state).toBe('watching')
    await b.pass(20)
    expect(b.change(id)).toMatchObject({ state: 'kept', verdict: 'unjudged' })
    await b.changes().rollBack(id, 'ann')
    expect(b.change(id).state).toBe('rolled_back')
    expect(b.live).toMatchObject({ 'app/a/weight': '100', 'app/a/state': 'maint' })
  })

  it('is rolled back at any moment: first out of the pool, then to the weight it had', async () => {
    const b = balancer()
    const { id } = await b.comesBack()
    await b.pass(5)
    await b.changes().rollBack(id, 'ann')
    expect(b.change(id)).toMatchObject({ state: 'rolled_back', automatic: false })
    expect(b.writes.slice(-2)).toEqual(['a/state maint', 'a/weight 100'])
    await b.pass(10)
    expect(b.live).toMatchObject({ 'app/a/weight': '100', 'app/a/state': 'maint' })
  })

  it('goes up at once when a person keeps it', async () => {
    const b = balancer()
    const { id } = await b.comesBack([{ setting: A_WEIGHT, after: '40' }])
    expect(b.live['app/a/weight']).toBe('10')
    await b.changes().keep(id, 'ann')
    expect(b.change(id).state).toBe('kept')
    expect(b.live).toMatchObject({ 'app/a/weight': '40', 'app/a/state': 'ready' })
    await b.changes().rollBack(id, 'ann')
    expect(b.live).toMatchObject({ 'app/a/weight': '100', 'app/a/state': 'maint' })
  })

  it('is put back when the server fails what it is given', async () => {
    const b = balancer()
    const { id } = await b.comesBack()
    await b.pass(14, 0.5)
    expect(b.change(id)).toMatchObject({ state: 'rolled_back', verdict: 'regressed', automatic: true })
    expect(b.live).toMatchObject({ 'app/a/weight': '100', 'app/a/state': 'maint' })
    // Errors held the stage before they ended it.
    expect(b.writes).not.toContain('a/weight 75')
  })

  it('takes its own stage, seen by a look that began before it, for no other writer', async () => {
    const b = balancer()
    const { id } = await b.comesBack()
    await b.pass(2)
    let answer = () => {}
    b.troubles.read = () => {
      b.troubles.read = undefined
      return new Promise<void>((resolve) => {
        answer = resolve
      })
    }
    await b.pass(2)
    expect(b.live['app/a/weight']).toBe('50')
    answer()
    await b.pass(2)
    expect(b.change(id)).toMatchObject({ state: 'watching', slowStart: { stage: 1 } })
  })

  it('waits for a server that is not up, and gives it its weight at the end', async () => {
    const b = balancer()
    const { id } = await b.comesBack()
    b.topology.pools = [pool({}, server('a', { state: 'down', weightEffective: 0 }), server('b'))]
    await b.pass(31)
    expect(b.live['app/a/weight']).toBe('25')
    await b.pass(2)
    expect(b.live['app/a/weight']).toBe('100')
    expect(b.change(id)).toMatchObject({ state: 'kept' })
    expect(b.change(id).journal.map(({ text }) => text)).toContainEqual(expect.stringContaining('a is down'))
  })

  it.each(['before', 'after'] as const)('a crash %s the write of a stage is finished at the next start', async (when) => {
    const b = balancer()
    const { id } = await b.comesBack()
    await b.pass(3)
    b.troubles[when] = () => {
      throw new Error('the process dies here')
    }
    await b.pass(1)
    expect(b.change(id).slowStart).toMatchObject({ stage: 0, writing: 1 })
    b.troubles[when] = undefined
    await b.crash()
    await b.pass(1)
    expect(b.live['app/a/weight']).toBe('50')
    await b.pass(45)
    expect(b.live).toMatchObject({ 'app/a/weight': '100', 'app/a/state': 'ready' })
    expect(b.change(id).state).toBe('kept')
    expect(b.writes.filter((write) => write === 'a/weight 50')).toHaveLength(1)
  })

  it.each([
    ['before', { 'app/a/weight': '100', 'app/a/state': 'maint' }, 'rolled_back'],
    ['after', { 'app/a/weight': '100', 'app/a/state': 'ready' }, 'kept'],
  ] as const)('a crash right %s the first write leaves %o', async (when, live, state) => {
    const b = balancer()
    const died = new Promise<void>((resolve) => {
      b.troubles[when] = () => {
        resolve()
        return new Promise(() => {})
      }
    })
    // The deadline of that write runs out in a process that is no more: nobody hears of it.
    b.comesBack().catch(() => {})
    await died
    b.troubles[when] = undefined
    await b.crash()
    b.topology.pools = [pool({}, server('a'), server('b'))]
    await b.pass(50)
    expect(b.live).toMatchObject(live)
    expect(b.only().state).toBe(state)
  })

  it('a crash in a stage can still be rolled back exactly', async () => {
    const b = balancer()
    const { id } = await b.comesBack()
    await b.pass(3)
    b.troubles.after = () => {
      b.troubles.after = undefined
      throw new Error('the process dies here')
    }
    await b.pass(1)
    await b.crash()
    await b.changes().rollBack(id, 'ann')
    expect(b.live).toMatchObject({ 'app/a/weight': '100', 'app/a/state': 'maint' })
    expect(b.change(id).state).toBe('rolled_back')
  })

  it('ends in drift when another writer sets the weight, which is left alone; half a weight is not left when the state is theirs', async () => {
    const b = balancer()
    const first = await b.comesBack()
    b.live['app/a/weight'] = '7'
    await b.pass(6)
    expect(b.change(first.id)).toMatchObject({ state: 'failed', needsPerson: expect.any(String) })
    expect(b.live).toMatchObject({ 'app/a/weight': '7', 'app/a/state': 'ready' })

    Object.assign(b.live, { 'app/a/weight': '100', 'app/a/state': 'maint' })
    const second = await b.comesBack()
    b.live['app/a/state'] = 'drain'
    await b.pass(3)
    expect(b.change(second.id)).toMatchObject({ state: 'failed' })
    expect(b.live).toMatchObject({ 'app/a/weight': '100', 'app/a/state': 'drain' })
  })
})
