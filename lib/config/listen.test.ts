// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the configuration writes variables like this.
import { describe, expect, test } from 'vitest'
import { ConfigError } from './error.ts'
import { isWhereItListens, listenText, localAddress, readListen } from './listen.ts'

const options = { file: '/etc/evenkeel/evenkeel.yaml', readFile: (path: string) => (path === '/etc/evenkeel/at' ? '[::1]:8080\n' : '') }
const read = (text: string) => readListen(text, { PORT: '8080' }, options)

describe('where to listen is read alone', () => {
  test.each([
    ['', '127.0.0.1:3000'],
    ['mode: nonsense', '127.0.0.1:3000'],
    ['listen: 0.0.0.0:80', '0.0.0.0:80'],
    ['listen: "[::]:${PORT}"', '[::]:8080'],
    ['listen_file: at', '[::1]:8080'],
  ])('%j', (text, expected) => expect(listenText(read(text))).toBe(expected))
  test.each([
    ['listen: 8080', 'listen (line 1): found 8080; allowed: a text'],
    ['mode: tune\nlisten: all', 'listen (line 2): found "all"; allowed: HOST:PORT'],
    ['listen: "a<b:80"', 'listen (line 1): found "a<b:80"; allowed: HOST:PORT with a host name or an address'],
    ['listen: "[::::]:80"', 'allowed: HOST:PORT with a host name or an address'],
    ['listen: *a', 'listen (line 1): found an alias without its anchor'],
    ['listen: "127.0.0.1:99999"', 'allowed: a port from 0 to 65535'],
  ])('%j is refused', (text, words) => {
    expect(() => read(text)).toThrow(ConfigError)
    expect(() => read(text)).toThrow(words)
  })
})

test.each([
  ['127.0.0.1', '127.0.0.1', true],
  ['127.0.0.1', '127.0.0.9', false],
  ['127.0.0.1', '0.0.0.0', false],
  ['0.0.0.0', '0.0.0.0', true],
  ['0.0.0.0', '::', false],
  ['0.0.0.0', '127.0.0.1', false],
  ['::1', '0:0:0:0:0:0:0:1', true],
  ['::', '0::0', true],
  ['localhost', 'localhost', true],
  ['localhost', '::1', true],
  ['localhost', '10.0.0.1', false],
  ['localhost', '0.0.0.0', false],
  ['box.example', '10.0.0.1', true],
  ['box.example', '::', false],
  ['box.example', 'a1b2c3', false],
  ['127.0.0.1', 'a1b2c3', false],
])('listen %s, bound to %s: %s', (said, bound, expected) => {
  expect(isWhereItListens({ host: said, port: 1 }, { host: bound, port: 1 })).toBe(expected)
  expect(isWhereItListens({ host: said, port: 1 }, { host: bound, port: 2 })).toBe(false)
  expect(isWhereItListens({ host: said, port: 0 }, { host: bound, port: 2 })).toBe(expected)
})

test.each([
  ['0.0.0.0', 'http://127.0.0.1:1'],
  ['::', 'http://[::1]:1'],
  ['::0', 'http://[::1]:1'],
  ['10.0.0.1', 'http://10.0.0.1:1'],
  ['::1', 'http://[::1]:1'],
  ['box', 'http://box:1'],
])('listening on %s it is reached from here at %s', (host, expected) => expect(localAddress({ host, port: 1 })).toBe(expected))
