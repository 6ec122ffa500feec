import { Worker } from 'node:worker_threads'
import { afterEach, expect, test } from 'vitest'
import { EvenkeelError } from '../../model/error.ts'
import { createWorkPool, type PoolLimits, type WorkPool } from './pool.ts'

/** Does what it is told: answers after `ms`, never ends, dies, takes all memory, throws. */
const WORK = `
  const { parentPort } = require('node:worker_threads')
  parentPort.on('message', ({ ms, does, name }) => {
    if (does === 'hang') for (;;);
    if (does === 'exit') process.exit(3)
    if (does === 'throw') throw new Error('boom')
    if (does === 'grow') for (const all = [];;) all.push(new Array(10_000).fill(all.length))
    if (does === 'refuse') return parentPort.postMessage({ code: 'bad_request', detail: 'nodes[0]: no' })
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms ?? 0)
    parentPort.postMessage({ answer: name })
  })`

type Told = { name?: string; ms?: number; does?: 'hang' | 'exit' | 'throw' | 'grow' | 'refuse' }
let pool: WorkPool<Told, string>
const open = (limits: Partial<PoolLimits> = {}) => {
  pool = createWorkPool(() => new Worker(WORK, { eval: true, resourceLimits: { maxOldGenerationSizeMb: 32 } }), {
    workers: 2,
    waitingMax: 32,
    waitingMaxEach: 8,
    ...limits,
  })
  return pool
}
afterEach(() => pool.close())

const code = (promise: Promise<unknown>) =>
  promise.then(
    () => 'answered',
    (error: unknown) => (error instanceof EvenkeelError ? error.code : String(error)),
  )

test('a job is answered; an error comes with its code', async () => {
  const { run } = open()
  expect(await run({ name: 'a' }, { by: 'ann', deadlineMs: 5_000 })).toBe('a')
  await expect(run({ does: 'refuse' }, { by: 'ann', deadlineMs: 5_000 })).rejects.toMatchObject({
    code: 'bad_request',
    message: 'nodes[0]: no',
  })
})

test('what hangs, dies, or takes all memory ends alone: those that wait behind it are answered', async () => {
  const { run } = open({ workers: 1 })
  const by = 'ann'
  const all = (['hang', 'exit', 'throw', 'grow', undefined] as const).map((does) => code(run({ does }, { by, deadlineMs: 1_000 })))
  expect(await Promise.all(all)).toEqual(['invalid', 'internal', 'internal', 'invalid', 'answered'])
})

test('the deadline counts from when a job begins, not while it waits', async () => {
  const { run } = open({ workers: 1 })
  const all = Array.from({ length: 6 }, () => code(run({ ms: 200 }, { by: 'ann', deadlineMs: 900 })))
  expect(new Set(await Promise.all(all))).toEqual(new Set(['answered']))
})

test('one person cannot take all threads: another is answered while the first has a hundred that hang', async () => {
  const { run } = open()
  const hostile = Array.from({ length: 100 }, () => code(run({ does: 'hang' }, { by: 'mallory', deadlineMs: 60_000 })))
  const refused = hostile.slice(9)
  expect(new Set(await Promise.all(refused))).toEqual(new Set(['too_many']))
  expect(await run({ name: 'ann' }, { by: 'ann', deadlineMs: 5_000 })).toBe('ann')
})

test('with one thread, persons take turns', async () => {
  const { run } = open({ workers: 1 })
  const order: string[] = []
  const ask = (by: string, name: string) => run({ name, ms: 20 }, { by, deadlineMs: 5_000 }).then((answer) => order.push(answer))
  await Promise.all([ask('a', 'a1'), ask('a', 'a2'), ask('a', 'a3'), ask('b', 'b1'), ask('b', 'b2'), ask('c', 'c1')])
  expect(order).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2'])
})

test('a queue that is full refuses, and takes again when it has room', async () => {
  const { run } = open({ workers: 1, waitingMax: 3, waitingMaxEach: 2 })
  const slow = { ms: 100 }
  const all = ['a', 'a', 'a', 'a', 'b', 'c'].map((by) => code(run(slow, { by, deadlineMs: 5_000 })))
  expect(await Promise.all(all)).toEqual(['answered', 'answered', 'answered', 'too_many', 'answered', 'unavailable'])
  expect(await code(run(slow, { by: 'a', deadlineMs: 5_000 }))).toBe('answered')
})

test('what nobody waits for any more leaves the queue', async () => {
  const { run } = open({ workers: 1, waitingMaxEach: 1 })
  const gone = new AbortController()
  const first = run({ ms: 50 }, { by: 'a', deadlineMs: 5_000 })
  let answered = false
  void run({}, { by: 'a', deadlineMs: 5_000, gone: gone.signal }).then(() => {
    answered = true
  })
  gone.abort()
  const third = run({ name: 'third' }, { by: 'a', deadlineMs: 5_000 })
  await first
  expect(await third).toBe('third')
  expect(answered).toBe(false)
})

test('a question that is too deep for the wire is refused', async () => {
  let deep: unknown = []
  for (let i = 0; i < 200_000; i++) deep = [deep]
  const { run } = open()
  expect(await code(run(deep as Told, { by: 'a', deadlineMs: 5_000 }))).toBe('bad_request')
})
