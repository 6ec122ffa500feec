import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { startBadServer } from '../../../test/servers.ts'
import type { Probe } from '../../model/product.ts'
import { memcachedConfig } from './config.ts'
import { largestOf, summaryOf } from './keySample.ts'
import { listenLines } from './lines.ts'
import { type MemcachedLink, openMemcached } from './link.ts'
import { keyOf, readDumped } from './metadump.ts'
import { keys } from './probes/keys.ts'
import { largest, largestClasses } from './probes/largest.ts'
import { watch } from './probes/watch.ts'
import { vitalsOf } from './vitals.ts'
import { ReadCount, readWatched } from './watched.ts'

const fixture = (name: string) => readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'latin1')
const linesOf = (name: string) =>
  fixture(name)
    .split('\n')
    .filter((line) => line !== '' && !/^(OK|END)\r?$/.test(line))
const VERSIONS = ['1.6.18', '1.6.45']

describe('metadump', () => {
  it.each(VERSIONS)('of %s is read: any bytes of a key, no end, sizes', (version) => {
    const lines = linesOf(`memcached-${version}-metadump.txt`)
    const dumped = lines.map(readDumped)
    expect(dumped.filter((one) => one === null)).toEqual([])
    expect(dumped.length).toBeGreaterThanOrEqual(51)
    const of = (key: Buffer | string) => dumped.find((one) => one!.key.equals(Buffer.from(key)))!
    expect(of(Buffer.from('\xff\xfe\x01raw', 'latin1'))).toMatchObject({ endsAt: null, bytes: 70 })
    expect([of('a=b'), of('50%25'), of('schlüssel:1'), of('nl%0Akey')].every(Boolean)).toBe(true)
    const huge = of('page:huge')
    expect(huge.bytes).toBe(700_068)
    expect(huge.endsAt! - huge.readAt).toBe(900_000)
  })

  it.each([
    ['nothing', ''],
    ['another line', 'STAT a 1'],
    ['no key', 'key= exp=-1 la=1'],
    ['times that are none', 'key=a exp=x la=1'],
    ['a last access below zero', 'key=a exp=5 la=-1'],
    ['endless times', `key=a exp=${'9'.repeat(400)} la=1`],
    ['binary', '\x00\xff\xfe=\x81 key'],
  ])('%s is none', (_what, line) => expect(readDumped(line)).toBeNull())

  it('an escape that is none stays as it is; a version that tells no size gives none', () => {
    expect(keyOf('a%zz%4').toString()).toBe('a%zz%4')
    expect(readDumped('key=a exp=9 la=5 cas=1 fetch=no')).toEqual({ key: Buffer.from('a'), endsAt: 9_000, readAt: 5_000, bytes: null })
  })
})

describe('a sample of keys', () => {
  const NOW = 1_800_000_000_000
  const key = (name: string, ttlSeconds: number | null, idleSeconds: number, bytes: number | null) => ({
    key: Buffer.from(name),
    endsAt: ttlSeconds === null ? null : NOW + ttlSeconds * 1_000,
    readAt: NOW - idleSeconds * 1_000,
    bytes,
  })
  const products = Array.from({ length: 300 }, (_, i) => key(`product:${i}`, 600 + i, 30, 100))
  const sessions = Array.from({ length: 100 }, (_, i) => key(`session:${i}:s`, null, 3_600, 500))

  it('gives patterns with their share, size, TTL and how long they were not read', () => {
    const { patterns, histogram } = summaryOf([...products, ...sessions, key('gone', -1, 1, 1)], 40_000, NOW)
    expect(patterns).toEqual([
      {
        pattern: 'product:*',
        share: 0.75,
        low: expect.closeTo(0.705, 2),
        high: expect.closeTo(0.79, 2),
        sampled: 300,
        of: 400,
        keys: 40_000,
        ttlMsMedian: 749_500,
        ttlCounts: [0, 0, 300, 0, 0, 0],
        bytesMean: 100,
        bytesLow: 100,
        bytesHigh: 100,
        sizes: 300,
        types: [['string', 300]],
        idleSecondsMedian: 30,
        idles: 300,
        biggest: [expect.objectContaining({ bytes: 100 }), expect.anything(), expect.anything()],
      },
      expect.objectContaining({ pattern: 'session:*:s', share: 0.25, ttlMsMedian: null, bytesMean: 500, idleSecondsMedian: 3_600 }),
    ])
    expect(histogram).toMatchObject({ sampled: 400, keys: 40_000, bucketMs: 1_000 })
    expect(histogram.buckets.length).toBe(300)
  })

  it('of nothing is nothing', () => expect(summaryOf([], 0, NOW)).toMatchObject({ patterns: [], histogram: { sampled: 0 } }))

  it('names the largest', () => {
    const big = largestOf([...products, key('page:1', 5, 5, 9_000), key('untold', 5, 5, null)])
    expect(big[0]).toEqual({ key: 'page:1', type: 'string', bytes: 9_000 })
    expect(big.length).toBe(20)
  })

  it('of the largest classes takes as many as are short, and one at least', () => {
    const of = (held: Record<string, string>) => new Map(Object.entries(held).map(([id, count]) => [`items:${id}:number`, count]))
    expect(largestClasses(of({ 1: '9000', 20: '300', 31: '150', 39: '40', 7: 'x', 5: '0' }), 500)).toEqual([39, 31, 20])
    expect(largestClasses(of({ 1: '9000', 39: '501' }), 500)).toEqual([39])
    expect(largestClasses(of({}), 500)).toEqual([])
  })
})

describe('watch', () => {
  it.each(VERSIONS)('of %s is counted: gets, of writes nothing', (version) => {
    const count = new ReadCount()
    for (const line of linesOf(`memcached-${version}-watch.txt`)) count.take(line)
    const { keys, reads } = count.reads()
    expect(count.unread).toEqual([])
    // Ten gets, mg, get, gat and touch; a set whose look-up is taken off.
    expect(keys.get('hot')?.reads).toBe(14)
    expect(keys.has('m')).toBe(false)
    expect(keys.get('schüssel:1')?.reads).toBe(1)
    expect(reads).toBe([...keys.values()].reduce((sum, one) => sum + one.reads, 0))
  })

  it.each([
    ['skipped=17', { is: 'skipped', count: 17 }],
    ['[skipped: 3]', { is: 'skipped', count: 3 }],
    ['ts=1.5 gid=1 type=item_get key=a%20b status=found', { is: 'get', key: 'a b' }],
    ['ts=1.5 gid=1 type=item_get status=found', null],
    ['ts=1.5 gid=1 type=conn_new key=a', null],
    ['', null],
  ])('%j is %j', (line, read) => expect(readWatched(line)).toEqual(read))
})

describe('lines that go on', () => {
  const config = (port: number, extra = {}) =>
    memcachedConfig.parse({ kind: 'memcached', name: 'm', address: `127.0.0.1:${port}`, ...extra })
  const limits = { lines: 100, bytes: 1_048_576, ms: 2_000 }
  const soon = () => AbortSignal.timeout(5_000)
  const from = async (text: string, how: { ends?: boolean; limits?: Partial<typeof limits> } = {}) => {
    let closed = false
    await using server = await startBadServer((socket) => {
      socket.on('close', () => {
        closed = true
      })
      socket.once('data', () => (how.ends ? socket.end(text, 'latin1') : socket.write(text, 'latin1')))
    })
    const lines: string[] = []
    const result = await listenLines(
      config(server.port),
      'lru_crawler metadump hash',
      { ...limits, ...how.limits },
      (line) => lines.push(line),
      soon(),
    ).catch((error) => error)
    for (const end = performance.now() + 2_000; !closed && performance.now() < end; ) await new Promise((resolve) => setTimeout(resolve, 2))
    expect(closed).toBe(true)
    return { lines, result }
  }

  it('end with END', async () => {
    expect(await from('OK\r\nkey=a\nkey=b \nEND\r\n')).toMatchObject({ lines: ['key=a', 'key=b '], result: { ended: 'end', lines: 2 } })
  })
  it('end at a limit, and the connection with them', async () => {
    const many = 'key=a\n'.repeat(100_000)
    expect(await from(many)).toMatchObject({ result: { ended: 'lines', lines: 100 } })
    expect(await from(many, { limits: { lines: 1e9, bytes: 10_000 } })).toMatchObject({ result: { ended: 'bytes' } })
    expect(await from('key=a\n', { limits: { ms: 50 } })).toMatchObject({ lines: ['key=a'], result: { ended: 'time', lines: 1 } })
  })
  it.each([
    ['a refusal', 'CLIENT_ERROR lru crawler disabled\r\n', false, 'not_allowed'],
    ['a refusal in the midst', 'key=a\nERROR locked try again later\r\n', false, 'unavailable'],
    ['a busy crawler', 'BUSY currently processing crawler request\r\n', false, 'unavailable'],
    ['no hash to walk by', 'BADCLASS invalid class id\r\n', false, 'not_allowed'],
    ['an end without END', 'key=a\nkey=', true, 'malformed'],
    ['a line of 10 MB', 'x'.repeat(10_485_760), false, 'malformed'],
  ])('%s is an error of its own', async (_what, text, ends, code) => {
    expect((await from(text, { ends })).result).toMatchObject({ code })
  })

  it('wait for a crawler that is busy with another, and not for ever', async () => {
    let asked = 0
    await using server = await startBadServer((socket) =>
      socket.once('data', () =>
        socket.write(++asked % 8 === 3 ? 'key=a exp=-1 la=5 size=9\nEND\r\n' : 'BUSY currently processing crawler request\r\n'),
      ),
    )
    const link = openMemcached(config(server.port))
    expect(await keys.read(link, null, soon())).toMatchObject({ lines: { lines: 1 } })
    expect(asked).toBe(3)
    await expect(keys.read(link, null, soon())).rejects.toMatchObject({ code: 'unavailable' })
    expect(asked).toBe(8)
  })

  it('of which some are none cost themselves alone, and it is said', async () => {
    await using server = await startBadServer((socket) =>
      socket.once('data', () => socket.write('key=a exp=-1 la=5 size=9\noops\x00\nEND\r\n')),
    )
    const link = openMemcached(config(server.port))
    link.seen = vitalsOf('STAT time 5\r\nSTAT curr_items 2\r\n', 0, 5_000, null)
    const { topology, records } = keys.parse(await keys.read(link, null, soon()), { cursor: null, at: 1 })
    expect(topology.capabilities).toMatchObject([{ available: true, because: expect.stringContaining('1 of 2 rows') }])
    expect(records).toContainEqual(expect.objectContaining({ kind: 'key-pattern', pattern: 'a', share: 1 }))
  })
})

describe('what the probes of keys want first', () => {
  const link = (extra: object, stats?: [string, string]): MemcachedLink => {
    const one = openMemcached(memcachedConfig.parse({ kind: 'memcached', name: 'm', address: '127.0.0.1:1', ...extra }))
    const before = stats ? vitalsOf(stats[0], 0, 0, null) : null
    one.seen = stats ? vitalsOf(stats[1], 1_000, 1_000, before) : null
    return one
  }
  const stats = (time: number, reads: number, items: number, evicted = 0) =>
    `STAT pid 1\r\nSTAT uptime ${time}\r\nSTAT time ${time}\r\nSTAT get_hits ${reads}\r\nSTAT get_misses 0\r\nSTAT evictions ${evicted}\r\nSTAT curr_items ${items}\r\n`
  const quiet: [string, string] = [stats(1, 0, 5), stats(2, 100, 5)]
  const wanted = (probe: Probe<MemcachedLink, never>, of: MemcachedLink) => probe.wanted!(of)

  it('a cache with keys, which was read once', () => {
    for (const probe of [keys, largest] as Probe<MemcachedLink, never>[]) {
      expect(wanted(probe, link({}, quiet))).toBe(true)
      expect(wanted(probe, link({}))).toContain('waits')
      expect(wanted(probe, link({}, [stats(1, 0, 0), stats(2, 0, 0)]))).toContain('empty')
      expect(wanted(probe, link({ role: 'store' }, quiet))).toContain('only caches')
    }
  })
  it('for watch consent, and a server that is not too busy', () => {
    const one = watch as Probe<MemcachedLink, never>
    expect(wanted(one, link({ monitor: 'bursts' }, quiet))).toBe(true)
    expect(wanted(one, link({}, quiet))).toContain('admin')
    expect(wanted(one, link({ role: 'store' }, quiet))).toContain('never')
    expect(wanted(one, link({ monitor: 'bursts' }))).toContain('waits')
    expect(wanted(one, link({ monitor: 'bursts' }, [stats(1, 0, 5), stats(2, 300_000, 5)]))).toContain('too busy')
    expect(wanted(one, link({ monitor: 'bursts' }, [stats(1, 0, 5), stats(2, 100, 5, 5_000)]))).toContain('evicting')
  })
})
