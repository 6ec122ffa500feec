import { afterEach, expect, test } from 'vitest'
import { type ColdStart, type ColdStartOptions, onColdStart } from './coldStart.ts'
import { eventsOf } from './eventLines.ts'
import { warmKeys } from './warmKeys.ts'

const bodyOf = (chunks: string[], end = true) =>
  new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk))
      if (end) controller.close()
    },
  })
const finding = (id: string, more: object = {}) => ({
  id,
  rule: 'cache/restart',
  state: 'firing',
  subject: { target: 'a' },
  since: new Date().toISOString(),
  summary: 'a restarted 2 s ago',
  ...more,
})

const open: { stop(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.stop()
})
/** An Evenkeel whose stream the test writes to. */
function listening(options: Partial<ColdStartOptions> = {}, firing: object[] = []) {
  const warmed: ColdStart[] = []
  const stops: AbortSignal[] = []
  const asked: { url: string; headers: Record<string, string> }[] = []
  const errors: string[] = []
  let stream: ReadableStreamDefaultController<Uint8Array> | undefined
  let n = 0
  const send = async (url: string | URL | Request, init?: RequestInit) => {
    asked.push({ url: String(url), headers: init!.headers as Record<string, string> })
    if (!String(url).endsWith('/events')) return Response.json({ items: firing, next: null })
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        stream = controller
      },
    })
    init?.signal?.addEventListener('abort', () => {
      try {
        stream?.error(new Error('aborted'))
      } catch {
        // It has ended before.
      }
    })
    return new Response(body)
  }
  const one = onColdStart({
    url: 'http://evenkeel:3000/',
    target: 'a',
    token: 'ek_1',
    retryMs: 5,
    fetch: send as typeof fetch,
    onError: ({ message }) => errors.push(message),
    warm: async (cold, stop) => {
      warmed.push(cold)
      stops.push(stop)
      await new Promise((resolve) => stop.addEventListener('abort', resolve))
    },
    ...options,
  })
  open.push(one)
  const until = async (done: () => boolean) => {
    for (let i = 0; i < 400 && !done(); i++) await new Promise((resolve) => setTimeout(resolve, 5))
    expect(done(), JSON.stringify({ errors })).toBe(true)
  }
  return {
    warmed,
    stops,
    asked,
    errors,
    until,
    /** An event, in two chunks. */
    async says(type: string, data: object) {
      await until(() => asked.some(({ url }) => url.includes('findings')))
      const text = `id: b.${++n}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`
      for (const part of [text.slice(0, 30), text.slice(30)]) stream!.enqueue(new TextEncoder().encode(part))
      await new Promise((resolve) => setTimeout(resolve, 10))
    },
    ends: () => stream!.close(),
    one,
  }
}

test('a cache that restarted is warmed for once, whatever else is found, and no longer than it is cold', async () => {
  const { says, warmed, stops, until, asked } = listening()
  await says('sample', { at: 1 })
  await says('finding', finding('p', { state: 'pending' }))
  await says('finding', finding('other', { subject: { target: 'b' } }))
  await says('finding', finding('hot', { rule: 'cache/hot-key' }))
  expect(warmed).toEqual([])
  await says('finding', finding('f1'))
  await says('finding', finding('f1'))
  await says('finding', finding('f2', { rule: 'cache/cold-start' }))
  await until(() => warmed.length === 1)
  expect(warmed[0]).toMatchObject({ finding: 'f1', target: 'a', rule: 'cache/restart' })
  expect(asked[0]).toMatchObject({ url: 'http://evenkeel:3000/api/v1/events', headers: { authorization: 'Bearer ek_1' } })
  await says('finding', finding('f1', { state: 'resolved' }))
  expect(stops[0]!.aborted).toBe(false)
  await says('finding', finding('f2', { state: 'resolved' }))
  expect(stops[0]!.aborted).toBe(true)
  await says('finding', finding('f3'))
  await until(() => warmed.length === 2)
})

test('what fires already is heard at once, what is of long ago not at all', async () => {
  const long = finding('old', { since: new Date(Date.now() - 3_600_000).toISOString() })
  const { warmed, until } = listening({}, [long, finding('now')])
  await until(() => warmed.length === 1)
  expect(warmed.map((one) => one.finding)).toEqual(['now'])
})

test('of several instances the one that claims it warms', async () => {
  const claimed: string[] = []
  const { says, warmed } = listening({ claim: async ({ finding }) => claimed.push(finding) > 1 })
  await says('finding', finding('f1'))
  await says('finding', finding('f2'))
  expect(claimed).toEqual(['f1', 'f2'])
  expect(warmed.map((one) => one.finding)).toEqual(['f2'])
})

test('a connection that ends is made again, from where it was; a refusal is told', async () => {
  const { says, ends, asked, until } = listening()
  await says('sample', { at: 1 })
  ends()
  await until(() => asked.filter(({ url }) => url.endsWith('/events')).length === 2)
  expect(asked.findLast(({ url }) => url.endsWith('/events'))!.headers['last-event-id']).toBe('b.1')
  const refused = listening({ fetch: (async () => new Response('no such token', { status: 401 })) as typeof fetch })
  await refused.until(() => refused.errors.length > 0)
  expect(refused.errors[0]).toBe('Evenkeel answered 401: no such token')
})

test('a warming that fails is told, and the next is begun', async () => {
  const { says, errors } = listening({
    warm: async () => {
      throw new Error('the origin is away')
    },
  })
  await says('finding', finding('f1'))
  expect(errors).toEqual(['the origin is away'])
  await says('finding', finding('f2'))
  expect(errors).toHaveLength(2)
})

test('a stream that hears of no signal ends all the same', async () => {
  const cancelled: unknown[] = []
  const deaf = async (url: string | URL | Request) =>
    String(url).endsWith('/events')
      ? new Response(new ReadableStream({ cancel: (why) => void cancelled.push(why) }))
      : Response.json({ items: [] })
  const asked: string[] = []
  const one = onColdStart({
    url: 'http://evenkeel:3000',
    target: 'a',
    fetch: ((url: string) => {
      asked.push(url)
      return deaf(url)
    }) as typeof fetch,
    warm: async () => {},
  })
  await expect.poll(() => asked.length).toBe(2)
  await one.stop()
  expect(cancelled).toHaveLength(1)
})

test('events are read whatever way they are cut, with comments and line ends of any kind', async () => {
  const text = ': hello\r\n\r\nid: 1\nevent: a\ndata: x\ndata: y\n\ndata:z\n\nevent: none\n\n'
  const read = async (chunks: string[]) => {
    const all = []
    for await (const one of eventsOf(bodyOf(chunks))) all.push(one)
    return all
  }
  const expected = [
    { id: '1', type: 'a', data: 'x\ny' },
    { id: '1', type: 'message', data: 'z' },
  ]
  expect(await read([text])).toEqual(expected)
  expect(await read([...text])).toEqual(expected)
  await expect(read([`data: ${'x'.repeat(1_100_000)}`])).rejects.toThrow('over a megabyte')
})

test('keys are filled in order at that rate, and what is there is left alone', async () => {
  const filled: string[] = []
  const began = performance.now()
  const done = await warmKeys({
    keys: Array.from({ length: 20 }, (_, i) => `k${i}`),
    perSecond: 200,
    fill: async (key) => (key === 'k3' ? false : void filled.push(key)),
  })
  expect(done).toEqual({ filled: 19, there: 1, failed: 0 })
  expect(filled.slice(0, 4)).toEqual(['k0', 'k1', 'k2', 'k4'])
  expect(performance.now() - began).toBeGreaterThan(90)
})

test('warming ends when it is stopped, and when the origin is not there', async () => {
  const stop = new AbortController()
  let n = 0
  const endless = (function* () {
    for (;;) yield `k${n++}`
  })()
  const stopped = await warmKeys({ keys: endless, perSecond: 1e6, stop: stop.signal, fill: async () => void (n > 50 && stop.abort()) })
  expect(stopped.filled).toBeLessThan(80)
  const away = await warmKeys({
    keys: Array.from({ length: 500 }, (_, i) => `k${i}`),
    perSecond: 1e6,
    atOnce: 1,
    fill: async () => {
      throw new Error('away')
    },
  })
  expect(away.failed).toBeLessThan(30)
})
