import { describe, expect, it } from 'vitest'
import { spentMs } from '../../../test/cpuTime.ts'
import { balancingOf, isHostName, isPlaceholder } from './balancing.ts'
import { describes } from './described.ts'
import { readUpstream } from './upstreamFile.ts'

const SERVERS = 'server 10.0.0.1:80; server 10.0.0.2:80;'
const of = (statements: string, servers = SERVERS) => balancingOf(readUpstream(`${statements} ${servers}`, 'app'), {})

describe('what chooses the servers of an upstream', () => {
  it.each([
    ['', 'round robin', 'weight'],
    ['zone app 64k; keepalive 32; keepalive_timeout 60s; ntlm; queue 10;', 'round robin', 'weight'],
    ['least_conn;', 'least_conn', 'load'],
    ['random;', 'random', 'weight'],
    ['random two;', 'random two', 'load'],
    ['random two least_conn;', 'random two least_conn', 'load'],
    ['ip_hash;', 'ip_hash', 'hash'],
    ['hash $uri;', 'hash $uri', 'hash'],
    ['hash "$host$uri" consistent;', 'hash $host$uri consistent', 'hash'],
    ['vnswrr;', 'vnswrr', 'weight'],
  ])('%s is understood', (statements, algorithm, balances) => {
    expect(of(statements)).toMatchObject({ algorithm, balances, unknown: [], weights: true })
    expect(of(statements).others).toBeUndefined()
  })

  it.each([
    ['sticky cookie srv expires=1h;', 'sticky cookie srv'],
    ['sticky route $route_cookie $route_uri;', 'sticky route $route_cookie'],
    ['sticky learn create=$upstream_cookie_s lookup=$cookie_s zone=s:1m;', 'sticky learn create=$upstream_cookie_s'],
    // Angie's, of which the first may hold a secret: it is not shown.
    ['sticky route $arg_r; sticky_secret sesame; sticky_strict on;', 'sticky route $arg_r'],
    ['sticky;', 'sticky'],
    ['sticky name=route hash=md5;', 'sticky name=route hash=md5'],
    ['session_sticky cookie=uid fallback=on;', 'session_sticky cookie=uid'],
    ['jvm_route $cookie_JSESSIONID|sessionid;', 'jvm_route $cookie_JSESSIONID|sessionid'],
  ])('%s keeps users', (statements, sticky) => {
    expect(of(statements)).toMatchObject({ algorithm: 'round robin', balances: 'weight', sticky, unknown: [] })
  })

  it.each(['least_time header;', 'least_time last_byte inflight;', 'fair;', 'random two least_time=header;'])(
    '%s promises no share',
    (statement) => {
      expect(of(statement)).toMatchObject({ balances: 'unknown', weights: true, unknown: [expect.stringContaining('no share')] })
    },
  )

  it.each([
    ['consistent_hash $request_uri;', 'consistent_hash'],
    ['hash $request_uri crc32;', 'hash $request_uri crc32'],
    ['hash $request_uri; hash_again 10;', 'hash_again'],
    ['random three;', 'random three'],
    ['balancer_by_lua_block { b.run() }', 'Lua'],
    ['balancer_by_lua_file /opt/b.lua;', 'Lua'],
    ["balancer_by_lua 'ngx.exit(1)';", 'Lua'],
    ['include servers.conf;', 'include servers.conf'],
    ['state /var/lib/nginx/app.state;', 'state'],
    ['upsync 127.0.0.1:8500/v1/kv/upstreams/app upsync_type=consul;', 'upsync'],
    ['jdomain app.internal port=80;', 'jdomain'],
    ['toString;', 'toString'],
    ['brand_new_method sesame;', 'brand_new_method'],
  ])('%s makes it uncertain, and is named', (statements, said) => {
    const read = of(statements)
    expect(read).toMatchObject({ balances: 'unknown', weights: { because: expect.stringContaining(said) } })
    expect(read.unknown.join()).toContain(said)
    expect(JSON.stringify(read)).not.toContain('sesame')
    expect(() => describes(`upstream app { ${statements} ${SERVERS} }`)).toThrow(/No ring/)
  })

  it.each([
    ['server 10.0.0.1:80 id=1;', '`server 10.0.0.1:80 id=1`'],
    ['server app.internal service=http resolve;', 'DNS records'],
    ['server 0.0.0.1; server 10.0.0.1;', 'the address of no server'],
    ['server 10.0.0.1; server 10.0.0.1;', 'names 10.0.0.1 twice'],
  ])('%s makes it uncertain too', (servers, said) => {
    expect(of('', servers)).toMatchObject({ balances: 'unknown', unknown: [expect.stringContaining(said)] })
  })

  it.each(['max_conns=10 max_fails=0 fail_timeout=5s', 'route=a', 'slow_start=30s', 'resolve', 'drain', 'backup', 'down weight=3'])(
    'a server with %s is understood',
    (parameters) => expect(of('', `server 10.0.0.1:80 ${parameters};`).unknown).toEqual([]),
  )

  it('a health check is named, and changes nothing else', () => {
    expect(
      of('check interval=3000 rise=2 fall=5 type=http; check_http_send "HEAD / HTTP/1.0\\r\\n\\r\\n"; check_http_expect_alive http_2xx;'),
    ).toMatchObject({
      balances: 'weight',
      weights: true,
      unknown: [expect.stringContaining('`check interval=3000 rise=2 fall=5 type=http` takes servers out')],
    })
  })

  it('takes time in proportion to the file', () => {
    const servers = Array.from({ length: 50_000 }, (_, i) => `server 10.${i >> 16}.${(i >> 8) & 255}.${i & 255}:80;`).join('')
    const upstream = readUpstream(servers, 'app')
    const start = spentMs()
    expect(balancingOf(upstream, {}).unknown).toEqual([])
    expect(spentMs() - start).toBeLessThan(5_000)
  })

  it('a file that says otherwise than the configuration is believed as little', () => {
    const upstream = readUpstream(`hash $uri consistent; ${SERVERS}`, 'app')
    expect(balancingOf(upstream, { hash: '$uri', consistent: true })).toMatchObject({ balances: 'hash', unknown: [] })
    expect(balancingOf(upstream, { hash: '$uri' })).toMatchObject({ balances: 'unknown', unknown: [expect.stringContaining('its file')] })
    expect(balancingOf(readUpstream('upstream other { server a; }', 'app'), {})).toMatchObject({
      balances: 'unknown',
      others: expect.any(String),
    })
  })
})

it('no ring is described of users that are kept where they were', () => {
  expect(() => describes(`upstream app { hash $uri; sticky cookie srv; ${SERVERS} }`)).toThrow(/sticky cookie srv keeps users/)
  expect(describes(`upstream app { hash $uri; keepalive 3; ${SERVERS} }`)).toMatchObject({ algorithm: 'nginx-hash' })
})

it.each([
  ['0.0.0.1', true],
  ['0.0.0.1:80', true],
  ['0.0.0.0:80', false],
  ['10.0.0.1:80', false],
  ['0.example', false],
])('%s stands in for a server: %s', (address, is) => expect(isPlaceholder({ address })).toBe(is))

it.each([
  ['10.0.0.1:80', false],
  ['[::1]:80', false],
  ['unix:/run/app.sock', false],
  ['app', true],
  ['app.internal:8080', true],
])('%s is a name: %s', (address, is) => expect(isHostName(address)).toBe(is))
