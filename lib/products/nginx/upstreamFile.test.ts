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
    const { servers, method } = readUpstream(FILE, 'app')
    expect(servers.map(({ address, weight, down, backup }) => [address, weight, down, backup])).toEqual([
      ['10.0.0.1:8080', 3, false, false],
      ['10.0.0.2:8080', 1, false, false],
      ['app.internal', 1, true, false],
      ['unix:/run/app 1.sock', 2, true, false],
      ['10.0.0.9:8080', 1, false, true],
    ])
    expect(method).toBeNull()
  })

  test('with whole upstreams: only the one that is meant', () => {
    const text = 'upstream a { hash $uri consistent; server 1.1.1.1; }\nupstream b {\n  least_conn;\n  server 2.2.2.2 weight=5;\n}\n'
    expect(readUpstream(text, 'a')).toMatchObject({ method: 'hash $uri consistent', servers: [{ address: '1.1.1.1' }] })
    expect(readUpstream(text, 'b')).toMatchObject({ method: 'least_conn', servers: [{ weight: 5 }] })
    expect(readUpstream(text, 'c').servers).toEqual([])
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

  test('a server that is not there', () => {
    expect(() => withServers(FILE, 'app', [{ server: '10.0.0.3', weight: 1 }])).toThrow(expect.objectContaining({ code: 'not_found' }))
  })

  test.each(['server 1.1.1.1', 'upstream a {', '}', 'server "1.1.1.1;', 'server;', 'server a weight=banana;', 'server a; server a;'])(
    '%j is malformed',
    (text) => {
      expect(() => readUpstream(text, 'a')).toThrow(expect.objectContaining({ code: 'malformed' }))
    },
  )
})
