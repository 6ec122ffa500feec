import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { startEngine } from '../../../test/engine.ts'
import { describeWith } from '../../../test/live.ts'
import { type App, startApp, startHaproxy, startHaproxyExporter, startVictoriaMetrics } from '../../../test/servers.ts'
import type { Engine } from '../../engine/engine.ts'
import { measure } from '../../metrics/measure.ts'
import { prometheus } from './product.ts'

const WITHIN = { timeout: 30_000, interval: 250 }

describeWith(['haproxy', 'prometheus-haproxy-exporter', 'victoria-metrics'], 'HAProxy by haproxy_exporter behind VictoriaMetrics', () => {
  const ends = new AsyncDisposableStack()
  let engine: Engine
  let edge: string

  beforeAll(async () => {
    const [a, b] = (await Promise.all([startApp({ name: 'a' }), startApp({ name: 'b' })])).map((app) => ends.use(app)) as [App, App]
    const haproxy = ends.use(
      await startHaproxy({
        cfg: ([port]) => `defaults
  mode http
  timeout client 5s
  timeout connect 5s
  timeout server 5s
frontend edge
  bind 127.0.0.1:${port}
  stats uri /stats
  default_backend app
backend app
  balance roundrobin
  server a 127.0.0.1:${a.port} weight 10
  server b 127.0.0.1:${b.port} weight 30`,
      }),
    )
    edge = `http://127.0.0.1:${haproxy.about.ports[0]}`
    const exporter = ends.use(await startHaproxyExporter(`${edge}/stats;csv`))
    const { about } = ends.use(await startVictoriaMetrics([exporter.about.url]))
    // Servers are looked for at once, and then each ten seconds.
    await vi.waitUntil(async () => /"result":\[\{/.test(await (await fetch(`${about.url}/api/v1/query?query=haproxy_up`)).text()), WITHIN)
    const config = prometheus.config.parse({ kind: 'prometheus', name: 'vm', url: about.url })
    engine = ends.use(startEngine([{ config, product: prometheus }]))
  })
  afterAll(() => ends.disposeAsync())

  it('shows its pool, and who gets how much of the requests', async () => {
    const pool = await vi.waitUntil(() => engine.topology().pools.find(({ name }) => name === 'app'), WITHIN)
    expect(pool.servers.map(({ name, state }) => `${name} ${state}`)).toEqual(['a up', 'b up'])
    const shareOf = (server: string) => measure('pool_share', { target: pool.target, pool: 'app', server }, engine.window(30_000))
    await vi.waitUntil(async () => {
      await Promise.all(Array.from({ length: 40 }, () => fetch(edge).then((answer) => answer.text())))
      const share = shareOf('b')
      return share.is === 'measured' && Math.abs(share.value - 0.75) < 0.05
    }, WITHIN)
  })
})
