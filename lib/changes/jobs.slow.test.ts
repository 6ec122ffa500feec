import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { createBus } from '../engine/bus.ts'
import type { Change } from '../model/change.ts'
import { EvenkeelError } from '../model/error.ts'
import { canJob, type JobState, type JobVerb } from '../model/job.ts'
import type { AnyActuator, Edit } from '../model/product.ts'
import type { Proposal } from '../model/proposal.ts'
import { emptyTopology } from '../model/topology.ts'
import { createStore } from '../store/store.ts'
import { createChanges } from './changes.ts'

const log = { info() {}, warn() {}, error() {} }

/** Items 0 to `size`, each `old`, that a job makes `new`, so many a slice. */
function shop(size: number, slice: number) {
  const items: string[] = new Array(size).fill('old')
  const trouble: { look?: Error; busy?: string; write?: Error; sittings?: number; settleMs?: number } = {}
  let sat = 0
  const actuator: AnyActuator = {
    kind: 'shop',
    settings: [{ pattern: /^(items|one)$/, value: z.string(), reversal: 'lossy', persistence: 'for ever', long: true }],
    get: async (_config, names) => Object.fromEntries(names.map((name) => [name, 'old'])),
    write: async () => {},
    work: () => ({
      title: 'Make all items new',
      effect: { from: Date.now(), to: Date.now() + 60_000 },
      ...(trouble.settleMs !== undefined && { settleMs: trouble.settleMs }),
      undoableUntil: Date.now() + 60_000,
      busy: async () => trouble.busy ?? null,
      async look(cursor) {
        if (trouble.look) throw trouble.look
        const from = Number(cursor)
        const to = Math.min(size, from + slice)
        const edits: Edit[] = []
        for (let i = from; i < to; i++) if (items[i] === 'old') edits.push({ name: String(i), expect: 'old', value: 'new' })
        return { edits, cursor: to === size ? null : String(to), progress: to / size }
      },
      async write(edits) {
        if (trouble.write) throw trouble.write
        if (trouble.sittings !== undefined && ++sat % trouble.sittings !== 0) return 'unfinished'
        const due = edits.filter(({ name, expect }) => items[Number(name)] === expect)
        for (const { name, value } of due) items[Number(name)] = value
        return due.length
      },
      close: async () => {},
    }),
    commands: () => [],
  }
  const store = createStore({ path: ':memory:' })
  const changes = createChanges({
    store,
    actuators: [actuator],
    fleet: {
      targetConfig: () => ({ kind: 'shop', config: {} }),
      window: (spanMs) => store.window(Date.now() - spanMs, Date.now()),
      topology: emptyTopology,
      pollNow: async () => {},
    },
    mode: () => 'tune',
    bus: createBus((error) => {
      throw error
    }),
    log,
  })
  const proposal = (names: string[]) =>
    ({
      id: 'p',
      finding: 'f',
      steps: names.map((name) => ({ setting: { target: 'shop', name }, before: 'old', after: 'new' })),
      because: 'a test',
      prediction: null,
      guards: [],
      state: 'open',
    }) as unknown as Proposal
  async function apply(names = ['items']): Promise<string> {
    store.proposals.put(proposal(names))
    return (await changes.apply('p', 'ann')).change!
  }
  async function until<T>(what: () => T, holds: (value: T) => boolean): Promise<T> {
    for (const end = Date.now() + 8_000; ; await sleep(20)) {
      await changes.tick()
      const value = what()
      if (holds(value)) return value
      if (Date.now() > end) throw new Error(`still ${JSON.stringify(value)}`)
    }
  }
  const change = (id: string) => store.changes.get(id) as Change
  const job = (id: string) => store.jobs.get(change(id).job!)!
  return { items, trouble, store, changes, apply, until, change, job } // biome-ignore format: one line
}

test('a job runs to its end beside the watch, and keeping its change leaves what it did', async () => {
  const { items, apply, until, change, job, changes } = shop(30, 10)
  const id = await apply()
  expect(change(id)).toMatchObject({ state: 'watching', steps: [{ before: 'old', after: 'new' }] })
  await until(() => job(id), ({ state }) => state === 'done') // biome-ignore format: one line
  expect(job(id)).toMatchObject({ done: 30, total: 30, undoRecorded: 30, left: 0 })
  expect(items.every((item) => item === 'new')).toBe(true)
  await changes.keep(id, 'ann')
  expect(change(id)).toMatchObject({ state: 'kept' })
})
test('keeping ends the job where it is; rolling back leaves what is somebody else’s', async () => {
  const { items, apply, until, change, job, changes } = shop(1_000, 10)
  const id = await apply()
  await until(() => items.filter((item) => item === 'new').length, (count) => count > 10) // biome-ignore format: one line
  await changes.keep(id, 'ann')
  expect(job(id)).toMatchObject({ state: 'cancelled', rate: 0 })
  const kept = [...items]
  await sleep(300)
  expect(items).toEqual(kept)
  items[0] = 'theirs'
  await changes.rollBack(id, 'ann')
  expect(items).toEqual(['theirs', ...new Array(999).fill('old')])
  expect(change(id).journal.map(({ text }) => text)).toContainEqual(expect.stringMatching(/1 .*left alone/))
})
test('more than the undo may hold: nothing of it stays', async () => {
  const { items, apply, until, change, store } = shop(300_000, 150_000)
  const id = await apply()
  await until(() => change(id), ({ state }) => state === 'rolled_back') // biome-ignore format: one line
  expect(change(id)).toMatchObject({ automatic: true, outcome: expect.stringMatching(/200.?000/) })
  expect(items.every((item) => item === 'old')).toBe(true)
  expect(await store.undo.count(id)).toBe(0)
}, 15_000)
test('it waits while its server is busy or away', async () => {
  const { items, trouble, apply, until, job, changes } = shop(1_000, 1)
  trouble.busy = 'it is busy'
  const id = await apply()
  const waits = (because: RegExp) => until(() => job(id), ({ waiting }) => because.test(waiting ?? '')) // biome-ignore format: one line
  await waits(/busy/)
  expect(items.every((item) => item === 'old')).toBe(true)
  delete trouble.busy
  trouble.look = new EvenkeelError('unreachable', 'nothing listens there')
  await waits(/nothing listens/)
  delete trouble.look
  await changes.steerJob(job(id).id, 'pause', 'ann')
  await changes.steerJob(job(id).id, 'resume', 'ann')
  await until(() => job(id), ({ done }) => done > 0) // biome-ignore format: one line
  await changes.steerJob(job(id).id, 'cancel', 'ann')
  await expect(changes.steerJob('none', 'pause', 'ann')).rejects.toMatchObject({ code: 'not_found' })
}, 15_000)
test('a write that takes several calls is written through before anything else: at a pause too, and when it is put back', async () => {
  const { items, trouble, apply, until, job, changes } = shop(40, 10)
  trouble.sittings = 4
  const id = await apply()
  await until(() => job(id), ({ undoRecorded }) => undoRecorded > 0) // biome-ignore format: one line
  await changes.steerJob(job(id).id, 'pause', 'ann')
  const { done, undoRecorded, left } = job(id)
  expect(done).toBeGreaterThanOrEqual(10)
  expect({ undoRecorded, left }).toEqual({ undoRecorded: done, left: 0 })
  expect(items.filter((item) => item === 'new')).toHaveLength(done)
  await changes.steerJob(job(id).id, 'resume', 'ann')
  await until(() => job(id), ({ state }) => state === 'done') // biome-ignore format: one line
  await changes.rollBack(id, 'ann')
  expect(items.every((item) => item === 'old')).toBe(true)
})
test('what a write has begun keeps its undo, although it is refused later', async () => {
  const { trouble, apply, until, change, store, job } = shop(40, 10)
  trouble.sittings = 1_000_000
  const id = await apply()
  await until(() => job(id), ({ undoRecorded }) => undoRecorded > 0) // biome-ignore format: one line
  trouble.write = new EvenkeelError('not_allowed', 'no more')
  await until(() => change(id), ({ rollingBack }) => rollingBack !== undefined) // biome-ignore format: one line
  expect(await store.undo.count(id)).toBe(10)
})
test('of a job that takes as long as it takes, the watch ends soon after it', async () => {
  const { trouble, apply, until, change, job } = shop(30, 10)
  trouble.settleMs = 5_000
  const id = await apply()
  await until(() => job(id), ({ state }) => state === 'done') // biome-ignore format: one line
  const { effect } = job(id)
  expect(Math.abs(effect.from - Date.now())).toBeLessThan(2_000)
  expect(effect.to - effect.from).toBe(5_000)
  const { watchUntil } = await until(() => change(id), ({ journal }) => journal.some(({ text }) => text.includes('The job has ended'))) // biome-ignore format: one line
  expect(watchUntil! - Date.now()).toBeLessThan(36_000)
})
test('a job stands alone in its change, and comes by a proposal', async () => {
  const { apply, changes } = shop(10, 10)
  await expect(apply(['items', 'one'])).rejects.toMatchObject({ code: 'bad_request' })
  await expect(changes.create({ steps: [{ setting: { target: 'shop', name: 'items' }, after: 'new' }], because: '' }, 'ann')).rejects.toMatchObject({ code: 'not_allowed' }) // biome-ignore format: one line
})
test.each<[JobState, JobVerb[]]>([
  ['running', ['pause', 'cancel']],
  ['paused', ['resume', 'cancel']],
  ['done', []],
  ['cancelled', []],
  ['failed', []],
])('a %s job allows %j', (state, verbs) => {
  expect((['pause', 'resume', 'cancel'] as const).filter((verb) => canJob(verb, state))).toEqual(verbs)
})
