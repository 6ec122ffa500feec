import { existsSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { webToApp } from './haproxyCfg.ts'
import { describeWith } from './live.ts'
import {
  ask,
  redisSay,
  startApp,
  startHaproxy,
  startMemcached,
  startNginx,
  startPrometheus,
  startRedis,
  startRedisExporter,
  startTwemproxy,
} from './servers.ts'

const alive = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describeWith(['redis-server'], 'redis-server', () => {
  test('starts, restarts on the same port, and leaves nothing behind', async () => {
    let pid = 0
    let dir = ''
    {
      await using server = await startRedis({ password: 'sesame', config: ['maxmemory 10mb'] })
      dir = server.dir
      expect(await redisSay(server, 'CONFIG GET maxmemory')).toContain('10485760')
      const before = server.pid
      await server.stop()
      expect(alive(before)).toBe(false)
      await server.start()
      pid = server.pid
      expect(pid).not.toBe(before)
    }
    expect(alive(pid)).toBe(false)
    expect(existsSync(dir)).toBe(false)
  })
})

describeWith(['haproxy'], 'haproxy', () => {
  test('serves its applications, its admin sockets and its statistics page', async () => {
    await using app = await startApp({ name: 'one' })
    await using server = await startHaproxy({ cfg: webToApp(`server app1 127.0.0.1:${app.port} weight 100`) })
    expect(await (await fetch(`http://127.0.0.1:${server.about.ports[0]}/`)).text()).toBe('one')
    expect(app.requests).toBe(1)
    expect(await ask(server.about.socket, 'get weight app/app1\n')).toContain('100 (initial 100)')
    expect(await (await fetch(`${server.about.statsUrl};csv`)).text()).toContain('app,app1')
  })
})

describeWith(['nginx'], 'nginx', () => {
  test('answers its status', async () => {
    await using server = await startNginx()
    expect(await (await fetch(server.about.statusUrl)).text()).toContain('Active connections')
  })
})

describeWith(['memcached', 'nutcracker'], 'memcached behind twemproxy', () => {
  test('a value is written through twemproxy and read from memcached', async () => {
    await using cache = await startMemcached()
    await using proxy = await startTwemproxy({
      pool: ['hash: fnv1a_64', 'distribution: ketama', 'servers:', ` - ${cache.about.address}:1`],
    })
    expect(await ask(proxy.about.port, 'set a 0 0 1\r\nx\r\n', (text) => text.includes('\n'))).toBe('STORED\r\n')
    expect(await ask(cache.about.port, 'get a\r\n', (text) => text.includes('END'))).toContain('x')
  })
})

describeWith(['prometheus', 'prometheus-redis-exporter', 'redis-server'], 'prometheus with redis_exporter', () => {
  test('scrapes what it is told', async () => {
    await using redis = await startRedis()
    await using exporter = await startRedisExporter(redis.about.url)
    await using prometheus = await startPrometheus({ jobs: { redis: [exporter.about.url] }, everyMs: 200 })
    const answer = async () => (await fetch(`${prometheus.about.url}/api/v1/query?query=redis_up`)).text()
    await vi.waitFor(async () => expect(await answer()).toContain('"1"'), { timeout: 10_000, interval: 200 })
  })
})

test('an application fails the asked part of its requests', async () => {
  await using app = await startApp({ errorRatio: 0.25 })
  const statuses = await Promise.all(Array.from({ length: 20 }, async () => (await fetch(app.url)).status))
  expect(statuses.filter((status) => status === 500)).toHaveLength(5)
})
