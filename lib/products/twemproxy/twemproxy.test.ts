import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import type { Parsed } from '../../model/product.ts'
import { parseConfigFile, parseServer, withWeights } from './configFile.ts'
import { socketOfPool } from './gap.ts'
import { twemproxy } from './product.ts'
import { parseStatistics } from './stats.ts'

const FILE = `# the field's own notes
k_named:
  listen: 127.0.0.1:22121
  hash: md5
  hash_tag: "{}"
  distribution: ketama
  servers:
   - 127.0.0.1:11211:1 srva   # the old box
   - 127.0.0.1:19102:3 srvb
   - 127.0.0.1:19103:7 srvc
   - 127.0.0.1:19104:10 srvd
   - 127.0.0.1:19105:2 srve
`

describe('nutcracker.yml', () => {
  it('names a server by its label, by the host alone on 11211, else by host and port', () => {
    expect(parseServer('10.0.0.1:6379:2 a')).toEqual({ name: 'a', address: '10.0.0.1:6379', label: 'a', weight: 2 })
    expect(parseServer('10.0.0.1:11211:1').name).toBe('10.0.0.1')
    expect(parseServer('10.0.0.1:6379:1').name).toBe('10.0.0.1:6379')
    expect(parseServer('/run/a.sock:1 sock')).toMatchObject({ name: 'sock', address: '/run/a.sock' })
    expect(() => parseServer('10.0.0.1')).toThrow(expect.objectContaining({ code: 'malformed' }))
  })

  it('changes one weight and nothing else', () => {
    const next = withWeights(FILE, [{ pool: 'k_named', server: 'srvd', weight: 8 }])
    expect(next).toBe(FILE.replace('19104:10 srvd', '19104:8 srvd'))
    expect(() => withWeights(FILE, [{ pool: 'k_named', server: 'nobody', weight: 8 }])).toThrow(
      expect.objectContaining({ code: 'not_found' }),
    )
  })

  it.each([
    ['- "127.0.0.1:1:4 a" # quoted', '- "127.0.0.1:1:9 a" # quoted'],
    ["- '127.0.0.1:1:4   a'", "- '127.0.0.1:1:9   a'"],
    ['-   127.0.0.1:1:4 a   # weight :4', '-   127.0.0.1:1:9 a   # weight :4'],
    ['- /run/x:4.sock:4 a', '- /run/x:4.sock:9 a'],
    ['- "::1:22:4 a"', '- "::1:22:9 a"'],
  ])('%j: the digits of the weight and no byte else', (line, expected) => {
    const file = (own: string) =>
      `# two pools\none:\n  servers:\n  ${own}\n  - 10.0.0.1:1:4 b\ntwo:\n  servers: [ "127.0.0.1:1:4 a", 10.0.0.2:1:4 b ]\n`
    expect(withWeights(file(line), [{ pool: 'one', server: 'a', weight: 9 }])).toBe(file(expected))
  })

  it('in a list of one line, and several at once', () => {
    const text = 'two:\n  servers: [ "127.0.0.1:1:4 a", 10.0.0.2:1:4 b ] # both\n'
    const edits = ['a', 'b'].map((server, i) => ({ pool: 'two', server, weight: 5 + i }))
    expect(withWeights(text, edits)).toBe('two:\n  servers: [ "127.0.0.1:1:5 a", 10.0.0.2:1:6 b ] # both\n')
  })

  it.each([
    ['0.0.0.0:22121', { host: '127.0.0.1', port: 22121 }],
    ['cache.internal:1', { host: 'cache.internal', port: 1 }],
    ['/run/nutcracker.sock 0666', { path: '/run/nutcracker.sock' }],
    [undefined, null],
  ])('listens at %s', (listen, socket) => {
    expect(socketOfPool({ name: 'a', listen, distribution: 'ketama', hash: 'md5', retryMs: 1, servers: [], unknown: [] })).toEqual(socket)
  })
})

it('a file that is broken takes the weights from sight, and nothing else', async () => {
  const stats = await readFile(new URL('fixtures/twemproxy-0.5-stats.json', import.meta.url), 'utf8')
  const [probe] = twemproxy.probes
  const look = (file: object, cursor: string | null = null, at = 0) => probe!.parse({ stats, file, restarts: true }, { cursor, at })
  const broken = look({ text: 'a: [' })
  expect(broken.topology.pools!.every(({ can }) => can.weight !== true)).toBe(true)
  expect(broken.topology.capabilities).toContainEqual({
    feature: 'nutcracker.yml',
    available: false,
    because: expect.stringContaining('nutcracker.yml'),
  })
  expect(broken.samples.length).toBeGreaterThan(10)
  expect(look({ text: FILE }).topology.capabilities).toContainEqual({ feature: 'nutcracker.yml', available: true })
})

it('numbers that are renewed each 30 s are told once, with their own distance, and it is said', async () => {
  const stats = JSON.parse(await readFile(new URL('fixtures/twemproxy-0.5-stats.json', import.meta.url), 'utf8'))
  const [probe] = twemproxy.probes
  let cursor: string | null = null
  const told: number[] = []
  for (let second = 0; second < 100; second++) {
    stats.k_eq.client_connections = Math.floor((second + 7) / 30)
    stats.uptime = stats.timestamp = second
    stats.total_connections = second
    const parsed: Parsed = probe!.parse(
      { stats: JSON.stringify(stats), file: { because: '' }, restarts: true },
      { cursor, at: second * 1_000 },
    )
    cursor = parsed.cursor!
    if (parsed.samples.length > 0) told.push(second)
    if (second < 53) continue
    expect(parsed.stepMs).toBe(30_000)
    expect(parsed.topology.capabilities![0]).toMatchObject({ available: true, because: expect.stringContaining('up to 30 s old') })
  }
  expect(told.filter((second) => second > 53)).toEqual([83])
})

describe('statistics', () => {
  it('reads pools and servers of the captured answer, ring and weights from the file in its order', async () => {
    const text = await readFile(new URL('fixtures/twemproxy-0.5-stats.json', import.meta.url), 'utf8')
    const { version, startedAt, samples, pools } = parseStatistics(text, parseConfigFile(FILE), true)
    expect({ version, startedAt }).toEqual({ version: '0.5.0', startedAt: 1795395935 - 48 })
    const pool = pools.find(({ name }) => name === 'k_named')
    expect(pool).toMatchObject({
      balances: 'hash',
      can: { weight: true },
      ring: { algorithm: 'twemproxy-ketama', options: { hash: 'md5', hashTag: '{}' } },
    })
    expect(pool?.ring?.nodes.map(({ name, weight }) => [name, weight])).toEqual([
      ['srva', 1],
      ['srvb', 3],
      ['srvc', 7],
      ['srvd', 10],
      ['srve', 2],
    ])
    expect(pools.find(({ name }) => name === 'k_eq')?.servers).toHaveLength(5)
    const of = (server?: string) =>
      samples.find((s) => s.metric === 'pool_requests_total' && s.labels?.pool === 'k_eq' && s.labels?.server === server)?.value
    expect(of('127.0.0.1')).toBe(389)
    expect(of()).toBeGreaterThan(1_900)
  })

  it('a server that cannot be read leaves no share, sum or ring of its pool, and is still of the file', () => {
    const server = { server_err: 0, server_timedout: 0, server_connections: 1, requests: 5, in_queue: 0, out_queue: 0 }
    const text = (b: object) =>
      JSON.stringify({ service: 'nutcracker', uptime: 1, timestamp: 9, p: { client_connections: 1, forward_error: 0, a: server, b } })
    const read = (b: object) => parseStatistics(text(b), parseConfigFile('p:\n  servers: [ "h:1:1 a", "h:2:1 b" ]'), true)
    expect(read(server).pools[0]).toMatchObject({ balances: 'hash', ring: {} })
    const { pools, samples, missing } = read({ ...server, requests: 'many' })
    const because = '1 of its 2 servers cannot be read: what they get is not known'
    expect(pools[0]).toMatchObject({ balances: 'unknown', unknown: [because], ringBecause: because, serversLeft: 1 })
    expect(pools[0]!.ring).toBeUndefined()
    expect(missing.at(-1)).toBe('1 pools or servers could not be read: p/b')
    expect(samples.filter(({ metric, labels }) => metric === 'pool_requests_total' && !labels?.server)).toEqual([])
  })

  it.each(['', '{}', '<html>', '{"service":"nutcracker"}'])('refuses %s', (text) =>
    expect(() => parseStatistics(text, null, true)).toThrow(expect.objectContaining({ code: 'malformed' })),
  )
})

describe('what is not understood costs its own pool alone', () => {
  const poolIn = (...lines: string[]) =>
    parseConfigFile(['other:', '  servers: [ "10.0.0.9:1:1 o" ]', 'p:', ...lines.map((line) => `  ${line}`)].join('\n')).at(-1)!
  it.each([
    [['hash: sha1', 'servers: [ "h:1:1" ]'], 'sha1 is not known'],
    [['distribution: constructor', 'servers: [ "h:1:1" ]'], 'constructor is not known'],
    [['hash_tag: {}', 'servers: [ "h:1:1" ]'], 'hash_tag is to be a word'],
    [['hash_tag: "{"', 'servers: [ "h:1:1" ]'], 'two characters'],
    [['auto_eject_drop: true', 'servers: [ "h:1:1" ]'], 'auto_eject_drop is not known'],
    [['servers: [ "h:1:1 a", "h:2:1 a" ]'], 'two of its servers are called a'],
    [['servers: [ "h:1:0 a" ]'], 'weighs nothing'],
    [['servers: [ "h:1:1 a", { b: c } ]'], 'HOST:PORT:WEIGHT'],
  ])('%j', (lines, because) => {
    expect(poolIn(...lines).unknown.join()).toContain(because)
    expect(
      parseConfigFile(`other:\n  servers: [ "10.0.0.9:1:1 o" ]\np:\n${lines.map((line) => `  ${line}\n`).join('')}`)[0]!.unknown,
    ).toEqual([])
  })
})

describe('a nutcracker.yml that is none', () => {
  const bomb = [
    'a: &a [x,x,x,x,x,x,x,x,x]',
    ...'bcdefghi'.split('').map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[index]}`).join(',')}]`),
  ]
  it.each([
    ['an alias without an anchor', 'alpha: *nobody\nredis_auth: sesame'],
    ['aliases that mean billions', bomb.join('\n')],
    ['100,000 lists in one another', '['.repeat(100_000)],
    ['a password like an alias', 'redis_auth: sesame\nalpha: {redis_auth: *sesame'],
    ['a password with a backslash', 'redis_auth: "sesame\\q"'],
    ['a list', '- sesame'],
    ['a text', 'sesame'],
  ])('is malformed and not quoted: %s', (_, text) => {
    try {
      parseConfigFile(text)
      expect.unreachable()
    } catch (error) {
      expect(error).toMatchObject({ name: 'EvenkeelError', code: 'malformed' })
      expect((error as Error).message).not.toContain('sesame')
    }
  })
})
