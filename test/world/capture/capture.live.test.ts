import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { parse } from 'yaml'
import { products } from '../../../lib/products/sources.ts'
import { captureWorld } from '../../../scripts/captureWorld.ts'
import { describeWith } from '../../live.ts'
import { ask, redisSay, startApp, startHaproxy, startMemcached, startNginx, startRedis, startTwemproxy } from '../../servers.ts'
import { caseShape, type WorldCase } from '../worldCase.ts'
import type { TargetFields } from './endpoints.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ek-capture-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** Captures a case while `traffic` runs over and over; what was printed, the file, and what it is. */
async function captured(kind: string, fields: TargetFields, traffic: () => Promise<unknown>) {
  const printed: string[] = []
  const log = vi.spyOn(console, 'log').mockImplementation((line) => void printed.push(String(line)))
  let [running, rounds] = [true, 0]
  const load = (async () => {
    for (; running; rounds++) await traffic()
  })()
  try {
    const product = products.find((one) => one.kind === kind)!
    const code = await captureWorld(product, { ...fields, kind, name: 'captured' }, { name: `${kind}/live`, seconds: 2, folder })
    const text = await readFile(join(folder, kind, 'live.yaml'), 'utf8')
    return { code, text, printed: printed.join('\n'), rounds, written: caseShape.parse(parse(text)) as Omit<WorldCase, 'name'> }
  } finally {
    running = false
    await load
    log.mockRestore()
  }
}

const rateOf = ({ expect: { series = {} } }: Pick<WorldCase, 'expect'>, metric: string) =>
  Object.entries(series).find(([name]) => name.startsWith(metric))?.[1]

describeWith(['haproxy', 'redis-server', 'nginx', 'memcached', 'nutcracker'], 'a case of a live server plays as the server read', () => {
  test('HAProxy, with its file', async () => {
    await using app = await startApp()
    await using haproxy = await startHaproxy({
      cfg: ([port]) => `userlist people
  user opener insecure-password sesame0
defaults
  mode http
  timeout client 5s
  timeout connect 5s
  timeout server 5s
frontend in
  bind 127.0.0.1:${port}
  default_backend app
backend app # of the team at 192.0.2.77
  balance uri
  hash-type consistent
  http-request set-header X-Api-Key sesame1
  server one 127.0.0.1:${app.port} weight 20
  server two 192.0.2.10:80 weight 10 disabled
`,
    })
    const { socket, config, ports } = haproxy.about
    const it = await captured('haproxy', { socket: `unix:${socket}`, config }, () => fetch(`http://127.0.0.1:${ports[0]}/x`))
    expect(it.printed).toContain('played: right')
    expect(it.code).toBe(0)
    expect(it.text).not.toMatch(/sesame|opener|192\.0\.2/)
    expect(it.printed).toMatch(/replaced: \d+ secrets, 1 IPv4 addresses/)
    expect(it.written.config).toEqual({ socket: '{socket}', config: '{file haproxy.cfg}' })
    expect(it.written.expect.pools?.app).toMatchObject({
      balances: 'hash',
      ring: { algorithm: 'haproxy-consistent' },
      servers: { one: { state: 'up', weightSet: 20 }, two: { state: 'maint' } },
    })
    expect(rateOf(it.written, 'pool_requests_total')).toBeGreaterThan(5)
  })

  test('Redis, with a password and slow commands', async () => {
    await using redis = await startRedis({ password: 'sesame-redis', config: ['slowlog-log-slower-than 0', 'maxmemory 40mb'] })
    const it = await captured('redis', { url: redis.about.url }, () =>
      redisSay(redis, 'SET person:ann@ann.example 1', 'GET person:ann', 'GET none'),
    )
    expect(it.printed).toContain('played: right')
    expect(it.code).toBe(0)
    expect(it.text).not.toMatch(/sesame|person:/)
    expect(it.printed).toMatch(/without what names keys or clients: .*SLOWLOG GET/)
    expect(rateOf(it.written, 'cache_misses_total')).toBeGreaterThan(5)
  })

  test('memcached', async () => {
    await using memcached = await startMemcached()
    const it = await captured('memcached', { address: memcached.about.address }, () => ask(memcached.about.port, 'get a\r\nquit\r\n'))
    expect(it.printed).toContain('played: right')
    expect(it.code).toBe(0)
    expect(rateOf(it.written, 'cache_misses_total')).toBeGreaterThan(5)
  })

  test('NGINX, with an upstream file', async () => {
    const file = join(folder, 'app.conf')
    await writeFile(file, 'server 127.0.0.1:1 weight=3;\nserver 127.0.0.1:2;\n')
    await using nginx = await startNginx({ http: `upstream app { hash $uri consistent; include ${file}; }` })
    const { statusUrl, url } = nginx.about
    const upstreams = { app: { file, hash: '$uri', consistent: true } }
    const it = await captured('nginx', { status: statusUrl, upstreams }, () => fetch(`${url}/whose`))
    expect(it.printed).toContain('played: right')
    expect(it.code).toBe(0)
    expect(it.written.config).toEqual({
      status: 'http://{http}/stub_status',
      upstreams: { app: { ...upstreams.app, file: '{file app.conf}' } },
    })
    expect(it.written.expect.pools?.app).toMatchObject({ balances: 'hash', servers: { '127.0.0.1:1': { weightSet: 3 } } })
  })

  test('twemproxy', async () => {
    await using proxy = await startTwemproxy({
      pool: [
        'hash: md5',
        'distribution: ketama',
        'redis_auth: sesame',
        'redis: true',
        'servers:',
        '  - 127.0.0.1:1:1 a',
        '  - 127.0.0.1:2:1 b',
      ],
    })
    const { statsPort, config } = proxy.about
    const it = await captured('twemproxy', { stats: `tcp://127.0.0.1:${statsPort}`, config }, () => ask(statsPort, ''))
    expect(it.printed).toContain('played: right')
    expect(it.code).toBe(0)
    expect(it.text).not.toContain('sesame')
    expect(it.written.expect.pools?.pool).toMatchObject({ ring: { algorithm: 'twemproxy-ketama' } })
  })
})
