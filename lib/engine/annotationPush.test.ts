import { beforeEach, expect, test } from 'vitest'
import type { PushedAnnotation } from '../model/annotation.ts'
import type { Store } from '../model/store.ts'
import { createStore } from '../store/store.ts'
import { createAnnotationPush } from './annotationPush.ts'

const DAY = 86_400_000
let at: number
let store: Store
let wanted: PushedAnnotation[]
let kept: Map<number, PushedAnnotation>
let asked: string[]
/** What the next requests come to: thrown before or after they were done. */
let faults: ('before' | 'after')[]

beforeEach(() => {
  at = 30 * DAY
  store = createStore({ path: ':memory:' })
  wanted = []
  kept = new Map()
  asked = []
  faults = []
})

function does<T>(what: string, work: () => T): T {
  asked.push(what)
  const fault = faults.shift()
  if (fault === 'before') throw new Error('no answer')
  const done = work()
  if (fault === 'after') throw new Error('no answer in time')
  return done
}
const begin = () =>
  createAnnotationPush({
    receiver: {
      find: async (key) => does(`find ${key}`, () => [...kept].find(([, one]) => one.key === key)?.[0] ?? null),
      add: async (annotation) =>
        does(`add ${annotation.key}`, () => {
          kept.set(kept.size + 1, annotation)
          return kept.size
        }),
      hasTwin: async (annotation) =>
        does(`look for ${annotation.key}`, () => [...kept.values()].some(({ key, text }) => key === '' && text === annotation.original)),
      remove: async (id) => does(`remove ${kept.get(id)?.key}`, () => void kept.delete(id)),
      update: async (id, annotation) => does(`update ${annotation.key}`, () => kept.has(id) && kept.set(id, annotation) !== undefined),
    },
    isDeleted: (key) => key.startsWith('annotation/') && !wanted.some((one) => one.key === key),
    wanted: (since) => wanted.filter(({ time }) => time >= since),
    memory: store.memory,
    now: () => at,
    monotonic: () => at,
    log: { info() {}, warn() {}, error() {} },
  })
async function pass(annotations: ReturnType<typeof begin>, seconds: number) {
  for (let second = 0; second < seconds; second++) {
    at += 1_000
    annotations.tick()
    await new Promise((resolve) => setImmediate(resolve))
  }
}
const note = (key: string, more: Partial<PushedAnnotation> = {}): PushedAnnotation => ({
  key,
  time: at,
  tags: ['evenkeel'],
  text: key,
  ...more,
})

test('each is added once, becomes a span when it ends, and is left alone after that', async () => {
  const annotations = begin()
  wanted = [note('change/1')]
  await pass(annotations, 30)
  expect(asked).toEqual(['add change/1'])
  wanted = [{ ...wanted[0]!, timeEnd: at, text: 'kept' }]
  await pass(annotations, 60)
  expect(asked).toEqual(['add change/1', 'update change/1'])
  expect([...kept.values()]).toEqual(wanted)
  // The next start knows.
  await pass(begin(), 60)
  expect(asked).toHaveLength(2)
})

test.each(['before', 'after'] as const)('an answer that is lost %s it was taken makes no second annotation', async (fault) => {
  const annotations = begin()
  wanted = [note('incident/1')]
  faults = [fault]
  await pass(annotations, 15)
  expect(annotations.state().failing).toMatchObject({ answer: expect.stringMatching(/^no answer/) })
  await pass(annotations, 60)
  expect(kept.size).toBe(1)
  expect(annotations.state()).toMatchObject({ failing: null, pushedAt: expect.any(Number) })
})

test('while it fails it is asked less and less often, five minutes apart at most', async () => {
  const annotations = begin()
  wanted = [note('change/1')]
  faults = Array(1_000).fill('before')
  await pass(annotations, 3_600)
  expect(asked.length).toBeGreaterThan(10)
  expect(asked.length).toBeLessThan(25)
})

test('history of more than a day is not pushed, and what somebody has deleted stays deleted', async () => {
  const annotations = begin()
  wanted = [note('change/old', { time: at - 2 * DAY }), note('change/new')]
  await pass(annotations, 15)
  expect(asked).toEqual(['add change/new'])
  kept.clear()
  wanted = [{ ...wanted[1]!, timeEnd: at }]
  await pass(annotations, 60)
  expect(asked).toEqual(['add change/new', 'update change/new'])
  expect(kept.size).toBe(0)
})

test('many at once are added some at a time, and what is over is forgotten after two weeks', async () => {
  const annotations = begin()
  wanted = Array.from({ length: 50 }, (_, i) => note(`change/${i}`))
  await pass(annotations, 10)
  expect(kept.size).toBe(20)
  await pass(annotations, 30)
  expect(kept.size).toBe(50)
  at += 15 * DAY
  await pass(annotations, 15)
  expect(store.memory.keys('annotation/')).toEqual([])
})

test('what was deleted here is taken away there, also where an answer was lost; changes and incidents are not', async () => {
  const annotations = begin()
  wanted = [note('annotation/1', { original: 'a' }), note('annotation/2', { original: 'b' }), note('change/1')]
  await pass(annotations, 15)
  expect(kept.size).toBe(3)
  wanted = wanted.slice(1, 2)
  faults = ['after']
  await pass(annotations, 120)
  expect([...kept.values()].map(({ key }) => key)).toEqual(['annotation/2', 'change/1'])
  const asks = asked.length
  await pass(begin(), 60)
  expect(asked).toHaveLength(asks)
})

test('what somebody has put there as well is not doubled, changed or removed', async () => {
  kept.set(99, note('', { text: 'deploy 1.2' }))
  const annotations = begin()
  wanted = [note('annotation/1', { text: 'deploy 1.2', original: 'deploy 1.2' })]
  await pass(annotations, 30)
  wanted = [{ ...wanted[0]!, timeEnd: at }]
  await pass(annotations, 30)
  wanted = []
  await pass(annotations, 30)
  expect(asked).toEqual(['look for annotation/1'])
  expect([...kept.keys()]).toEqual([99])
})
