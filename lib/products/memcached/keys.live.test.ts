import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWith } from '../../../test/live.ts'
import { ask, type MemcachedServer, startMemcached } from '../../../test/servers.ts'
import type { Probe } from '../../model/product.ts'
import { memcachedConfig } from './config.ts'
import { type MemcachedLink, openMemcached } from './link.ts'
import { memcached } from './product.ts'

const KEYS = 100_000
const soon = (ms = 4_000) => AbortSignal.timeout(ms)
const probe = (id: string) => memcached.probes.find((one) => one.id === id)! as Probe<MemcachedLink, unknown>
const poll = async (link: MemcachedLink, id: string) =>
  probe(id).parse(await probe(id).read(link, null, soon()), { cursor: null, at: Date.now() })
const records = async <K extends string>(link: MemcachedLink, id: string, kind: K) =>
  (await poll(link, id)).records.filter((one): one is Extract<typeof one, { kind: K }> => one.kind === kind)

/** Sends it and waits until all of it was read. */
function send(port: number, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(`${text}quit\r\n`))
    socket.resume()
    socket.on('close', () => resolve())
    socket.on('error', reject)
  })
}

describeWith(['memcached'], 'the keys of memcached', () => {
  let server: MemcachedServer
  let link: MemcachedLink
  const stat = async (name: string) =>
    Number(new RegExp(`^STAT ${name} (\\d+)`, 'm').exec(await ask(server.about.port, 'stats\r\nquit\r\n'))?.[1])

  beforeAll(async () => {
    server = await startMemcached({ megabytes: 128 })
    const sets = Array.from({ length: KEYS }, (_, i) => {
      const [name, ttl, size] = i % 4 === 0 ? [`session:${i}`, 0, 300] : [`product:${i}:price`, 500 + (i % 100), 40]
      return `set ${name} 0 ${ttl} ${size} noreply\r\n${'x'.repeat(size)}\r\n`
    })
    await send(server.about.port, `${sets.join('')}set page:home 0 0 700000\r\n${'y'.repeat(700_000)}\r\nset nl%0A\xff 0 0 1\r\nz\r\n`)
    const config = memcachedConfig.parse({ kind: 'memcached', name: 'm', address: server.about.address, monitor: 'bursts' })
    link = openMemcached(config)
    await poll(link, 'stats')
  })
  afterAll(async () => {
    await memcached.close(link)
    await server[Symbol.asyncDispose]()
  })

  test('a hundred thousand are sampled fairly, a few at a time, and counted by nobody', async () => {
    const before = [await stat('cmd_get'), await stat('get_hits'), await stat('crawler_items_checked')]
    const parsed = await poll(link, 'keys')
    expect(parsed.topology.capabilities).toEqual([{ feature: 'lru_crawler metadump', available: true }])
    const patterns = parsed.records.filter((one) => one.kind === 'key-pattern')
    const of = (pattern: string) => patterns.find((one) => one.pattern === pattern)!
    expect(of('product:*:price')).toMatchObject({ ttlMsMedian: expect.any(Number), bytesMean: expect.closeTo(115, -2) })
    expect(of('product:*:price').low).toBeLessThan(0.75)
    expect(of('product:*:price').high).toBeGreaterThan(0.75)
    expect(of('session:*')).toMatchObject({ ttlMsMedian: null })
    const [histogram] = parsed.records.filter((one) => one.kind === 'ttl-histogram')
    expect(histogram).toMatchObject({ sampled: 2_000, keys: KEYS + 2 })
    for (let i = 0; i < 20; i++) await poll(link, 'keys')
    expect([await stat('cmd_get'), await stat('get_hits'), await stat('crawler_items_checked')]).toEqual(before)
    // None is left behind: neither a connection nor a crawler that waits for its reader.
    for (const end = performance.now() + 5_000; performance.now() < end; await sleep(50))
      if ((await stat('curr_connections')) <= 3 && (await stat('lru_crawler_running')) === 0) break
    expect([await stat('curr_connections'), await stat('lru_crawler_running')]).toEqual([expect.toSatisfy((n: number) => n <= 3), 0])
  })

  test('the largest of all is named', async () => {
    const big = await records(link, 'largest', 'big-key')
    expect(big[0]).toMatchObject({ key: 'page:home', type: 'string', bytes: expect.closeTo(700_070, -2) })
  })

  test('one that takes a third of the reads is found, and writes are none', async () => {
    let running = true
    const traffic = (async () => {
      for (let i = 0; running; i++) {
        const gets = Array.from({ length: 60 }, (_, k) => `get ${k % 3 === 0 ? 'page:menu' : `product:${(i * 60 + k) * 4 + 1}:price`}\r\n`)
        await send(server.about.port, `${gets.join('')}set written:${i} 0 0 1\r\nx\r\n`)
        await sleep(20)
      }
    })()
    try {
      let [hot] = await records(link, 'watch', 'hot-key')
      for (const end = performance.now() + 15_000; !hot?.hot && performance.now() < end; await sleep(300)) {
        await poll(link, 'stats')
        const found = await records(link, 'watch', 'hot-key')
        if (found.length > 0) hot = found[0]
      }
      expect(hot).toMatchObject({ key: 'page:menu', method: 'watch', hot: true })
      expect(hot!.low).toBeLessThan(1 / 3)
      expect(hot!.high).toBeGreaterThan(1 / 3)
    } finally {
      running = false
      await traffic
    }
  })

  test('what it was started without is said, and asked for no more', async () => {
    await using closed = await startMemcached({ args: ['-X', '-W'] })
    const one = openMemcached(memcachedConfig.parse({ kind: 'memcached', name: 'c', address: closed.about.address, monitor: 'bursts' }))
    await send(closed.about.port, 'set a 0 0 1\r\nx\r\n')
    await poll(one, 'stats')
    for (const id of ['keys', 'largest', 'watch']) {
      const error = await probe(id)
        .read(one, null, soon())
        .catch((caught) => caught)
      expect(memcached.unavailable!(error), id).toMatch(/not allowed/)
    }
    await memcached.close(one)
  })
})
