import { expect, test } from 'vitest'
import { parseConfig } from '../../config/parse.ts'
import { schemas } from '../schemas.ts'
import { polledTargets } from './polledTargets.ts'

const parse = (...targets: string[]) =>
  parseConfig(`targets:\n${targets.map((target) => `  - ${target}`).join('\n')}`, {}, schemas(), {
    file: '/etc/evenkeel.yaml',
    readFile: () => '',
  })
const WEB = '{ kind: nginx, name: web, status: "http://127.0.0.1/s", accessLog: "file:///var/log/a.log" }'
const EDGE = '{ kind: haproxy, name: edge, socket: "unix:/run/h.sock", accessLog: "syslog://127.0.0.1:5141" }'
const BARE = '{ kind: haproxy, name: bare, socket: "unix:/run/b.sock" }'
const redis = (references: string, where = 'url: "redis://127.0.0.1"') =>
  `{ kind: redis, name: cache, ${where}, references: ${references} }`

test('a proxy is told which caches its access log is a source of', () => {
  const config = parse(
    WEB,
    EDGE,
    redis('{ from: log, log: { targets: [web, edge], key: cache_key, pool: app, ttl: 10m } }'),
    '{ kind: memcached, name: small, address: "127.0.0.1:11211", references: { from: log, log: { targets: [web] } } }',
  )
  const feeds = Object.fromEntries(polledTargets(config).map(({ config }) => [config.name, (config as { feeds?: object[] }).feeds]))
  const cache = { cache: 'cache', key: 'cache_key', pool: 'app', ttlMs: 600_000 }
  expect(feeds).toEqual({
    web: [cache, { cache: 'small', key: 'key', pool: null, ttlMs: null }],
    edge: [cache],
    cache: undefined,
    small: undefined,
  })
  expect(JSON.stringify(config.targets)).not.toContain('feeds')
})

test.each([
  [
    'a log that nobody reads',
    [WEB, BARE, redis('{ from: log, log: { targets: [web, bare] } }')],
    /references\.log\.targets\[1\].*bare.*web/s,
  ],
  ['a target that is not there', [redis('{ from: log, log: { targets: [nobody] } }')], /nobody.*there is none/s],
  ['no log', [WEB, redis('{ from: log }')], /references\.log.*targets: \[NAME\]/s],
  ['a log that is not asked for', [WEB, redis('{ from: report, log: { targets: [web] } }')], /log is for `from: log`/],
  ['a group', [WEB, redis('{ from: log, log: { targets: [web] } }', 'cluster: ["redis://127.0.0.1"]')], /one server with a `url`/],
])('%s is refused', (_, targets, message) => {
  expect(() => parse(...targets)).toThrow(message)
})
