import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ABLE } from '../../test/normal.ts'
import { createBus } from '../engine/bus.ts'
import type { Change } from '../model/change.ts'
import { EvenkeelError } from '../model/error.ts'
import type { AnyActuator, Edit } from '../model/product.ts'
import type { Guard, Proposal } from '../model/proposal.ts'
import { emptyTopology, type PoolServer } from '../model/topology.ts'
import { createStore } from '../store/store.ts'
import { createChanges } from './changes.ts'
import type { Mode } from './readOnly.ts'

const START = Date.UTC(2026, 0, 5, 12)
/** A job takes ten at once, ten times a second. */
const ITEMS = 500
const server = (name: string, state: PoolServer['state']): PoolServer => ({ name, address: '', id: 1, weightSet: 100, weightEffective: state === 'up' ? 100 : 0, state }) // biome-ignore format: one line
const guard: Guard = { metric: 'pool_error_ratio', where: { target: 'edge', pool: 'app' }, unit: 'ratio', op: '>', limit: 0.1, forMs: 2_000, why: 'they fail' } // biome-ignore format: one line

/** A balancer, a server that reads a file, and items for a job, in memory; every write is counted, whichever way it comes. */
function fleet() {
  const clock = { now: START }
  const values: Record<string, string> = {
    'edge app/a/weight': '100',
    'edge app/a/state': 'ready',
    'edge app/b/weight': '100',
    'edge app/c/state': 'maint',
    'edge app/c/weight': '100',
    'proxy app/a/weight': '1',
  }
  const items = new Array<string>(ITEMS).fill('old')
  const writes: string[] = []
  const trouble: { during?: () => Promise<void>; after?: () => void } = {}
  let mode: Mode = 'tune'
  const weights = (kind: string): AnyActuator => ({
    kind,
    settings: [
      { pattern: /weight$/, value: z.string().regex(/^\d+$/), reversal: 'exact', persistence: 'until it restarts' },
      { pattern: /state$/, value: z.enum(['ready', 'maint']), reversal: 'exact', persistence: 'until it restarts' },
    ],
    get: async ({ name }, names) => Object.fromEntries(names.map((setting) => [setting, values[`${name} ${setting}`]!])),
    async write({ name }, edits) {
      await trouble.during?.()
      for (const edit of edits) if (values[`${name} ${edit.name}`] !== edit.expect) throw new EvenkeelError('drift', edit.name)
      for (const edit of edits) values[`${name} ${edit.name}`] = edit.value
      writes.push(...edits.map((edit) => `${edit.name} ${edit.value}`))
      trouble.after?.()
    },
    ...(kind === 'file' && { resume: async () => void writes.push('resume') }),
    commands: (_config, edits) => edits.map((edit) => `set ${edit.name} ${edit.value}`),
  })
  const shop: AnyActuator = {
    kind: 'shop',
    settings: [{ pattern: /^items$/, value: z.string(), reversal: 'lossy', persistence: 'for ever', long: true }],
    get: async () => ({ items: 'old' }),
    write: async () => {},
    work: () => ({
      title: 'Make all items new',
      effect: { from: START, to: START + 60_000 },
      undoableUntil: START + 60_000,
      busy: async () => null,
      async look(cursor) {
        const from = Number(cursor)
        const edits: Edit[] = Array.from({ length: 10 }, (_, i) => ({ name: String(from + i), expect: 'old', value: 'new' }))
        return { edits, cursor: from + 10 >= ITEMS ? null : String(from + 10), progress: (from + 10) / ITEMS }
      },
      async write(edits) {
        const due = edits.filter(({ name, expect }) => items[Number(name)] === expect)
        for (const { name, value } of due) items[Number(name)] = value
        writes.push(...due.map(({ name, value }) => `${name} ${value}`))
        return due.length
      },
      close: async () => {},
    }),
    commands: () => ['give each item its value'],
  }
  const topology = {
    ...emptyTopology(),
    targets: [{ name: 'edge', kind: 'haproxy', state: 'up' as const, capabilities: [] }],
    pools: [
      {
        target: 'edge',
        name: 'app',
        algorithm: 'roundrobin',
        balances: 'weight' as const,
        can: ABLE,
        weightMax: 256,
        servers: [server('a', 'up'), server('b', 'up'), server('c', 'maint')],
      },
    ],
  }
  const path = join(mkdtempSync(join(tmpdir(), 'evenkeel-observe-')), 'evenkeel.db')
  const open = () => {
    const store = createStore({ path, now: () => clock.now })
    const changes = createChanges({
      store,
      actuators: [weights('haproxy'), weights('file'), shop],
      fleet: {
        targetConfig: (name) => ({ edge: { kind: 'haproxy', config: { name } }, proxy: { kind: 'file', config: { name } }, shop: { kind: 'shop', config: {} } })[name] ?? null, // biome-ignore format: one line
        window: (spanMs) => store.window(clock.now - spanMs, clock.now),
        topology: () => topology,
        pollNow: async () => {},
      },
      mode: () => mode,
      bus: createBus(() => {}),
      now: () => clock.now,
      log: { info() {}, warn() {}, error() {} },
      settings: { slowStartMs: 12_000, ownMs: 30_000, lookMs: 1_000 },
    })
    return { store, changes }
  }
  let now = open()
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  const change = (id: string) => now.store.changes.get(id)!
  return {
    values,
    items,
    writes,
    trouble,
    topology,
    changes: () => now.changes,
    change,
    putChange: (next: Change) => now.store.changes.put(next),
    job: (id: string) => now.store.jobs.get(change(id).job!)!,
    setMode: (next: Mode) => {
      mode = next
    },
    lower: (how?: 'keep' | 'roll-back') =>
      now.changes.land(how, 'ann', () => {
        mode = 'observe'
      }),
    /** Starts a change of one kind in tune mode. */
    async begin(kind: keyof typeof KINDS): Promise<string> {
      const steps = KINDS[kind].map(([target, name, before, after]) => ({ setting: { target, name }, before, after }))
      const words = { finding: 'f', advisor: 'x', because: 'x', risk: 'low' as const, riskBecause: '', commands: [] }
      const proposal: Proposal = { id: kind, ...words, steps, prediction: null, guards: [guard], state: 'open', createdAt: clock.now }
      now.store.proposals.put(proposal)
      return (await now.changes.apply(kind, 'ann')).change!
    },
    async pass(seconds: number, errors = 0) {
      for (let i = 0; i < seconds; i++) {
        clock.now += 1_000
        const at = clock.now - START
        now.store.append(
          'edge',
          clock.now,
          [
            { metric: 'pool_requests_total', labels: { pool: 'app' }, value: at },
            { metric: 'pool_errors_total', labels: { pool: 'app' }, value: at * errors },
          ],
          1_000,
        )
        await now.changes.tick()
        await turn()
      }
    },
    async until(holds: () => boolean) {
      for (let i = 0; i < 400 && !holds(); i++) {
        await now.changes.tick()
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
      expect(holds()).toBe(true)
    },
    /** The process dies; the next one is started in observe mode. */
    async startObserving(next: Mode = 'observe') {
      await now.changes.stop()
      now.store.close()
      mode = next
      now = open()
      writes.length = 0
      await now.changes.recover()
    },
  }
}

const KINDS = {
  weight: [
    ['edge', 'app/a/weight', '100', '20'],
    ['edge', 'app/b/weight', '100', '120'],
  ],
  return: [['edge', 'app/c/state', 'maint', 'ready']],
  file: [['proxy', 'app/a/weight', '1', '3']],
  job: [['shop', 'items', 'old', 'new']],
} as const
const kinds = ['weight', 'return', 'file', 'job'] as const

const refused = (code: string) => expect.objectContaining({ code })

describe.each(kinds)('observe mode and a change of kind %s', (kind) => {
  it('a start in it with the change in flight writes nothing: it ends kept and unjudged, with the commands that undo it', async () => {
    const f = fleet()
    const id = await f.begin(kind)
    if (kind === 'job') await f.until(() => f.job(id).done >= 10)
    await f.startObserving()
    const stood = { ...f.values }
    expect(f.change(id)).toMatchObject({ state: 'kept', verdict: 'unjudged', outcome: expect.stringMatching(/observe mode/) })
    expect(f.change(id).needsPerson).toMatch(/Decide/)
    expect(f.change(id).endedAt).toBeDefined()
    const back = { weight: ['set app/b/weight 100', 'set app/a/weight 100'], return: ['set app/c/state maint', 'set app/c/weight 100'], file: ['set app/a/weight 1'], job: [expect.stringMatching(/^# \d+ items/), 'give each item its value'] }[kind] // biome-ignore format: one line
    expect(f.change(id).undo).toEqual(back)
    await f.pass(16, 0.9)
    await expect(f.changes().rollBack(id, 'ann')).rejects.toEqual(refused('read_only'))
    await expect(f.changes().apply(kind, 'ann')).rejects.toEqual(refused('read_only'))
    if (kind === 'job') expect(f.job(id)).toMatchObject({ state: 'cancelled' })
    expect([f.writes, f.values]).toEqual([[], stood])
    // Nothing of it is lost: once it may write again, one click puts it back.
    f.setMode('tune')
    await f.changes().rollBack(id, 'ann')
    expect(f.change(id)).toMatchObject({ state: 'rolled_back', automatic: false })
    expect(f.change(id).undo).toBeUndefined()
    expect(f.values).toEqual(fleet().values)
    expect(f.items.every((item) => item === 'old')).toBe(true)
  }, 15_000)

  it('lowering it while the change is in flight asks first, and then does what was said', async () => {
    for (const how of ['keep', 'roll-back'] as const) {
      const f = fleet()
      const id = await f.begin(kind)
      if (kind === 'job') await f.until(() => f.job(id).done >= 10)
      await expect(f.lower()).rejects.toMatchObject({ code: 'busy', message: expect.stringContaining(id) })
      expect(f.change(id).state).toBe('watching')
      await f.lower(how)
      expect(f.change(id).state).toBe(how === 'keep' ? 'kept' : 'rolled_back')
      if (how === 'roll-back') {
        expect(f.values).toEqual(fleet().values)
        expect(f.items.every((item) => item === 'old')).toBe(true)
      }
      if (how === 'keep' && kind === 'return') expect(f.values['edge app/c/weight']).toBe('100')
      f.writes.length = 0
      await f.pass(16, 0.9)
      await expect(f.changes().rollBack(id, 'ann')).rejects.toEqual(refused('read_only'))
      expect(f.writes).toEqual([])
    }
  }, 15_000)

  it('when it is there all at once, no guard, stage, job, keep or roll-back writes any more', async () => {
    const f = fleet()
    const id = await f.begin(kind)
    f.setMode('observe')
    f.writes.length = 0
    await expect(f.changes().rollBack(id, 'ann')).rejects.toEqual(refused('read_only'))
    if (kind === 'return') await expect(f.changes().keep(id, 'ann')).rejects.toEqual(refused('read_only'))
    if (kind === 'job') {
      await f.changes().steerJob(f.change(id).job!, 'pause', 'ann').catch(() => {}) // biome-ignore format: one line
      await expect(f.changes().steerJob(f.change(id).job!, 'resume', 'ann')).rejects.toMatchObject({ code: expect.stringMatching(/read_only|not_found/) }) // biome-ignore format: one line
    }
    await f.pass(16, 0.9)
    expect(f.writes).toEqual([])
    expect(f.change(id)).toMatchObject({ state: expect.stringMatching(/kept|failed/) })
  }, 15_000)
})

describe('a start in observe mode after a crash', () => {
  it.each([
    ['nothing was written', ['100', '100'], { state: 'failed', outcome: expect.stringMatching(/^Not applied/) }, undefined, undefined],
    [
      'half was written',
      ['20', '100'],
      {
        state: 'kept',
        verdict: 'unjudged',
        outcome: expect.stringMatching(/half-way: app\/a\/weight on edge holds 20; app\/b\/weight on edge holds 100/),
      },
      ['set app/a/weight 100'],
      ['set app/b/weight 120'],
    ],
    ['all was written', ['20', '120'], { state: 'kept', verdict: 'unjudged' }, ['set app/b/weight 100', 'set app/a/weight 100'], undefined],
    [
      'somebody else has written since',
      ['20', '77'],
      { state: 'failed', outcome: expect.stringContaining('app/b/weight on edge is 77, not 120') },
      ['set app/a/weight 100'],
      undefined,
    ],
  ] as const)('while it wrote, when %s', async (_what, [a, b], ended, undo, finish) => {
    // biome-ignore format: a table
    const f = fleet()
    const id = await f.begin('weight')
    f.putChange({ ...f.change(id), state: 'applying', watchFrom: undefined, watchUntil: undefined })
    Object.assign(f.values, { 'edge app/a/weight': a, 'edge app/b/weight': b })
    await f.startObserving()
    expect(f.change(id)).toMatchObject(ended)
    expect([f.change(id).undo, f.change(id).finish, f.writes]).toEqual([undo, finish, []])
  })

  it.each([
    ['nothing is back', ['20', '120'], 'kept'],
    ['half is back', ['20', '100'], 'kept'],
    ['all is back', ['100', '100'], 'rolled_back'],
  ] as const)('while it was rolled back, when %s', async (_what, [a, b], state) => {
    const f = fleet()
    const id = await f.begin('weight')
    f.putChange({ ...f.change(id), rollingBack: { by: 'ann', at: START, because: 'Rolled back by ann.', automatic: false } })
    Object.assign(f.values, { 'edge app/a/weight': a, 'edge app/b/weight': b })
    await f.startObserving()
    expect(f.change(id)).toMatchObject({ state, verdict: 'unjudged' })
    expect(f.change(id).rollingBack).toBeUndefined()
    expect(f.writes).toEqual([])
    if (state === 'kept') expect(f.change(id).undo).toContain('set app/a/weight 100')
  })

  it('says that a server which reads a file may not have taken it up', async () => {
    const f = fleet()
    const id = await f.begin('file')
    f.putChange({ ...f.change(id), state: 'applying', watchFrom: undefined, watchUntil: undefined })
    await f.startObserving()
    expect(f.change(id)).toMatchObject({ state: 'kept', outcome: expect.stringMatching(/proxy may not have loaded its file/) })
    expect([f.change(id).undo, f.change(id).finish, f.writes]).toEqual([['set app/a/weight 1'], ['set app/a/weight 3'], []])
  })

  it('says what it could not read, and what has left the configuration', async () => {
    const f = fleet()
    const id = await f.begin('weight')
    const change = f.change(id)
    f.putChange({ ...change, steps: change.steps.map((step) => ({ ...step, setting: { ...step.setting, target: 'gone' } })) })
    await f.startObserving()
    expect(f.change(id)).toMatchObject({
      state: 'kept',
      verdict: 'unjudged',
      outcome: expect.stringMatching(/not known: .*no target "gone"/),
      undo: [expect.stringMatching(/^# gone, which is not configured any more/), expect.any(String)],
    })
  })
})

describe('lowering the mode', () => {
  it('does not happen when something could not be rolled back, and says why', async () => {
    const f = fleet()
    const [id] = [await f.begin('weight'), await f.begin('job')]
    f.values['edge app/a/weight'] = '33'
    await expect(f.lower('roll-back')).rejects.toMatchObject({
      code: 'drift',
      message: expect.stringMatching(/is 33, not 20.*stays as it is/),
    })
    expect(f.change(id).state).toBe('failed')
    // That change has ended, and the mode is still the old one.
    expect((await f.begin('file')).length).toBe(16)
    f.trouble.after = () => {
      throw new EvenkeelError('unreachable', 'gone away')
    }
    f.values['proxy app/a/weight'] = '3'
    await expect(f.lower('roll-back')).rejects.toMatchObject({ code: 'unreachable', message: expect.stringMatching(/gone away/) })
    f.trouble.after = undefined
    await f.lower('roll-back')
    await expect(f.begin('weight')).rejects.toEqual(refused('read_only'))
  })

  it('lets nothing begin meanwhile, and waits for what is being written', async () => {
    const f = fleet()
    let finish = () => {}
    const begun = new Promise<void>((resolve) => {
      f.trouble.during = () => {
        resolve()
        return new Promise((written) => {
          finish = written
        })
      }
    })
    const applying = f.begin('weight')
    await begun
    f.trouble.during = undefined
    const lowering = f.lower('roll-back')
    await expect(f.begin('file')).rejects.toEqual(refused('read_only'))
    expect(f.writes).toEqual([])
    finish()
    const id = await applying
    await lowering
    expect(f.change(id).state).toBe('rolled_back')
    expect(f.values).toEqual(fleet().values)
  })
})
