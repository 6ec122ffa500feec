import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { checkout } from '../../test/checkout.ts'
import { createBus } from '../engine/bus.ts'
import type { AnyActuator } from '../model/product.ts'
import type { Owned } from '../model/repository.ts'
import { emptyTopology } from '../model/topology.ts'
import { createStore } from '../store/store.ts'
import { createChanges } from './changes.ts'

const START = Date.UTC(2026, 0, 5, 12)
const FILE = 'haproxy.cfg'
const TEXT = 'backend app\n  server a 10.0.0.1:80 weight 100\n  server b 10.0.0.2:80 weight 100\n'
const STEP = { setting: { target: 'edge', name: 'app/a/weight' }, after: '50' }

type Options = {
  pullRequest?: string[]
  files?: { file: string }[]
  mode?: 'observe' | 'tune'
  path?: string
  own?: ReturnType<typeof checkout>
}

/** HAProxy's settings in memory, owned by a checkout. Whatever is written to the server fails the test. */
function fleet({ pullRequest, files = [{ file: FILE }], path = ':memory:', own = checkout({ [FILE]: TEXT }), ...options }: Options = {}) {
  const clock = { now: START }
  const state = { mode: options.mode ?? ('tune' as const as 'observe' | 'tune'), down: false }
  const values: Record<string, string> = { 'app/a/weight': '100', 'app/b/weight': '100' }
  const actuator: AnyActuator = {
    kind: 'haproxy',
    settings: [{ pattern: /^app\/\w\/weight$/, value: z.string().regex(/^\d+$/), reversal: 'exact', persistence: '' }],
    async get(_config, names) {
      if (state.down) throw new Error('away')
      return Object.fromEntries(names.map((name) => [name, values[name]!]))
    },
    async write() {
      throw new Error('a server that its file owns was written')
    },
    commands: () => [],
  }
  const repository: Owned['repository'] = {
    path: own.path,
    files,
    prefix: 'evenkeel/',
    author: { name: 'Evenkeel', email: 'keel@example.com' },
    arrivesMs: 3_600_000,
    ...(pullRequest && { pullRequest: { command: pullRequest, timeoutMs: 5_000, environment: [] } }),
  }
  const store = createStore({ path, now: () => clock.now })
  const make = () =>
    createChanges({
      store,
      actuators: [actuator],
      fleet: {
        targetConfig: (name) =>
          name === 'edge'
            ? { kind: 'haproxy', config: { name, owner: 'file', repository } }
            : name === 'plain'
              ? { kind: 'haproxy', config: { name } }
              : null,
        window: (spanMs) => store.window(clock.now - spanMs, clock.now),
        topology: emptyTopology,
        pollNow: async () => {},
      },
      mode: () => state.mode,
      bus: createBus(() => {}),
      now: () => clock.now,
      log: { info() {}, warn() {}, error() {} },
      settings: { ownMs: 20_000 },
    })
  const changes = make()
  return {
    own,
    store,
    values,
    state,
    clock,
    changes,
    /** As after a crash. */
    again: make,
    change: (id: string) => store.changes.get(id)!,
    /** Lets time pass in steps of a tick; a read begun in one is judged in the next. */
    async pass(ms: number, of = changes) {
      for (let left = ms; left > 0; left -= 1_000) {
        clock.now += Math.min(1_000, left)
        await of.tick()
        await new Promise((resolve) => setImmediate(resolve))
      }
    },
    async until(condition: () => boolean) {
      const deadline = performance.now() + 10_000
      while (!condition() && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10))
      expect(condition()).toBe(true)
    },
    [Symbol.dispose]: () => own[Symbol.dispose](),
  }
}

const refusal = (code: string, words = '') => expect.objectContaining({ code, message: expect.stringContaining(words) })

describe('a change of a target that its file owns', () => {
  it('is a commit on a branch, is awaited, and is watched from its arrival on', async () => {
    using f = fleet()
    const before = f.own.state()
    const { change: id, commands } = await f.changes.create({ steps: [STEP], because: 'slow' }, 'ann')
    expect(f.change(id!)).toMatchObject({
      state: 'awaiting',
      steps: [{ before: '100', after: '50' }],
      committed: { branch: `evenkeel/${id}`, base: 'main', files: [FILE], until: START + 3_600_000 },
    })
    expect(commands).toContain('+  server a 10.0.0.1:80 weight 50')
    expect(f.own.state()).toBe(before)
    expect(f.own.git('show', `evenkeel/${id}:${FILE}`)).toBe(TEXT.replace('weight 100', 'weight 50'))
    expect(f.own.git('log', '-1', '--format=%B', `evenkeel/${id}`)).toContain(
      `edge: app/a/weight 100 to 50\n\nslow\n\nChange ${id} of Evenkeel, by ann.`,
    )
    await f.pass(600_000)
    expect(f.change(id!)).toMatchObject({ state: 'awaiting' })
    expect(f.change(id!).watchFrom).toBeUndefined()
    f.values['app/a/weight'] = '50'
    await f.pass(10_000)
    expect(f.change(id!)).toMatchObject({ state: 'watching' })
    expect(f.change(id!).watchFrom).toBeGreaterThan(START + 600_000)
    await f.pass(30_000)
    expect(f.change(id!)).toMatchObject({ state: 'kept', verdict: 'unjudged' })
  })

  it('holds its pool meanwhile, and a second change of it is refused', async () => {
    using f = fleet()
    const both = await Promise.allSettled([
      f.changes.create({ steps: [STEP], because: '' }, 'ann'),
      f.changes.create({ steps: [{ ...STEP, after: '60' }], because: '' }, 'bob'),
    ])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(both.find((one) => one.status === 'rejected')!.reason).toEqual(refusal('busy'))
    expect(f.own.git('branch', '--list', 'evenkeel/*').trim().split('\n')).toHaveLength(1)
  })

  it('fails with words when its value never arrives, or another one does', async () => {
    using f = fleet()
    const { change: late } = await f.changes.create({ steps: [STEP], because: '' }, 'ann')
    f.state.down = true
    await f.pass(3_590_000)
    f.state.down = false
    await f.pass(20_000)
    expect(f.change(late!)).toMatchObject({
      state: 'failed',
      outcome: expect.stringMatching(
        new RegExp(`^The value never arrived: 1.h after the commit on evenkeel/${late} app/a/weight on edge is still 100\\.$`),
      ),
      needsPerson: expect.stringContaining('delete the branch'),
    })
    const { change: other } = await f.changes.create({ steps: [STEP], because: '' }, 'ann')
    f.values['app/a/weight'] = '70'
    await f.pass(10_000)
    expect(f.change(other!)).toMatchObject({ state: 'failed', outcome: expect.stringContaining('is 70, neither 100 nor 50') })
  })

  it('waits until each of its values is there', async () => {
    using f = fleet()
    const second = { setting: { target: 'edge', name: 'app/b/weight' }, after: '20' }
    const { change: id } = await f.changes.create({ steps: [STEP, second], because: '' }, 'ann')
    f.values['app/a/weight'] = '50'
    await f.pass(30_000)
    expect(f.change(id!).state).toBe('awaiting')
    f.values['app/b/weight'] = '20'
    await f.pass(10_000)
    expect(f.change(id!).state).toBe('watching')
  })

  it('is refused before anything is written where file and server differ, and in observe mode', async () => {
    using f = fleet()
    f.own.commit({ [FILE]: TEXT.replace('weight 100', 'weight 80') })
    const make = (steps = [STEP]) => f.changes.create({ steps, because: '' }, 'ann')
    await expect(make()).rejects.toEqual(refusal('drift', `${FILE} at main says app/a/weight 80, and edge has 100`))
    await expect(make([STEP, { setting: { target: 'plain', name: 'app/b/weight' }, after: '3' }])).rejects.toEqual(refusal('invalid', 'not kept in one repository')) // biome-ignore format: one line
    f.state.mode = 'observe'
    await expect(make()).rejects.toEqual(refusal('read_only'))
    expect(f.own.git('branch', '--list', 'evenkeel/*')).toBe('')
    expect(f.store.changes.list()).toEqual([])
  })

  it('is taken back by a second commit, and ends when the old value is at the server', async () => {
    using f = fleet()
    const { change: id } = await f.changes.create({ steps: [STEP], because: '' }, 'ann')
    f.own.git('merge', '--quiet', `evenkeel/${id}`)
    f.values['app/a/weight'] = '50'
    await f.pass(10_000)
    await f.changes.rollBack(id!, 'bob')
    expect(f.change(id!)).toMatchObject({ state: 'awaiting', rollingBack: { by: 'bob' }, returned: { branch: `evenkeel/${id}-back` } })
    expect(f.own.git('show', `evenkeel/${id}-back:${FILE}`)).toBe(TEXT)
    await f.pass(10_000)
    expect(f.change(id!).state).toBe('awaiting')
    f.values['app/a/weight'] = '100'
    await f.pass(10_000)
    expect(f.change(id!)).toMatchObject({ state: 'rolled_back', automatic: false })
  })

  it('says what to do where it cannot be taken back: the checkout does not know the commit', async () => {
    using f = fleet()
    const { change: id } = await f.changes.create({ steps: [STEP], because: '' }, 'ann')
    f.values['app/a/weight'] = '50'
    await f.pass(10_000)
    await f.changes.rollBack(id!, 'bob')
    expect(f.change(id!)).toMatchObject({
      state: 'failed',
      outcome: expect.stringContaining(`${FILE} at main says app/a/weight 100, and edge has 50`),
      needsPerson: expect.stringContaining(`Revert the commit of evenkeel/${id} by hand`),
    })
  })

  it('that has not arrived is withdrawn', async () => {
    using f = fleet()
    const { change: id } = await f.changes.create({ steps: [STEP], because: '' }, 'ann')
    await expect(f.changes.keep(id!, 'bob')).rejects.toEqual(refusal('not_allowed'))
    await f.changes.rollBack(id!, 'bob')
    expect(f.change(id!)).toMatchObject({ state: 'rolled_back', outcome: expect.stringContaining(`delete the branch evenkeel/${id}`) })
    // It stands in nobody's way any more.
    await f.changes.create({ steps: [STEP], because: '' }, 'ann')
  })

  it('opens its pull request by the command, and shows what that said', async () => {
    using f = fleet({ pullRequest: ['printf', '%s', 'opened {branch} {title}'] })
    const { change: id } = await f.changes.create({ steps: [STEP], because: '' }, 'ann')
    await f.until(() => f.change(id!).committed?.pullRequest?.state === 'done')
    expect(f.change(id!).committed!.pullRequest!.output).toBe(`opened evenkeel/${id} edge: app/a/weight 100 to 50`)
  })

  it('is known after a crash: the branch tells whether it was made, and nobody whether its pull request was', async () => {
    using f = fleet({ pullRequest: ['sleep', '60'] })
    const { change: id } = await f.changes.create({ steps: [STEP], because: '' }, 'ann')
    await f.until(() => f.change(id!).committed?.pullRequest?.state === 'running')
    const made = f.change(id!)
    const restarted = f.again()
    await restarted.recover()
    expect(f.change(id!)).toMatchObject({ state: 'awaiting', committed: { pullRequest: { state: 'interrupted' } } })
    await f.changes.stop()

    // Right after the commit, before it was written down.
    f.store.changes.put({ ...made, state: 'applying', committed: { ...made.committed!, commit: '', pullRequest: undefined } })
    await f.again().recover()
    expect(f.change(id!)).toMatchObject({
      state: 'awaiting',
      committed: { commit: made.committed!.commit, pullRequest: { state: 'interrupted' } },
    })

    // Before the commit.
    f.own.git('branch', '-D', `evenkeel/${id}`)
    f.store.changes.put({ ...made, state: 'applying', committed: { ...made.committed!, commit: '', pullRequest: undefined } })
    await f.again().recover()
    expect(f.change(id!)).toMatchObject({ state: 'failed', outcome: expect.stringContaining('ended before the branch') })
  })

  it('lets the mode be lowered while it waits, and writes nothing then either', async () => {
    using f = fleet()
    const { change: id } = await f.changes.create({ steps: [STEP], because: '' }, 'ann')
    await f.changes.land(undefined, 'ann', () => {
      f.state.mode = 'observe'
    })
    await f.pass(30_000)
    expect(f.change(id!).state).toBe('awaiting')
    f.values['app/a/weight'] = '50'
    await f.pass(20_000)
    expect(f.change(id!)).toMatchObject({ state: 'kept', verdict: 'unjudged' })
  })

  it('tries everything in a dry run and makes no branch', async () => {
    using f = fleet()
    const { change, commands } = await f.changes.create({ steps: [STEP], because: '' }, 'ann', { dryRun: true })
    expect(change).toBeNull()
    expect(commands).toContain(`--- a/${FILE}`)
    expect(f.own.git('branch', '--list', 'evenkeel/*')).toBe('')
  })
})
