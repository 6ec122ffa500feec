import { expect, test } from 'vitest'
import { haproxyConfig } from '../config.ts'
import { dataplaneCommands } from './admin.ts'
import { parseNative, parseProcessInfo, parseRuntimeServers } from './answers.ts'
import { changeInFile, configuredBody } from './transaction.ts'

const DATAPLANE = { url: 'https://lb:5555', username: 'admin', password: 'hunter2' }
const wrong = (more: object) =>
  haproxyConfig
    .safeParse({ kind: 'haproxy', name: 'edge', ...more })
    .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)

test.each([
  [
    {},
    'socket: needs `socket` (the admin socket: reads and tunes), `dataplane` (the same by HTTPS) or `stats` (the statistics page: reads)',
  ],
  [{ dataplane: DATAPLANE, socket: 'tcp://h:9999' }, 'dataplane: one way to the server: `dataplane`, or `socket` and `stats`'],
  [{ dataplane: DATAPLANE, config: '/etc/haproxy.cfg' }, 'config: the Data Plane API tells the file itself: leave `config` out'],
  [
    { dataplane: { ...DATAPLANE, url: 'http://lb:5555', ca: '-----BEGIN CERTIFICATE-----' } },
    'dataplane.url: ca, cert and key are for https://',
  ],
  [{ dataplane: { ...DATAPLANE, url: 'https://ann:pw@lb:5555' } }, 'dataplane.url: without a user: give `username`'],
])('a configuration that is refused: %j', (more, message) => {
  expect(wrong(more)).toEqual([message])
})

const server = (name: string, stats: object) => ({
  backend_name: 'app',
  name,
  type: 'server',
  stats: { scur: 0, stot: 5, sid: 1, weight: 10, status: 'UP', ...stats },
})

test('a row that the API has cut at a comma, or that lacks what is needed, costs itself alone', () => {
  const stats = [
    { name: 'app', type: 'backend', stats: { scur: 0, stot: 5, sid: 0, weight: 10, status: 'UP', algo: 'roundrobin' } },
    server('a', {}),
    // As `"HTTP, too slow"` comes: what follows is in the next column, its times too.
    server('b', { last_chk: '"HTTP', last_agt: ' too slow"', qtime: 0, ctime: 7 }),
    server('c', { status: 'WHO KNOWS' }),
    server('d', { stot: -1 }),
    { stats: {} },
  ]
  const read = parseNative(JSON.stringify({ runtimeAPI: '/run/h.sock', stats }))
  expect(read.servers.map((row) => row.get('svname'))).toEqual(['a'])
  expect(read.bad.map(({ row, because }) => `${row}: ${because}`)).toEqual([
    'app/b: the API has cut its last_chk at a comma',
    'app/c: its status is "WHO KNOWS"',
    'app/d: stot is "-1", not a number',
  ])
  expect(read.servers[0]!.get('constructor')).toBeUndefined()
})

test.each([
  ['{"error":"no socket","stats":[]}', /no statistics \(no socket\)/],
  ['{"stats":7}', /stats: /],
  ['[', /to be JSON/],
])('statistics that are none: %s', (text, message) => {
  expect(() => parseNative(text)).toThrow(message)
})

test('process information without a process is malformed, not a process of pid 0', () => {
  expect(() => parseProcessInfo('{"runtimeAPI":"/run/h.sock","error":"dial unix: no such file"}')).toThrow(
    /no process information \(dial unix: no such file\)/,
  )
  expect(parseProcessInfo('{"info":{"version":"3.2.1","pid":7,"uptime":9,"cum_req":3}}')).toMatchObject({
    version: '3.2.1',
    pid: 7,
    processes: 1,
  })
})

test('weights that an older API does not tell are absent, not 0', () => {
  const row = { id: '2', name: 'a', address: '10.0.0.1', port: 80, admin_state: 'ready' }
  expect(parseRuntimeServers(JSON.stringify([row]), 'app')).toEqual([
    { pool: 'app', server: 'a', id: 2, address: '10.0.0.1:80', admin: 'ready' },
  ])
  expect(parseRuntimeServers(JSON.stringify([{ ...row, weight: 0, iweight: 5, srvrecord: '_http._tcp.x' }]), 'app')).toMatchObject([
    { weight: 0, weightInitial: 5, srvRecord: '_http._tcp.x' },
  ])
})

test('the file has maintenance and weights, and no drain', () => {
  expect(configuredBody({ what: 'state', value: 'maint' })).toEqual({ maintenance: 'enabled' })
  expect(configuredBody({ what: 'state', value: 'ready' })).toEqual({ maintenance: 'disabled' })
  expect(configuredBody({ what: 'weight', value: '0' })).toEqual({ weight: 0 })
  expect(() => configuredBody({ what: 'state', value: 'drain' })).toThrow(/no keyword for a drain/)
})

test('a limit is a server’s maxconn, and 0 takes the keyword out; no other text is one', () => {
  expect(changeInFile('app/a/maxconn', '50')).toEqual({ pool: 'app', server: 'a', body: { maxconn: 50 } })
  expect(JSON.stringify({ ...{ maxconn: 9, weight: 1 }, ...changeInFile('app/a/maxconn', '0').body })).toBe('{"weight":1}')
  expect(() => changeInFile('app/a/maxconn', '-1')).toThrow(/whole number/)
  const { dataplane } = haproxyConfig.parse({ kind: 'haproxy', name: 'edge', dataplane: { ...DATAPLANE, write: 'config' } })
  const lines = (value: string) => dataplaneCommands(dataplane!, [{ name: 'app/a/maxconn', expect: '9', value }]).join('\n')
  expect(lines('50')).toContain(`jq '. + {"maxconn":50}'`)
  expect(lines('0')).toContain("jq 'del(.maxconn)'")
})
