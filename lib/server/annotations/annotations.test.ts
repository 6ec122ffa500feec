import { beforeEach, expect, test } from 'vitest'
import { createBus } from '../../engine/bus.ts'
import type { AppEvent } from '../../model/events.ts'
import { createStore } from '../../store/store.ts'
import type { Runtime } from '../runtime.ts'
import { ANNOTATIONS_MAX, annotationView, changeAnnotation, createAnnotation, deleteAnnotation, findAnnotations } from './annotations.ts'

const NOW = Date.UTC(2026, 10, 27)
const DAY = 86_400_000
let runtime: Runtime
let events: AppEvent[]
beforeEach(() => {
  events = []
  const bus = createBus(() => {})
  bus.on((event) => void events.push(event))
  runtime = { store: createStore({ path: ':memory:', now: () => NOW }), bus, now: () => NOW } as unknown as Runtime
})
const make = (text: string, more: object = {}) => createAnnotation(runtime, { text, ...more }, 'ci')
const texts = (query = {}) => findAnnotations(runtime, query).map(({ text }) => text)

test('is of now unless it says otherwise, and is answered as Grafana does', () => {
  const made = make('deploy 1.2', { tags: ['deploy', 'shop', 'deploy'] })
  expect(annotationView(made)).toMatchObject({
    id: 1,
    time: NOW,
    text: 'deploy 1.2',
    tags: ['deploy', 'shop'],
    userName: 'ci',
    dashboardId: 0,
  })
  expect(annotationView(made)).not.toHaveProperty('timeEnd')
  expect(changeAnnotation(runtime, '1', { timeEnd: NOW + 5 })).toMatchObject({ time: NOW, timeEnd: NOW + 5, tags: ['deploy', 'shop'] })
  deleteAnnotation(runtime, '1')
  expect(events).toMatchObject([
    { type: 'annotation', annotation: { id: '1' } },
    { type: 'annotation', annotation: { timeEnd: NOW + 5 } },
    { type: 'annotation', deleted: true },
  ])
  expect(() => changeAnnotation(runtime, '1', { text: 'x' })).toThrow(expect.objectContaining({ code: 'not_found' }))
  // An id is never given twice.
  expect(make('again').id).toBe('2')
  // Also where the counter was lost with a part of the disk.
  runtime.store.memory.delete('annotations/newest')
  expect([make('one').id, make('two').id]).toEqual(['1', '3'])
})

test('are found by what they touch and by their tags, newest first', () => {
  make('span', { time: NOW - 100, timeEnd: NOW - 50, tags: ['a', 'b'] })
  make('moment', { time: NOW - 60, tags: ['b'] })
  make('late', { time: NOW })
  expect(texts()).toEqual(['late', 'moment', 'span'])
  expect(texts({ from: NOW - 55, to: NOW - 52 })).toEqual(['span'])
  expect(texts({ from: NOW - 49 })).toEqual(['late'])
  expect(texts({ tags: ['a', 'b'] })).toEqual(['span'])
  expect(texts({ tags: ['a', 'b'], matchAny: true })).toEqual(['moment', 'span'])
  expect(texts({ limit: 1 })).toEqual(['late'])
})

test('what cannot be meant is refused by its field, and changes nothing', () => {
  const seconds = Math.floor(NOW / 1000)
  const refused = (body: object, words: RegExp) => expect(() => make('x', body)).toThrow(expect.objectContaining({ code: 'bad_request', message: expect.stringMatching(words) })) // biome-ignore format: one line
  refused({ time: seconds }, /^time: \d+ looks like seconds/)
  refused({ timeEnd: seconds }, /^timeEnd: \d+ looks like seconds/)
  refused({ timeEnd: NOW - 1 }, /^timeEnd: is before time/)
  refused({ time: NOW + 400 * DAY }, /^time: is over a year ahead/)
  refused({ time: NOW - 401 * DAY }, /^time: is over 400 days ago/)
  // Copied back from Grafana: it would stand in every chart twice.
  refused({ tags: ['evenkeel', 'evenkeel:change/c1'] }, /^tags: evenkeel:change\/c1 marks what Evenkeel itself has pushed/)
  expect(texts()).toEqual([])
  make('x')
  expect(() => changeAnnotation(runtime, '1', { timeEnd: NOW - 1 })).toThrow('timeEnd: is before time')
  expect(findAnnotations(runtime)[0]).not.toHaveProperty('timeEnd')
})

test('the oldest gives way, and what is over for long is dropped', () => {
  for (let i = 0; i <= ANNOTATIONS_MAX; i++) make(`${i}`, { time: NOW - 10_000 + i })
  expect(runtime.store.annotations.list()).toHaveLength(ANNOTATIONS_MAX)
  expect(texts({ limit: ANNOTATIONS_MAX }).at(-1)).toBe('1')
  runtime.store.tick(NOW + 399 * DAY)
  expect(runtime.store.annotations.list()).toHaveLength(ANNOTATIONS_MAX)
  runtime.store.tick(NOW + 401 * DAY)
  expect(runtime.store.annotations.list()).toEqual([])
})
