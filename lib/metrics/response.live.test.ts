import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { webToApp } from '../../test/haproxyCfg.ts'
import { describeWith } from '../../test/live.ts'
import { ask, startApp, startHaproxy } from '../../test/servers.ts'
import { haproxyConfig } from '../products/haproxy/config.ts'
import { haproxy } from '../products/haproxy/product.ts'
import { createStore } from '../store/store.ts'
import { measure } from './measure.ts'

describeWith(['haproxy'], "a pool's response as HAProxy shows it", () => {
  test('is what the clients felt, seconds after the weights changed', async () => {
    await using fast = await startApp({ name: '20', latencyMs: 20 })
    await using slow = await startApp({ name: '160', latencyMs: 160 })
    await using server = await startHaproxy({
      cfg: webToApp('balance roundrobin', `server fast 127.0.0.1:${fast.port} weight 100`, `server slow 127.0.0.1:${slow.port} weight 100`),
    })
    const store = createStore({ path: ':memory:' })
    const link = haproxy.open(haproxyConfig.parse({ kind: 'haproxy', name: 'edge', socket: server.about.socket }))
    const stat = haproxy.probes.find(({ id }) => id === 'stat')!
    const felt: { at: number; least: number; ms: number }[] = []
    let running = true
    const clients = Array.from({ length: 12 }, async () => {
      while (running) {
        const sent = performance.now()
        const least = Number(await (await fetch(`http://127.0.0.1:${server.about.ports[0]}/`)).text())
        felt.push({ at: Date.now(), least, ms: performance.now() - sent })
      }
    })
    const poll = async (seconds: number) => {
      for (let i = 0; i < seconds; i++) {
        await sleep(1_000)
        const raw = await stat.read(link, null, AbortSignal.timeout(2_000))
        const at = Date.now()
        store.append('edge', at, stat.parse(raw, { cursor: null, at }).samples, 1_000)
      }
    }
    await poll(9)
    await ask(server.about.socket, 'set server app/slow weight 5\n')
    const changed = Date.now() + 500
    await poll(8)
    running = false
    await Promise.all(clients)
    await haproxy.close(link)
    const until = store.newestAt()!
    for (const [from, to] of [
      [0, changed - 500],
      [changed, until],
    ] as const) {
      const own = felt.filter(({ at }) => at > Math.max(from, felt[0]!.at + 1_000) && at <= to)
      const mean = (of: (one: (typeof own)[number]) => number) => own.reduce((sum, one) => sum + of(one) / 1000, 0) / own.length
      const seen = measure('pool_response_seconds', { target: 'edge', pool: 'app' }, store.window(Math.max(from, until - 20_000), to))
      expect(seen).toMatchObject({ is: 'measured' })
      if (seen.is !== 'measured') return
      // Between what the servers wait and what the clients' own busy event loop adds to it.
      expect(seen.value).toBeGreaterThan(mean(({ least }) => least) * 0.9)
      expect(seen.value).toBeLessThan(mean(({ ms }) => ms) * 1.15)
    }
    store.close()
  })
})
