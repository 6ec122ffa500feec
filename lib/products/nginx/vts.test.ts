import { readFileSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ABLE } from '../../../test/normal.ts'
import type { Parsed } from '../../model/product.ts'
import type { RingSpec } from '../../model/ring.ts'
import { nginxConfig } from './config.ts'
import type { KnownPool } from './knownPools.ts'
import { poolOf } from './pools.ts'
import { nginx } from './product.ts'
import { readUpstream } from './upstreamFile.ts'
import { parseVts, type VtsReading } from './vts.ts'

const PAGE = readFileSync(new URL('./fixtures/nginx-1.22-vts-0.2.json', import.meta.url), 'utf8')
type Page = {
  upstreamZones: Record<
    string,
    {
      server: string
      requestCounter: number
      responseMsecCounter: number
      responses: Record<string, number>
      responseBuckets: { counters: number[] }
      weight: number
      down: boolean
      backup: boolean
    }[]
  >
}
const changed = (edit: (page: Page) => void): string => {
  const page = JSON.parse(PAGE)
  edit(page)
  return JSON.stringify(page)
}
const value = ({ samples }: VtsReading | Parsed, metric: string, labels: Record<string, string>) =>
  samples.find(
    (one) =>
      one.metric === metric &&
      Object.keys(one.labels ?? {}).length === Object.keys(labels).length &&
      Object.entries(labels).every(([name, text]) => one.labels?.[name] === text),
  )?.value
const one = { pool: 'u_cons', server: '127.0.0.1:19001' }
const three = { pool: 'u_cons', server: '127.0.0.1:19003' }

describe('the captured page', () => {
  const reading = parseVts(PAGE, [], null)

  it('counts requests, errors, classes and bytes, by server and of the whole upstream', () => {
    expect(reading.version).toBe('1.22.1')
    expect(value(reading, 'pool_requests_total', three)).toBe(53)
    expect(value(reading, 'pool_requests_total', { pool: 'u_cons' })).toBe(81)
    expect(value(reading, 'pool_errors_total', { pool: 'u_cons', server: '127.0.0.1:19099' })).toBe(1)
    expect(value(reading, 'nginx_vts_upstream_requests_total', { ...three, code: '2xx' })).toBe(53)
    expect(value(reading, 'nginx_vts_upstream_bytes_total', { ...three, direction: 'out' })).toBe(7685)
  })

  it('counts the cache, and says its size', () => {
    expect(value(reading, 'cache_hits_total', { cache: 'c1' })).toBe(40)
    expect(value(reading, 'cache_misses_total', { cache: 'c1' })).toBe(20)
    expect(value(reading, 'nginx_vts_cache_size_bytes', { cache: 'c1', size: 'used' })).toBe(81920)
  })

  it('shows an upstream that no file tells of as a pool that can only be read', () => {
    expect(reading.pools).toMatchObject([
      {
        name: 'u_cons',
        can: { weight: { because: expect.stringContaining('upstreams') }, state: { because: expect.stringContaining('include file') } },
        servers: [
          { name: '127.0.0.1:19001', weightSet: 1, state: 'up' },
          { name: '127.0.0.1:19002', weightSet: 3 },
          { name: '127.0.0.1:19003', weightSet: 7 },
          { name: '127.0.0.1:19099', weightSet: 2, weightEffective: 0, state: 'drain' },
        ],
      },
    ])
    expect(value(reading, 'pool_weight_set', three)).toBe(7)
  })

  it('tells no mean at the first look', () => expect(reading.samples.map(({ metric }) => metric)).not.toContain('pool_response_seconds'))
})

describe('from one look to the next', () => {
  const first = parseVts(PAGE, [], null)
  const grow = (requests: number, msec: number, errors = 0) =>
    changed(({ upstreamZones }) => {
      const row = upstreamZones.u_cons![2]!
      row.requestCounter += requests
      row.responseMsecCounter += msec
      row.responses['5xx']! += errors
      // Of 1, 5, 10, 50, … ms in the capture: half below 10 ms, the rest below 50 ms.
      row.responseBuckets.counters = row.responseBuckets.counters.map((count, i) => count + (i < 1 ? 0 : i < 2 ? requests / 2 : requests))
    })

  it('the mean and the slowest twentieth are of what came in between', () => {
    const next = parseVts(grow(100, 2_000, 7), [], first.cursor)
    expect(value(next, 'pool_response_seconds', three)).toBeCloseTo(0.02)
    expect(value(next, 'pool_response_seconds', { pool: 'u_cons' })).toBeCloseTo(0.02)
    expect(value(next, 'pool_response_seconds', one)).toBeUndefined()
    expect(value(next, 'pool_errors_total', three)).toBe(7)
    expect(value(next, 'pool_response_seconds_p95', three)).toBeCloseTo(0.046)
  })

  it('counters that begin anew give no mean, and go on as counters', () => {
    const later = parseVts(grow(100, 2_000), [], first.cursor)
    const reset = parseVts(PAGE, [], later.cursor)
    expect(value(reset, 'pool_requests_total', three)).toBe(53)
    expect(value(reset, 'pool_response_seconds', three)).toBeUndefined()
    expect(value(parseVts(grow(10, 50), [], reset.cursor), 'pool_response_seconds', three)).toBeCloseTo(0.005)
  })

  it('slower than the last bucket: no quantile rather than a wrong one', () => {
    const slow = changed(({ upstreamZones }) => {
      upstreamZones.u_cons![2]!.requestCounter += 100
      upstreamZones.u_cons![2]!.responseMsecCounter += 900_000
    })
    const next = parseVts(slow, [], first.cursor)
    expect(value(next, 'pool_response_seconds', three)).toBeCloseTo(9)
    expect(value(next, 'pool_response_seconds_p95', three)).toBeUndefined()
  })
})

it('down, backup, addresses without an upstream, several addresses of one name', () => {
  const page = changed(({ upstreamZones }) => {
    const [a, b, c] = upstreamZones.u_cons!
    a!.down = true
    b!.backup = true
    upstreamZones['::nogroups'] = [
      { ...a!, server: '10.0.0.1:80', weight: 0, down: false },
      { ...b!, server: '10.0.0.2:80', weight: 0, backup: false },
    ]
    upstreamZones.app = [
      { ...a!, server: '10.1.0.1:80', down: false },
      { ...c!, server: '10.1.0.2:80' },
    ]
  })
  const pool = { name: 'app', algorithm: 'round robin', balances: 'weight' as const, can: ABLE, weightMax: 256 }
  const server = {
    name: 'app.internal',
    address: 'app.internal',
    id: 1,
    weightSet: 9,
    weightEffective: 9,
    state: 'up' as const,
    weightFile: 9,
  }
  const names = ['10.1.0.1:80', '10.1.0.2:80'].map((address): [string, string] => [address, 'app.internal'])
  const reading = parseVts(page, [{ pool: { ...pool, servers: [server] }, names }], null)
  expect(reading.pools.find(({ name }) => name === 'u_cons')?.servers).toMatchObject([
    { state: 'drain', weightEffective: 0 },
    { backup: true, weightSet: 3, weightEffective: 0 },
    { weightEffective: 7 },
    { name: '127.0.0.1:19099', state: 'drain' },
  ])
  expect(reading.pools.filter(({ name }) => name.startsWith('10.0.0'))).toMatchObject([
    { name: '10.0.0.1:80', servers: [{ name: '10.0.0.1:80', weightSet: 1 }] },
    { name: '10.0.0.2:80' },
  ])
  // What runs differs from the file: both are known.
  expect(reading.pools.find(({ name }) => name === 'app')).toMatchObject({
    ...pool,
    servers: [{ name: 'app.internal', weightSet: 1, weightFile: 9 }],
  })
  expect(value(reading, 'pool_requests_total', { pool: 'app', server: 'app.internal' })).toBe(57)
})

it.each([
  ['', 'JSON'],
  ['<html>', 'JSON'],
  ['[]', 'the whole'],
  ['{}', 'nginxVersion'],
  [PAGE.slice(0, 900), 'JSON'],
  [changed((page) => Object.assign(page.upstreamZones, { '<b>\n': 5 })), 'upstreamZones.<b>'],
  ['{"version":8,"nginx_version":"1.13.4","upstreams":{}}', 'NGINX Plus'],
  ['{"nginxVersion":"1.20.1","nowMsec":1,"streamServerZones":{},"streamUpstreamZones":{}}', 'nginx-module-sts'],
])('refuses what is no such page, naming the field (%#)', (text, field) => {
  expect(() => parseVts(text, [], null)).toThrow(expect.objectContaining({ code: 'malformed', message: expect.stringContaining(field) }))
})

it('beside an access log VTS alone counts, and the log says so', async () => {
  let page = PAGE
  const server = createServer((request, response) => response.end(request.url === '/status/format/json' ? page : ''))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const folder = await mkdtemp(join(tmpdir(), 'ek-'))
  await writeFile(join(folder, 'access.log'), '')
  await writeFile(
    join(folder, 'u.conf'),
    'hash $uri consistent;\nserver 127.0.0.1:19001;\nserver 127.0.0.1:19002 weight=3;\nserver 127.0.0.1:19003 weight=5;\n',
  )
  const link = nginx.open(
    nginxConfig.parse({
      kind: 'nginx',
      name: 'web',
      status: `${url}/stub_status`,
      vts: `${url}/status/format/json`,
      accessLog: `file://${folder}/access.log`,
      upstreams: { u_cons: { file: join(folder, 'u.conf') } },
    }),
  )
  const cursors = new Map<string, string>()
  const poll = async (id: string): Promise<Parsed> => {
    const probe = nginx.probes.find((candidate) => candidate.id === id)!
    const raw = await probe.read(link, cursors.get(id) ?? null, AbortSignal.timeout(5_000))
    const parsed = probe.parse(JSON.parse(JSON.stringify(raw)), { cursor: cursors.get(id) ?? null, at: 0 })
    if (parsed.cursor) cursors.set(id, parsed.cursor)
    return parsed
  }
  try {
    await poll('access-log')
    const files = await poll('upstreams')
    expect(files.samples).toEqual([])
    const before = await poll('vts')
    expect(before.topology).toMatchObject({
      facts: { version: '1.22.1' },
      pools: [
        {
          name: 'u_cons',
          balances: 'hash',
          // A row that no file names may be hashed under any name.
          ringBecause: expect.stringContaining('127.0.0.1:19099'),
          servers: [{}, {}, { weightSet: 7, weightFile: 5 }, { name: '127.0.0.1:19099', state: 'drain' }],
        },
      ],
    })
    page = changed(({ upstreamZones }) => {
      upstreamZones.u_cons![2]!.requestCounter += 10
      upstreamZones.u_cons![2]!.responseMsecCounter += 100
    })
    await writeFile(
      join(folder, 'access.log'),
      '{"u":"127.0.0.1:19001, 127.0.0.1:19003","us":"502, 200","urt":"0.1, 0.1","st":200,"up":"u_cons","cache":"MISS"}\n',
    )
    const [vts, log] = [await poll('vts'), await poll('access-log')]
    expect(value(vts, 'pool_response_seconds', three)).toBeCloseTo(0.01)
    expect(new Set(log.samples.map(({ metric }) => metric))).toEqual(
      new Set(['nginx_log_lines_total', 'nginx_log_lines_unread_total', 'pool_retries_total']),
    )
    expect(value(log, 'pool_retries_total', { pool: 'u_cons' })).toBe(1)
    expect(log.topology.pools).toBeUndefined()
    expect(log.topology.capabilities).toMatchObject([{ feature: 'access log', because: expect.stringContaining('VTS') }])
  } finally {
    await nginx.close(link)
    server.close()
  }
})

it.each([
  [(row: { requestCounter: unknown }) => Object.assign(row, { requestCounter: 'many' }), 'upstreamZones.u_cons[1].requestCounter'],
  [(row: { requestCounter: unknown }) => Object.assign(row, { requestCounter: -1 }), 'upstreamZones.u_cons[1].requestCounter'],
  [(row: { responses: Record<string, number> }) => delete row.responses['5xx'], 'upstreamZones.u_cons[1].responses.5xx'],
])('a row that cannot be read costs itself alone, and is told (%#)', (spoil, field) => {
  const reading = parseVts(
    changed(({ upstreamZones }) => spoil(upstreamZones.u_cons![1]!)),
    [],
    null,
  )
  expect(reading.unread).toEqual({ count: 1, first: expect.stringContaining(field) })
  expect(reading.pools[0]!.servers.map(({ name }) => name)).toEqual(['127.0.0.1:19001', '127.0.0.1:19003', '127.0.0.1:19099'])
  expect(reading.pools[0]!.serversLeft).toBe(1)
  expect(value(reading, 'pool_requests_total', three)).toBe(53)
  // The sum would lack one.
  expect(value(reading, 'pool_requests_total', { pool: 'u_cons' })).toBeUndefined()
})

describe('NGINX 1.31 with a name that it resolves itself', () => {
  const NEWEST = readFileSync(new URL('./fixtures/nginx-1.31.4-vts-0.2.7.json', import.meta.url), 'utf8')
  const FILE = 'server app.test:29041 resolve weight=4; server 127.0.0.1:29042 weight=2; server 127.0.0.1:29043 weight=2;'
  const known = (method: string, addresses: [string, string[]][], text = FILE): KnownPool[] => {
    const config = nginxConfig.parse({
      kind: 'nginx',
      name: 'web',
      status: 'http://x/',
      vts: 'http://x/',
      upstreams: { u2: { file: '/u2' } },
    })
    const pool = poolOf(config, 'u2', readUpstream(`${method} ${text}`, 'u2'), new Map(addresses))
    return [
      {
        pool,
        names: [
          ...pool.servers.map(({ name }): [string, string] => [name, name]),
          ...addresses.flatMap(([name, own]) => own.map((one): [string, string] => [one, name])),
        ],
      },
    ]
  }
  const read = (files: KnownPool[]) => parseVts(NEWEST, files, null).pools.find(({ name }) => name === 'u2')!
  const byName = (ring: RingSpec | undefined) => ring?.nodes.map(({ name, weight }) => [name, weight]).sort()

  it.each([
    ['the same resolver', [['app.test:29041', ['127.0.0.1:29041', '127.0.0.2:29041']]]],
    ['a resolver that knows half of it', [['app.test:29041', ['127.0.0.1:29041']]]],
    ['no answer here', [['app.test:29041', []]]],
  ] as [string, [string, string[]][]][])('its ring is of the names in the file: %s', (_, addresses) => {
    const pool = read(known('hash $arg_k consistent;', addresses))
    expect(pool.servers.map(({ name, weightSet, weightEffective }) => [name, weightSet, weightEffective])).toEqual([
      ['127.0.0.1:29042', 2, 2],
      ['127.0.0.1:29043', 2, 2],
      ['app.test:29041', 4, 8],
    ])
    expect(byName(pool.ring)).toEqual([['127.0.0.1:29042', 2], ['127.0.0.1:29043', 2], ['app.test:29041', 4]]) // biome-ignore format: a table
    // Without `consistent` NGINX counts through the addresses.
    expect(byName(read(known('hash $arg_k;', addresses)).ring)).toEqual([['127.0.0.1:29042', 2], ['127.0.0.1:29043', 2], ['app.test:29041', 8]]) // biome-ignore format: a table
  })

  it('an address that is of no name, or of one of several, leaves no ring', () => {
    const two = `${FILE} server also.test:29041 resolve weight=4;`
    for (const text of [two, FILE.replace('weight=4', 'weight=3'), FILE.replace('app.test:29041', '10.0.0.1:29041')]) {
      const pool = read(known('hash $arg_k consistent;', [], text))
      expect(pool.ring).toBeUndefined()
      expect(pool.ringBecause).toContain('29041')
      expect(pool.servers.map(({ name }) => name)).toContain('127.0.0.2:29041')
    }
  })
})
