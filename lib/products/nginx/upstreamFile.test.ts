import { describe, expect, test } from 'vitest'
import { readUpstream, withServers } from './upstreamFile.ts'

const FILE = `# app servers; weight=9 in a comment is none
server 10.0.0.1:8080 weight=3 max_fails=2;   # the big one
server 10.0.0.2:8080;
server app.internal  down ;
server "unix:/run/app 1.sock" weight=2 down;
server 10.0.0.9:8080 backup;
keepalive 16;
`

describe('an include file of an upstream', () => {
  test('is read', () => {
    const { servers, statements } = readUpstream(FILE, 'app')
    expect(servers.map(({ address, weight, down, backup }) => [address, weight, down, backup])).toEqual([
      ['10.0.0.1:8080', 3, false, false],
      ['10.0.0.2:8080', 1, false, false],
      ['app.internal', 1, true, false],
      ['unix:/run/app 1.sock', 2, true, false],
      ['10.0.0.9:8080', 1, false, true],
    ])
    expect(statements).toEqual([['keepalive', '16']])
  })

  test('with whole upstreams: only the one that is meant', () => {
    const text = 'upstream a { hash $uri consistent; server 1.1.1.1; }\nupstream b {\n  least_conn;\n  server 2.2.2.2 weight=5;\n}\n'
    expect(readUpstream(text, 'a')).toMatchObject({ statements: [['hash', '$uri', 'consistent']], servers: [{ address: '1.1.1.1' }] })
    expect(readUpstream(text, 'b')).toMatchObject({ statements: [['least_conn']], servers: [{ weight: 5 }], absent: false })
    expect(readUpstream(text, 'c')).toEqual({ servers: [], statements: [], absent: true })
    expect(withServers(text, 'b', [{ server: '2.2.2.2', weight: 7 }])).toBe(text.replace('weight=5', 'weight=7'))
  })

  test.each([
    [{ server: '10.0.0.1:8080', weight: 5 }, ['weight=3 max', 'weight=5 max']],
    [{ server: '10.0.0.2:8080', weight: 5 }, ['10.0.0.2:8080;', '10.0.0.2:8080 weight=5;']],
    [{ server: '10.0.0.2:8080', weight: 1 }, ['', '']],
    [{ server: '10.0.0.2:8080', down: true }, ['10.0.0.2:8080;', '10.0.0.2:8080 down;']],
    [{ server: 'app.internal', down: false }, ['app.internal  down ;', 'app.internal  ;']],
    [{ server: 'app.internal', weight: 4 }, ['app.internal  down ;', 'app.internal  down weight=4 ;']],
    [{ server: 'unix:/run/app 1.sock', weight: 4, down: false }, ['weight=2 down', 'weight=4']],
  ])('%j changes that statement and nothing else', (edit, [from, to]) => {
    expect(withServers(FILE, 'app', [edit])).toBe(FILE.replace(from!, to!))
  })

  test('a change and its way back are the same file', () => {
    const edits = [
      { server: '10.0.0.1:8080', weight: 1, down: true },
      { server: '10.0.0.9:8080', down: true },
    ]
    const back = [
      { server: '10.0.0.1:8080', weight: 3, down: false },
      { server: '10.0.0.9:8080', down: false },
    ]
    const changed = withServers(FILE, 'app', edits)
    expect(changed).not.toBe(FILE)
    expect(withServers(changed, 'app', back)).toBe(FILE)
  })

  // What people write: every byte but the weight's own is to stay.
  const FORMS = [
    'server a weight=2; server b:81 weight=3 max_fails=2 fail_timeout=5s;server c;\n',
    'server\n    a\n    weight=2\n  ; # weight=5 a\nserver b:81 weight=3;',
    'server a max_conns=10 weight=2 backup;\r\nserver b:81 weight=3 down;\r\n',
    '# upstream x { server a weight=9; }\nserver "a" "weight=2"; server b:81 slow_start=30s weight=3 resolve;',
    'zone app 64k;\nserver [::1]:80 weight=7;\nserver a weight=2;\nserver unix:/run/b.sock weight=4;\nserver b:81 weight=3;\nkeepalive 8;\n',
    'upstream app {\n\thash $request_uri consistent;\n\tserver a weight=2;\tserver b:81 weight=3;\n}\nupstream other { server a weight=5; }\n',
    'user www;\nhttp {\n  log_format x "{ $a; }";\n  upstream app { server a weight=2; server b:81 weight=3; }\n  server { listen 80; location / { proxy_pass http://app; } }\n}\n',
    '\ufeff# Büro 東京\nserver a weight=2; server b:81 weight=3;',
  ]
  test.each(FORMS)('%j: all but the weight stays, and the way back is the same text', (text) => {
    const changed = withServers(text, 'app', [
      { server: 'a', weight: 11 },
      { server: 'b:81', weight: 12 },
    ])
    const at = text.search(/(?<!# )server\s+"?a"?[^;#]*weight=2/)
    expect(changed).toBe(
      `${text.slice(0, at)}${text
        .slice(at)
        .replace(/"?weight=2"?/, 'weight=11')
        .replace('weight=3', 'weight=12')}`,
    )
    const back = withServers(changed, 'app', [
      { server: 'a', weight: 2 },
      { server: 'b:81', weight: 3 },
    ])
    expect(back).toBe(text.replace('"weight=2"', 'weight=2'))
    expect(readUpstream(changed, 'app').servers.map(({ weight }) => weight)).toEqual(expect.arrayContaining([11, 12]))
  })

  test('two upstreams of one name are not guessed between', () => {
    const text = 'http { upstream app { server a; } }\nstream { upstream app { server b; } }'
    expect(() => readUpstream(text, 'app')).toThrow(expect.objectContaining({ code: 'malformed' }))
  })

  test('a server that is not there', () => {
    expect(() => withServers(FILE, 'app', [{ server: '10.0.0.3', weight: 1 }])).toThrow(expect.objectContaining({ code: 'not_found' }))
  })

  test('a server that is named twice is not written', () => {
    expect(() => withServers('server a; server a weight=2;', 'app', [{ server: 'a', weight: 3 }])).toThrow(/twice/)
  })

  test.each(['server 1.1.1.1', 'upstream a {', '}', 'server "1.1.1.1;', 'server;', 'server a weight=banana;'])(
    '%j is malformed',
    (text) => {
      expect(() => readUpstream(text, 'a')).toThrow(expect.objectContaining({ code: 'malformed' }))
    },
  )
})

test('what is Lua stays as it is, and braces within it are none of NGINX', () => {
  const text = `upstream gateway {
  server 10.0.0.1; # don't
  balancer_by_lua_block {
    -- don't { touch
    --[==[ } ]] ]==]
    local s = "}" .. '\\'}' .. [[ } ]]
    local t = { a = { 1 } } -- }
  }
  keepalive 320;
}
`
  const { servers, statements } = readUpstream(text, 'gateway')
  expect(servers.map(({ address }) => address)).toEqual(['10.0.0.1'])
  expect(statements).toEqual([['balancer_by_lua_block'], ['keepalive', '320']])
  expect(withServers(text, 'gateway', [{ server: '10.0.0.1', weight: 2 }])).toBe(text.replace('10.0.0.1;', '10.0.0.1 weight=2;'))
})

test.each(['{ ', "{ '} ", '{ --[[ } ', '{ -- }'])('a block of Lua that does not end: %j', (block) => {
  expect(() => readUpstream(`upstream a { balancer_by_lua_block ${block}`, 'a')).toThrow(/Lua is not closed/)
})
