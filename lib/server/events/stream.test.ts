import { afterEach, expect, test } from 'vitest'
import { createStream, type Stream } from './stream.ts'

let stream: Stream
afterEach(() => stream.close())
const make = (boot = 'b1') => {
  stream = createStream({
    boot,
    random: () => 0,
    newest: () => ({ series: (metric: string) => [{ metric, labels: { target: 'a' }, stepMs: 1000, points: [[1, 2]] }] }) as never,
  })
  return stream
}
const target = (state: string) => stream.publish({ type: 'target', name: 'a', state }, { name: 'a', state })
async function read(body: ReadableStream<Uint8Array>, ms = 20): Promise<string> {
  const reader = body.getReader()
  let text = ''
  const end = new Promise<null>((resolve) => setTimeout(() => resolve(null), ms))
  for (;;) {
    const got = await Promise.race([reader.read(), end])
    if (!got || got.done) break
    text += new TextDecoder().decode(got.value)
  }
  await reader.cancel().catch(() => {})
  return text
}

test('events are named, numbered and one line of JSON', async () => {
  make()
  const body = stream.open({})
  target('down\nup')
  expect(await read(body)).toBe('retry: 2000\n\nid: b1.1\nevent: target\ndata: {"name":"a","state":"down\\nup"}\n\n')
})

test('Last-Event-ID brings what was missed, no more', async () => {
  make()
  for (const state of ['1', '2', '3']) target(state)
  expect([...(await read(stream.open({ lastEventId: 'b1.1' }))).matchAll(/id: b1\.(\d)/g)].map(([, id]) => id)).toEqual(['2', '3'])
  expect(await read(stream.open({}))).not.toContain('id:')
  // Of another run: everything of this one is news, and what was before it has to be looked up.
  const news = await read(stream.open({ lastEventId: 'b0.99' }))
  expect([...news.matchAll(/id: b1\.(\d)/g)]).toHaveLength(3)
  expect(news).toContain('event: resync\ndata: {}\n\n')
})

test('who comes back after more than is kept is told to look everything up, else not', async () => {
  make()
  expect(await read(stream.open({ lastEventId: 'b1.0' }))).not.toContain('resync')
  for (let index = 0; index < 2_005; index++) target('x')
  const missed = (await read(stream.open({ lastEventId: 'b1.4' }))).split('event: ').slice(1)
  expect(missed).toHaveLength(2_001)
  expect(missed[0]).toMatch(/^resync\n/)
  expect(await read(stream.open({ lastEventId: 'b1.5' }))).not.toContain('resync')
  expect(await read(stream.open({ lastEventId: 'b1.x' }))).toContain('resync')
})

test('many pages are told over how long to spread what they ask for, and when to come back, by chance', async () => {
  stream = createStream({ boot: 'b1', newest: () => ({}) as never, random: () => 0.5 })
  const first = stream.open({})
  stream.publish({ type: 'sample', at: 0 }, {})
  for (let index = 1; index < 1_000; index++) stream.open({})
  const last = stream.open({})
  stream.publish({ type: 'sample', at: 1_000 }, {})
  const [told, later] = [await read(first), await read(last)]
  expect(told).toContain('retry: 2008\n')
  expect(told).toContain('data: {"at":"1970-01-01T00:00:00.000Z"}\n')
  expect(told).toContain('data: {"at":"1970-01-01T00:00:01.000Z","spreadMs":15015}\n')
  expect(later).toContain('retry: 9508\n')
})

test('samples carry the metrics asked for and take no place among what is kept', async () => {
  make()
  const plain = stream.open({})
  const asked = stream.open({ metrics: ['cache_items'] })
  stream.publish({ type: 'sample', at: 0 }, {})
  expect(await read(plain)).toContain('event: sample\ndata: {"at":"1970-01-01T00:00:00.000Z"}')
  expect(await read(asked)).toContain('"metric":"cache_items","series":[{"labels":{"target":"a"},"point":[1,2]}]')
  expect(await read(stream.open({ lastEventId: 'b1.0' }))).not.toContain('sample')
})

test('who does not read is dropped; who leaves is forgotten; the end closes all', async () => {
  make()
  stream.open({})
  const left = stream.open({})
  await left.cancel()
  expect(stream.readers()).toBe(1)
  for (let index = 0; index < 200; index++) stream.publish({ type: 'target', name: 'a', state: 'x' }, { pad: 'x'.repeat(10_000) })
  expect(stream.readers()).toBe(0)
  const body = stream.open({})
  stream.close()
  expect(await read(body)).toBe('retry: 2000\n\n')
})
