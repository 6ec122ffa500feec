import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Receiver, startReceiver } from '../../../test/receiver.ts'
import { grafanaClient } from './client.ts'

let receiver: Receiver
beforeAll(async () => {
  receiver = await startReceiver()
})
afterAll(() => receiver.close())
beforeEach(() => {
  receiver.got.length = 0
})

const signal = () => AbortSignal.timeout(5_000)
const annotation = { key: 'change/c1', time: 1, tags: ['evenkeel', 'evenkeel:change/c1'], text: 'x' }
const client = (path = '/grafana/') => grafanaClient({ url: `${receiver.url}${path}`, token: 'sesame' })

test('adds, patches and finds by the documented requests, below the path of Grafana', async () => {
  receiver.play({ status: 200, body: '{"message":"Annotation added","id":7}' })
  expect(await client().add(annotation, signal())).toBe(7)
  expect(receiver.last()).toMatchObject({ method: 'POST', path: '/grafana/api/annotations', headers: { authorization: 'Bearer sesame', 'content-type': 'application/json' } }) // biome-ignore format: one line
  expect(JSON.parse(receiver.last().body)).toEqual({ time: 1, tags: annotation.tags, text: 'x' })
  receiver.play({ status: 200, body: '{"message":"Annotation patched"}' })
  expect(await client('').update(7, { ...annotation, timeEnd: 9 }, signal())).toBe(true)
  expect(receiver.last()).toMatchObject({ method: 'PATCH', path: '/api/annotations/7' })
  expect(JSON.parse(receiver.last().body)).toMatchObject({ timeEnd: 9 })
  receiver.play({ status: 404, body: '{"message":"Annotation not found"}' })
  expect(await client().update(7, annotation, signal())).toBe(false)
  receiver.play({ status: 200, body: '[{"id":3,"text":"x"}]' }, { status: 200, body: '[]' })
  expect(await client().find('change/c1', signal())).toBe(3)
  expect(receiver.last().path).toBe('/grafana/api/annotations?tags=evenkeel%3Achange%2Fc1&limit=1')
  expect(await client().find('change/c1', signal())).toBeNull()
})

test('looks for the same of somebody else at that moment, and deletes', async () => {
  const own = { ...annotation, text: 'a &amp; b', original: 'a & b' }
  const there = (text: string, time = 1) => ({ status: 200, body: JSON.stringify([{ id: 3, time, text }]) })
  receiver.play(there('a &amp; b'), there('a & b'), there('a & b', 2), there('other'), { status: 200, body: '[]' })
  const found = []
  for (let i = 0; i < 5; i++) found.push(await client().hasTwin(own, signal()))
  expect(found).toEqual([true, true, false, false, false])
  expect(receiver.last().path).toBe('/grafana/api/annotations?from=1&to=1&limit=100')
  receiver.play({ status: 200, body: '{"message":"Annotation deleted"}' })
  await client().remove(7, signal())
  expect(receiver.last()).toMatchObject({ method: 'DELETE', path: '/grafana/api/annotations/7' })
  receiver.play({ status: 404, body: '{}' })
  await client().remove(7, signal())
  receiver.play({ status: 500, body: '{}' })
  await expect(client().remove(7, signal())).rejects.toThrow('HTTP 500')
})

const TABLE = [
  ['401', { status: 401, body: 'sesame' }, 'HTTP 401: the token may not write annotations'],
  ['500', { status: 500, body: 'sesame' }, 'HTTP 500'],
  ['a redirect', { status: 302, headers: { location: '/login' } }, 'HTTP 302'],
  ['a page of somebody else', { status: 200, body: '<html>' }, "HTTP 200, and an answer that is not Grafana's"],
  ['a reset', 'reset', 'no answer (ECONNRESET)'],
] as const
test.each(TABLE)('%s is told without the token', async (_name, play, expected) => {
  receiver.play(play as Parameters<Receiver['play']>[0])
  const error = await client()
    .add(annotation, signal())
    .catch((thrown: Error) => thrown.message)
  if (play === 'reset') expect(error).toMatch(/^no answer/)
  else expect(error).toBe(expected)
  expect(error).not.toContain('sesame')
})
