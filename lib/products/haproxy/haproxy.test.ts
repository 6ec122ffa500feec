import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Parsed } from '../../model/product.ts'
import type { Reading } from '../../model/series.ts'
import { parseSocketAddress, socketAddressText } from '../exchange.ts'
import { haproxyActuator } from './actuator.ts'
import type { Beside } from './beside.ts'
import { haproxyAddress, haproxyConfig } from './config.ts'
import { parseConfigFile } from './configFile.ts'
import { describes } from './described.ts'
import { parseInfo, runIdOf } from './info.ts'
import { poolsOf } from './pools.ts'
import { haproxy } from './product.ts'
import { parseServersState } from './serversState.ts'
import { parseStat, statSamples } from './stat.ts'

const fixture = (name: string) => readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8')
const SOCKET = fixture('haproxy-2.6-show-stat-socket.csv')
const PAGE = fixture('haproxy-2.6-stats.csv')
const STATE = fixture('haproxy-2.6-show-servers-state.txt')
const INFO = fixture('haproxy-2.6-show-info.txt')

const MALFORMED = expect.objectContaining({ code: 'malformed' })
const NOTHING: Beside = { state: null, file: null, version: null, writable: true, socket: null }
const value = (samples: Reading[], metric: string, pool: string, server?: string) =>
  samples.find((sample) => sample.metric === metric && sample.labels?.pool === pool && sample.labels.server === server)?.value
/** The fixture with one column of one row changed. */
function withColumn(text: string, server: string, changes: Record<string, string>): string {
  const lines = text.split('\n')
  const columns = lines[0]!.slice(2).split(',')
  return lines
    .map((line) => {
      const cells = line.split(',')
      if (cells[0] !== 'c_uri_default' || cells[1] !== server) return line
      for (const [name, cell] of Object.entries(changes)) cells[columns.indexOf(name)] = cell
      return cells.join(',')
    })
    .join('\n')
}

describe('configuration', () => {
  it.each([
    ['tcp://127.0.0.1:9999', '127.0.0.1:9999'],
    ['ipv4@10.0.0.1:99', '10.0.0.1:99'],
    ['tcp://[::1]:99', '[::1]:99'],
    ['unix:/run/haproxy.sock', '/run/haproxy.sock'],
    ['unix@/run/haproxy.sock', '/run/haproxy.sock'],
    ['/run/haproxy.sock', '/run/haproxy.sock'],
  ])('%s is %s', (text, socket) => {
    expect(socketAddressText(parseSocketAddress(text)!)).toBe(socket)
  })

  it.each(['', 'haproxy.sock', 'http://h:1', 'tcp://h', 'tcp://h:0', 'tcp://h:99999', 'tcp://h:1/x'])('refuses the socket %j', (text) => {
    expect(parseSocketAddress(text)).toBeNull()
  })

  it('needs one socket, and tells no password', () => {
    expect(haproxyConfig.safeParse({ kind: 'haproxy', name: 'edge' }).success).toBe(false)
    const config = haproxyConfig.parse({ kind: 'haproxy', name: 'edge', stats: 'http://admin:secret@127.0.0.1:8404/stats' })
    expect(haproxyAddress(config)).toBe('127.0.0.1:8404/stats')
  })
})

describe('the statistics', () => {
  it('give a real pool and its servers, from the socket and from the page', () => {
    const samples = statSamples(parseStat(SOCKET))
    expect(value(samples, 'pool_requests_total', 'c_uri_default')).toBe(200)
    expect(value(samples, 'pool_requests_total', 'c_uri_default', 's5')).toBe(113)
    expect(value(samples, 'pool_response_seconds', 'c_uri_default', 's5')).toBe(0.001)
    expect(value(samples, 'pool_weight_set', 'c_uri_default', 's4')).toBe(4)
    // Drained: it shows its old weight, but takes no new requests; no request yet, no time.
    expect(value(samples, 'pool_weight_set', 'c_uri_default', 's3')).toBe(7)
    expect(value(samples, 'pool_weight_effective', 'c_uri_default', 's3')).toBe(0)
    expect(value(samples, 'pool_response_seconds', 'c_uri_default', 's3')).toBeUndefined()
    expect(value(statSamples(parseStat(PAGE)), 'pool_requests_total', 'c_uri_default', 's1')).toBe(4385)
  })

  it('leave out frontends and pools without servers', () => {
    const pools = new Set(statSamples(parseStat(PAGE)).map((sample) => sample.labels?.pool))
    expect(pools.has('c_uri_default')).toBe(true)
    expect(pools.has('stats')).toBe(false)
  })

  it('count a failed request once', () => {
    const failing = { hrsp_5xx: '3', econ: '5', eresp: '2' }
    const samples = statSamples(parseStat(withColumn(withColumn(SOCKET, 's1', failing), 'BACKEND', { ...failing, hrsp_5xx: '10' })))
    expect(value(samples, 'pool_errors_total', 'c_uri_default', 's1')).toBe(10)
    expect(value(samples, 'pool_errors_total', 'c_uri_default')).toBe(10)
  })

  it.each([
    ['UP', 1],
    ['UP 1/3', 1],
    ['DOWN', 0],
    ['DOWN 1/2', 0],
    ['NOLB', 1],
    ['DRAIN (agent)', 1],
    ['MAINT (via b/s)', undefined],
  ])('%s is up = %s', (status, up) => {
    expect(value(statSamples(parseStat(withColumn(SOCKET, 's1', { status }))), 'pool_up', 'c_uri_default', 's1')).toBe(up)
  })

  it('give an idle backup no weight in force, until no active server is left', () => {
    const backup = withColumn(SOCKET, 's1', { act: '0', bck: '1' })
    expect(value(statSamples(parseStat(backup)), 'pool_weight_effective', 'c_uri_default', 's1')).toBe(0)
    const alone = ['s2', 's4', 's5'].reduce((text, server) => withColumn(text, server, { status: 'DOWN' }), backup)
    expect(value(statSamples(parseStat(alone)), 'pool_weight_effective', 'c_uri_default', 's1')).toBe(1)
  })

  it('say why a server is down', () => {
    const text = withColumn(SOCKET, 's1', { status: 'DOWN', check_status: 'L4CON', check_desc: '"Layer4 connection problem, refused"' })
    const parsed = haproxy.probes.find((probe) => probe.id === 'stat')!.parse({ stat: text, ...NOTHING }, { cursor: null, at: 5 }) as Parsed
    expect(parsed.records).toContainEqual({
      kind: 'fact',
      id: 'check/c_uri_default/s1',
      at: 5,
      value: 'L4CON Layer4 connection problem, refused',
    })
  })

  it.each([
    ['nothing', ''],
    ['an error page', '<html>503</html>'],
    ['binary', '\u0000\ufffd\u0001'],
    ['another header', '# pxname,svname\napp,s1\n'],
    ['a cut row', SOCKET.slice(0, -400)],
    ['an unclosed quote', `${SOCKET}"app`],
  ])('refuse %s', (_what, text) => {
    expect(() => statSamples(parseStat(text))).toThrow(MALFORMED)
  })
})

describe('a row that cannot be read', () => {
  const read = (text: string) => {
    const stat = parseStat(text)
    const pools = poolsOf(stat, {
      ...NOTHING,
      file: parseConfigFile('backend c_uri_default\nbalance uri\nhash-type consistent\nserver s1 a:1\n'),
    })
    return {
      bad: stat.bad.map(({ row, because }) => `${row}: ${because}`),
      all: stat.all,
      pool: pools.find(({ name }) => name === 'c_uri_default')!,
      samples: statSamples(stat),
    }
  }

  it.each([
    ['words for numbers', { stot: 'many' }, 'stot is "many", not a number'],
    ['a negative count', { scur: '-1' }, 'scur is "-1", not a number'],
    ['a weight that is none', { weight: '1.5' }, 'weight is "1.5", not a number'],
    ['an unknown status', { status: 'SOSO' }, 'its status is "SOSO"'],
    ['a column too many', { status: 'DRAIN (agent),' }, 'columns instead of'],
    ['a quote that never ends', { last_chk: '"L7OK' }, 'a quote in it does not end'],
  ])('costs itself alone: %s', (_what, changes, because) => {
    const { bad, all, pool, samples } = read(withColumn(SOCKET, 's1', changes))
    expect(bad).toEqual([expect.stringContaining(because)])
    expect(all).toBe(12)
    expect(pool.servers.map(({ name }) => name)).toEqual(['s2', 's3', 's4', 's5'])
    expect(pool).toMatchObject({ balances: 'unknown', serversLeft: 1, unknown: [expect.stringContaining('c_uri_default/s1')] })
    expect(pool.ring).toBeUndefined()
    expect(value(samples, 'pool_requests_total', 'c_uri_default', 's5')).toBe(113)
  })

  it('of a pool leaves its servers, of which nothing is promised', () => {
    const { bad, pool, samples } = read(withColumn(SOCKET, 'BACKEND', { stot: '' }))
    expect(bad).toEqual(['c_uri_default/BACKEND: stot is "", not a number'])
    expect(pool.servers).toHaveLength(5)
    expect(pool).toMatchObject({ balances: 'unknown' })
    expect(value(samples, 'pool_requests_total', 'c_uri_default')).toBeUndefined()
  })

  it('is told of the target, counted', () => {
    const stat = haproxy.probes.find((probe) => probe.id === 'stat')!
    const parsed = stat.parse({ stat: withColumn(SOCKET, 's1', { stot: 'x' }), ...NOTHING }, { cursor: null, at: 5 }) as Parsed
    expect(parsed.topology.capabilities).toEqual([
      {
        feature: 'every row',
        available: false,
        because: '1 of 12 rows of the statistics cannot be read: c_uri_default/s1 (stot is "x", not a number)',
      },
    ])
  })

  it('numbers that cannot be are no samples', () => {
    const { samples, bad } = read(
      withColumn(SOCKET, 's5', { rtime: '3500000000000', qtime: '-1', econ: '99999999999999999999', wretr: 'x' }),
    )
    expect(bad).toEqual([])
    for (const metric of ['pool_response_seconds', 'pool_queue_seconds', 'pool_retries_total'])
      expect(value(samples, metric, 'c_uri_default', 's5')).toBeUndefined()
  })
})

describe('show servers state', () => {
  it('tells ids, initial weights and what a person set', () => {
    expect(parseServersState(STATE)[2]).toEqual({
      pool: 'c_uri_default',
      server: 's3',
      id: 3,
      address: '127.0.0.1:19003',
      weight: 7,
      weightInitial: 7,
      admin: 'ready',
    })
    expect(parseServersState(STATE.replace('2 0 7 7', '2 8 7 7'))[2]?.admin).toBe('drain')
    expect(parseServersState(STATE.replace('2 0 7 7', '2 9 7 7'))[2]?.admin).toBe('maint')
  })

  it.each([['', '2\n# be_id\n', STATE.slice(0, -60), STATE.replace('19005', ''), '1\n# be_name srv_name\na b\n']].flat())(
    'refuses %#',
    (text) => {
      expect(() => parseServersState(text)).toThrow(MALFORMED)
    },
  )
})

describe('show info', () => {
  it('tells version and run', () => {
    const info = parseInfo(INFO)
    expect(info).toMatchObject({ version: '2.6.12-1+deb12u4', pid: 20307, uptimeSeconds: 82 })
    expect(runIdOf(info, 1_000_000_000, null)).toEqual({ runId: '20307@999918', cursor: '20307@999918 82' })
  })

  it('keeps the run while the clock rounds the other way, and sees a restart under the same pid', () => {
    const info = parseInfo(INFO)
    const later = runIdOf({ ...info, uptimeSeconds: 92 }, 1_000_010_600, '20307@999918 82')
    expect(later.runId).toBe('20307@999918')
    expect(runIdOf({ ...info, uptimeSeconds: 3 }, 1_000_020_000, later.cursor).runId).toBe('20307@1000017')
  })

  it.each(['', 'Permission denied', 'Version: 2.6\n', 'Version: 2.6\nPid: x\nUptime_sec: 1\n'])('refuses %j', (text) => {
    expect(() => parseInfo(text)).toThrow(MALFORMED)
  })
})

const CFG = `
global
  maxconn 100
defaults base
  mode http
  balance leastconn
  default-server weight 10 check
defaults odd from base
  hash-type consistent
backend plain from base
  server a1 10.0.0.1:80
  server a2 10.0.0.2:80 weight 20 backup   # the spare
backend hashed from odd
  balance uri depth 2
  hash-type consistent sdbm avalanche
  default-server slowstart 10s
  server "b 1" 10.0.0.1:80 id 42
  server b2 10.0.0.2:80 agent-check weight 0
listen sticky from base
  bind :80
  balance hdr(Host)
  cookie SRV insert
  server-template t 2-3 svc:80 weight 5
backend empty
frontend web
  bind :80
  default_backend plain
`

describe('haproxy.cfg', () => {
  it('is read with its inheritance', () => {
    expect(parseConfigFile(CFG).pools).toMatchObject([
      {
        name: 'plain',
        mode: 'http',
        balance: 'leastconn',
        servers: [
          { name: 'a1', address: '10.0.0.1:80', weight: 10, backup: false, disabled: false, agentCheck: false, slowstart: false },
          { name: 'a2', address: '10.0.0.2:80', weight: 20, backup: true, disabled: false, agentCheck: false, slowstart: false },
        ],
      },
      {
        name: 'hashed',
        mode: 'http',
        balance: 'uri depth 2',
        hashType: ['consistent', 'sdbm', 'avalanche'],
        servers: [
          { name: 'b 1', address: '10.0.0.1:80', weight: 10, id: 42, backup: false, disabled: false, agentCheck: false, slowstart: true },
          { name: 'b2', address: '10.0.0.2:80', weight: 0, backup: false, disabled: false, agentCheck: true, slowstart: true },
        ],
      },
      {
        name: 'sticky',
        mode: 'http',
        balance: 'hdr(Host)',
        sticky: 'cookie SRV',
        servers: [
          { name: 't2', address: 'svc:80', weight: 5, backup: false, disabled: false, agentCheck: false, slowstart: false },
          { name: 't3', address: 'svc:80', weight: 5, backup: false, disabled: false, agentCheck: false, slowstart: false },
        ],
      },
      { name: 'empty', servers: [] },
    ])
  })

  it('survives anything', () => {
    for (const text of ['', '\u0000', 'server x', 'backend\nserver', '"'.repeat(1_000), 'backend b\nserver-template t 99999999 a', '\\'])
      expect(parseConfigFile(text).pools).toBeInstanceOf(Array)
  })

  it('makes no more servers of a few templates than anybody runs', () => {
    const templates = 'server-template w 99999 10.0.0.1:80\n'
    expect(parseConfigFile(`backend b\n${templates}`).pools[0]!.servers).toHaveLength(99_999)
    expect(() => parseConfigFile(`backend b\n${templates.repeat(20_000)}`)).toThrow(/at most 100000 servers/)
  })
})

describe('pools', () => {
  const pool = (cfg: string | null, text = SOCKET, beside: Partial<Beside> = {}) =>
    poolsOf(parseStat(text), { ...NOTHING, file: cfg === null ? null : parseConfigFile(cfg), ...beside })[0]!
  const cfg = (lines: string) =>
    `backend c_uri_default\n${lines}\n${[1, 2, 3, 4, 5].map((n) => `server s${n} 127.0.0.1:1900${n} weight ${n}`).join('\n')}\n`

  it('have their section where all of their servers were added at run time', () => {
    const found = pool('backend c_uri_default\nbalance uri\nhash-type consistent', SOCKET, { version: '3.0.5' })
    expect(found).toMatchObject({ algorithm: 'uri consistent', balances: 'hash', can: { weight: true } })
    expect(found.ring?.nodes).toHaveLength(5)
    expect(found.unknown).toBeUndefined()
  })

  it('hash consistently: weights go live, and the ring has ids, weights and states as they are now', () => {
    const found = pool(cfg('balance uri\nhash-type consistent'), SOCKET, { version: '2.6.12-1+deb12u4' })
    expect(found).toMatchObject({ algorithm: 'uri consistent', balances: 'hash', can: { weight: true }, weightMax: 256 })
    expect(found.servers[2]).toEqual({
      name: 's3',
      address: '127.0.0.1:19003',
      id: 3,
      weightSet: 7,
      weightEffective: 0,
      state: 'drain',
      weightFile: 3,
      detectMs: null,
      fileLine: expect.objectContaining({ where: 'haproxy.cfg:6', wanted: 'server s3 127.0.0.1:19003 weight 7' }),
    })
    expect(found.ring).toMatchObject({ algorithm: 'haproxy-consistent', options: { version: '2.6.12' } })
    expect(found.ring?.nodes[2]).toEqual({ name: 's3', address: '127.0.0.1:19003', id: 3, weight: 7, state: 'drain' })
  })

  it.each([
    ['balance uri', 'uri map-based', 'hash', false],
    ['balance uri\nhash-type map-based djb2 avalanche', 'uri map-based', 'hash', false],
    ['balance uri\nhash-type consistent wt6\nhash-balance-factor 150', 'uri consistent', 'hash', true],
  ])('%j', (lines, algorithm, balances, takes) => {
    expect(pool(cfg(lines))).toMatchObject({ algorithm, balances, can: { weight: takes || { because: expect.any(String) } } })
  })

  it.each([
    ['roundrobin', 'weight', true],
    ['static-rr', 'weight', false],
    ['leastconn', 'load', true],
    ['first', 'load', false],
  ])('%s without a file', (algo, balances, takes) => {
    const found = pool(null, withColumn(SOCKET, 'BACKEND', { algo }))
    expect(found).toMatchObject({ algorithm: algo, balances, can: { weight: takes || { because: expect.any(String) } } })
  })

  it('have no ring that could mislead', () => {
    expect(pool(null).ring).toBeUndefined()
    expect(pool(null).can.weight).toEqual({ because: expect.stringContaining('haproxy.cfg') })
    expect(pool(cfg('balance uri\nhash-type consistent\nhash-balance-factor 150')).ring).toBeUndefined()
    // The file says another algorithm than the one that runs.
    expect(pool(cfg('balance source\nhash-type consistent')).ring).toBeUndefined()
  })

  it.each([
    ['balance uri\nhash-type consistent\nhash-balance-factor 150', /asked first/],
    ['balance uri\nhash-type consistent\nhash-preserve-affinity maxconn', /asked first/],
    ['balance uri\nhash-type consistent\ndefault-server hash-key mac', /hash-key mac/],
    ['balance uri\nhash-type consistent\ndefault-server hash-key "$KEY"', /for certain/],
    ['balance uri\nhash-type consistent\ndefault-server hash-key guid\nserver s0 127.0.0.1:1 guid "$GUID"', /guid of s0 is not known/],
    ['balance uri\nhash-type consistent md5', /md5/],
    ['balance uri\nhash-type rendezvous', /rendezvous/],
  ])('with %j no ring is given, and why', (lines, why) => {
    const found = pool(cfg(lines))
    expect(found.ring).toBeUndefined()
    expect(found.ringBecause).toMatch(why)
  })

  it('with the newer options at their defaults the ring is the same', () => {
    const plain = pool(cfg('balance uri\nhash-type consistent'))
    const said = pool(cfg('balance uri\nhash-type consistent\nhash-preserve-affinity always\ndefault-server hash-key id'))
    expect(said.ring).toEqual(plain.ring)
    expect(said.ringBecause).toBeUndefined()
  })

  it('a server that is not in the file may be hashed as id 0, unless its id is one that HAProxy would not have given it', () => {
    const without = (n: number) => cfg('balance uri\nhash-type consistent').replace(new RegExp(`server s${n} .*\n`), '')
    // The third one is drained in the fixture: it has no points, whatever its id.
    expect(pool(without(3)).ring).toBeDefined()
    expect(pool(without(5)).ring).toBeUndefined()
    expect(pool(without(5)).ringBecause).toMatch(/s5 was added at run time.*id 0/)
    expect(pool(without(5), withColumn(SOCKET, 's5', { sid: '77' })).ring?.nodes[4]).toMatchObject({ name: 's5', id: 77 })
  })

  it('of several backups the first that is up has the keys, unless all of them serve', () => {
    const backups = (lines: string) => {
      let text = SOCKET
      for (const n of [1, 2, 3, 4, 5]) text = withColumn(text, `s${n}`, n < 4 ? { status: 'DOWN' } : { status: 'UP', bck: '1' })
      return pool(cfg(`balance uri\nhash-type consistent${lines}`).replace(/(server s[45] .*)/g, '$1 backup'), text).ring?.nodes.map(({ name, state }) => [name, state]) // biome-ignore format: one line
    }
    expect(backups('')).toEqual([['s4', 'up'], ['s5', 'down']]) // biome-ignore format: a table
    expect(backups('\noption allbackups')).toEqual([['s4', 'up'], ['s5', 'up']]) // biome-ignore format: a table
  })

  it.each(['log-hash', 'sticky', 'quantum'])('an algorithm that is not known here (%s) promises nothing', (algo) => {
    expect(pool(null, withColumn(SOCKET, 'BACKEND', { algo }))).toMatchObject({
      algorithm: algo,
      balances: 'unknown',
      can: { weight: { because: expect.stringContaining('does not know') } },
    })
  })

  it('random is told by the file alone: of one draw it follows the weights, of more the load too', () => {
    const unknown = withColumn(SOCKET, 'BACKEND', { algo: 'unknown' })
    expect(pool(null, unknown)).toMatchObject({ balances: 'unknown', can: { weight: { because: expect.stringContaining('haproxy.cfg') } } })
    for (const [balance, balances] of [['random', 'load'], ['random(2)', 'load'], ['random(1)', 'weight']] as const) // biome-ignore format: a table
      expect(pool(cfg(`balance ${balance}`), unknown)).toMatchObject({ algorithm: balance, balances, can: { weight: true } })
  })

  it('columns and fields of later versions are passed over', () => {
    // Constructed: two more columns at the end of the statistics, two more fields at the end of the state, dashes where nothing is set.
    const later = SOCKET.split('\n')
      .map((line, i) => (line === '' ? line : i === 0 ? `${line}new_column,newer_column,` : `${line}7,-,`))
      .join('\n')
    expect(pool(null, later).servers).toEqual(pool(null).servers)
    const state = STATE.split('\n')
      .map((line, i) => (i === 0 || line === '' ? line : i === 1 ? `${line} srv_new srv_newer` : `${line} - 3`))
      .join('\n')
    expect(parseServersState(state)).toEqual(parseServersState(STATE))
  })

  it.each([
    ['UP 1/3 ↓', 'up'],
    ['NOLB', 'up'],
    ['no check', 'up'],
    ['DOWN (agent)', 'down'],
    ['DOWN 1/2', 'down'],
    ['DRAIN (agent)', 'drain'],
    ['MAINT (via app/a)', 'maint'],
    ['MAINT (resolution)', 'maint'],
  ])('the status %j is %s', (status, state) => {
    expect(pool(null, withColumn(SOCKET, 's1', { status })).servers[0]?.state).toBe(state)
  })

  it('say why weights cannot be set', () => {
    expect(pool(cfg('balance uri\nhash-type consistent'), SOCKET, { writable: 'no admin socket' })).toMatchObject({
      can: { weight: { because: 'no admin socket' }, state: { because: 'no admin socket' }, slowStart: { because: 'no admin socket' } },
    })
  })

  it('of a file that is not what runs say that, and not that the file lacks them', () => {
    const other = pool(cfg('balance roundrobin'))
    expect(other).toMatchObject({ balances: 'hash', can: { weight: { because: expect.stringContaining('`balance roundrobin`') } } })
    expect(other.ringBecause).toContain('and uri runs')
    expect(pool(null).ringBecause).toContain('do not report the hash type')
  })

  it('say that clients stick to their server', () => {
    expect(pool(cfg('balance uri\nhash-type consistent\ncookie SRV insert')).sticky).toBe('cookie SRV')
    expect(pool(cfg('balance uri\nhash-type consistent')).sticky).toBeUndefined()
  })

  it('name another writer of a weight', () => {
    expect(pool(null, withColumn(SOCKET, 's1', { agent_status: 'L7OK' })).servers[0]?.otherWriter).toBe('an agent check')
    expect(pool(null, withColumn(SOCKET, 's1', { throttle: '40' })).servers[0]?.otherWriter).toBe('slowstart, at 40 %')
  })
})

describe('HAProxy 3.4.0', () => {
  const version = parseInfo(fixture('haproxy-3.4.0-show-info.txt')).version
  const stat = parseStat(fixture('haproxy-3.4.0-show-stat.csv'))
  const state = parseServersState(fixture('haproxy-3.4.0-show-servers-state.txt'))
  const file = parseConfigFile(fixture('haproxy-3.4.0.cfg'))
  const pools = new Map(poolsOf(stat, { ...NOTHING, version, state, file }).map((one) => [one.name, one]))

  it('is read without a row or a statement that is not understood', () => {
    expect(version).toBe('3.4.0')
    expect(stat.bad).toEqual([])
    expect([...pools.values()].flatMap(({ unknown = [] }) => unknown)).toEqual([])
  })

  it.each([
    ['be_rr', 'roundrobin', 'weight'],
    ['be_default', 'random', 'load'],
    ['be_rand', 'random', 'load'],
    ['be_cons', 'hdr(x-key) consistent', 'hash'],
    ['be_map', 'hdr(x-key) map-based', 'hash'],
  ])('%s is %s, by %s', (name, algorithm, balances) => expect(pools.get(name)).toMatchObject({ algorithm, balances }))

  it.each([
    ['be_addr', { hashKey: 'addr', version }],
    ['be_addrport', { hashKey: 'addr-port', version }],
    ['be_guid', { hashKey: 'guid', version }],
    ['be_id32', { hashKey: 'id32', version }],
    ['be_none', { function: 'none', version }],
  ])('%s makes a ring', (name, options) => expect(pools.get(name)!.ring).toMatchObject({ algorithm: 'haproxy-consistent', options }))

  it('names what full servers hand on', () => {
    for (const name of ['be_bounded', 'be_pres'])
      expect(pools.get(name)).toMatchObject({ ringBecause: expect.stringContaining('asked first') })
  })

  it('knows that servers which were added at run time are in no file, and hashes them by the id that they were given', () => {
    expect(pools.get('be_dyn')!.servers.map(({ name, weightFile }) => [name, weightFile])).toEqual([['s1', 10], ['d2', undefined]]) // biome-ignore format: a table
    expect(pools.get('be_dynhash')!.ring!.nodes.map(({ name, id }) => [name, id])).toEqual([['s1', 1], ['s2', 2], ['d3', 3]]) // biome-ignore format: a table
  })

  it('leaves the weight of an agent to it', () => {
    expect(pools.get('be_agent')!.servers.map(({ otherWriter }) => otherWriter)).toEqual(['an agent check', undefined])
  })
})

describe('what the file says and nobody can be sure of', () => {
  const of = (lines: string) => parseConfigFile(lines).pools[0]!
  const texts = (lines: string) =>
    of(`backend b\n${lines}\nserver a 10.0.0.1:80\n`).unclear.map(({ touches, text }) => `${touches}: ${text}`)

  it.each([
    ['use-server a if { path / }', 'shares: `use-server a` chooses'],
    ['use-server a unless TRUE', 'shares: `use-server a` chooses'],
    ['option transparent', 'shares: `option transparent` chooses'],
    ['option quantum', 'shares: `option quantum` is not known here (haproxy.cfg:2)'],
    ['quantum 5', 'shares: `quantum` is not known here (haproxy.cfg:2)'],
    ['.if defined(X)\nbalance uri\n.endif', 'shares: `balance` stands between'],
    ['.if defined(X)\ncookie A insert\n.endif', 'shares: `cookie` stands between'],
    ['.if defined(X)\nhash-type consistent\n.endif', 'ring: `hash-type` stands between'],
    ['.if 1\n.if defined(X)\n.endif\n.else\nquantum\n.endif\nhash-type "$T"', 'ring: `hash-type` has an environment variable'],
    ['default-server weight "$W"', 'file: the file does not give the weight of a for certain'],
    ['default-server redir /x', 'shares: `redir` of a is not understood'],
  ])('%j', (lines, text) => expect(texts(lines)).toEqual([expect.stringContaining(text)]))

  it.each([
    'http-reuse safe',
    'source 0.0.0.0 usesrc clientip',
    'stick-table type ip size 1m expire 1h',
    'stick store-request src',
    'option redispatch 1',
    'no option httpclose',
    '.if defined(X)\nhttp-request deny\ntimeout server 5s\n.endif',
    '.if 0\nuse-server a\nquantum\n.endif',
    '.if defined(X)\nbalance uri\n.endif\nbalance roundrobin',
    '.notice "hello"',
    'cookie SRV insert dynamic\ndynamic-cookie-key sesame',
    'default-server check inter "$INTER"',
    'healthcheck web\ntype httpchk',
    "server b 10.0.0.2:80 cookie redir sni 'str(use-server)' set-proxy-v2-tlv-fmt(0x20) %[fc_pp_unique_id]",
  ])('%j has no meaning here, or is certain', (lines) => expect(texts(lines)).toEqual([]))

  it('a later branch runs at most perhaps after one that perhaps ran', () => {
    expect(texts('.if defined(X)\n.elif true\nhash-type consistent\n.else\nquantum\n.endif')).toEqual([
      expect.stringContaining('ring: `hash-type` stands'),
    ])
  })

  it('what the file itself has set is known, unless a condition may change it', () => {
    const weight = (lines: string) =>
      parseConfigFile(`global\n${lines}\nbackend b\nserver a 10.0.0.1:80 weight "$W"\n`).pools[0]!.servers[0]!.weight
    expect(weight('setenv W 9')).toBe(9)
    expect(weight('presetenv W 9')).toBeUndefined()
    expect(weight('setenv W 9\nunsetenv W')).toBeUndefined()
    expect(weight('setenv W 9\n.if defined(X)\nsetenv W 3\n.endif')).toBeUndefined()
  })

  it('named defaults that are not there, and a section that stands twice', () => {
    expect(of('backend b from gone\nserver a h:1').unclear).toMatchObject([{ of: 'from', touches: 'shares' }])
    expect(parseConfigFile('backend b\nserver a h:1\nbackend b\nserver a h:2').pools.map(({ unclear }) => unclear.length)).toEqual([1, 1])
  })
})

describe('the actuator', () => {
  const config = haproxyConfig.parse({ kind: 'haproxy', name: 'edge', socket: 'tcp://127.0.0.1:1' })
  const command = (name: string, value: string) => haproxyActuator.commands(config, [{ name, expect: '', value }])[0]

  it('writes exactly one command a setting', () => {
    expect(command('app/app3/weight', '25')).toBe('set server app/app3 weight 25')
    expect(command('app/app3/state', 'drain')).toBe('set server app/app3 state drain')
  })

  it.each([
    ['app/app3/weight', '257'],
    ['app/app3/weight', '-1'],
    ['app/app3/weight', '007'],
    ['app/app3/weight', '1; shutdown'],
    ['app/app3/weight', '1\n'],
    ['app/app3/weight', '50%'],
    ['app/app3/state', 'READY'],
    ['app/a;b/weight', '1'],
    ['app/a\nb/weight', '1'],
    ['app/a b/weight', '1'],
    ['app/app3/addr', '1'],
    ['../app3/weight/x', '1'],
  ])('refuses %j = %j', (name, text) => {
    expect(() => command(name, text)).toThrow()
    const setting = haproxyActuator.settings.find((candidate) => candidate.pattern.test(name))
    expect(setting === undefined || !setting.value.safeParse(text).success).toBe(true)
  })
})

describe('a ring from a piece of haproxy.cfg', () => {
  it('is that of the first section with servers', () => {
    expect(describes(CFG.slice(CFG.indexOf('backend hashed')))).toEqual({
      algorithm: 'haproxy-consistent',
      nodes: [
        { name: 'b 1', address: '10.0.0.1:80', id: 42, weight: 1, state: 'up' },
        { name: 'b2', address: '10.0.0.2:80', weight: 0, state: 'up' },
      ],
      options: { function: 'sdbm', avalanche: true },
    })
  })
  it('bare server lines hash consistently; backups stand outside', () => {
    expect(describes('server a 10.0.0.1:80 weight 3\n server b 10.0.0.2:80 disabled\nserver c 10.0.0.3:80 backup')).toEqual({
      algorithm: 'haproxy-consistent',
      nodes: [
        { name: 'a', address: '10.0.0.1:80', weight: 3, state: 'up' },
        { name: 'b', address: '10.0.0.2:80', weight: 1, state: 'maint' },
      ],
      options: {},
    })
  })
  it('is none of an upstream', () => expect(describes('upstream a { server 10.0.0.1:80; }')).toBeNull())
})

describe('a row of the statistics', () => {
  const header = '# pxname,svname,scur,stot,status,weight,type,lbtot,sid,last_chk,'
  it('may hold commas, quotes and line feeds within quotes', () => {
    const { servers } = parseStat(`${header}\napp,s1,0,1,UP,1,2,1,1,"a ""b"", c\nd",\r\napp,s2,0,1,UP,1,2,1,2,,\n\n`)
    expect(servers.map((row) => [row.get('svname'), row.get('last_chk'), row.get('nothing')])).toEqual([
      ['s1', 'a "b", c\nd', undefined],
      ['s2', '', undefined],
    ])
  })

  it('is malformed where a quote never ends or a column is missing', () => {
    expect(() => parseStat(`${header}\napp,s1,0,1,UP,1,2,1,1,"a,\n`)).toThrow('a quote in it does not end')
    expect(() => parseStat(`${header}\napp,s1,0,1,UP,1,2\n`)).toThrow('7 columns instead of 11')
  })

  it('is read within the limits of one target: whole pools in their order', () => {
    const rows = Array.from({ length: 2_500 }, (_, i) => `p${Math.floor(i / 500)},s${i},0,1,UP,1,2,1,${i},,`)
    const pools = Array.from({ length: 5 }, (_, i) => `p${i},BACKEND,0,1,UP,1,1,1,0,,`)
    const { servers, pools: named, left, serversLeft } = parseStat([header, ...rows, ...pools, ''].join('\n'))
    expect(servers).toHaveLength(2_000)
    expect(named).toHaveLength(5)
    expect(left).toEqual({ servers: { left: 500, of: 2_500 }, pools: { left: 1, of: 5 }, names: ['p4'] })
    expect([...serversLeft]).toEqual([['p4', 500]])
  })
})
