import { renameSync, truncateSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { describeWith } from '../../../test/live.ts'
import { startLoggedCache, TTL_S } from '../../../test/loggedCache.ts'
import type { AnyProduct, Parsed } from '../../model/product.ts'
import type { Access, LogFeed } from '../../model/reference.ts'
import { hash64 } from '../../rings/hashes/hash64.ts'
import { haproxy } from '../haproxy/product.ts'
import { nginx } from '../nginx/product.ts'

const FEED: LogFeed = { cache: 'cache', key: 'key', pool: null, ttlMs: null }

/** What the log of one proxy tells of the cache, poll by poll. */
async function follow(product: AnyProduct, given: object, feed: Partial<LogFeed>) {
  const config = { ...(product.config.parse({ kind: product.kind, name: 'proxy', ...given }) as object), feeds: [{ ...FEED, ...feed }] }
  const link = product.open(config as never)
  const probe = product.probes.find(({ id }) => id === 'access-log')!
  expect(probe.wanted!(link)).toBe(true)
  const poll = async (): Promise<Parsed> =>
    probe.parse(await probe.read(link, null, AbortSignal.timeout(5_000)), { cursor: null, at: Date.now() })
  await poll()
  return {
    poll,
    /** The references of so many requests, as they come. */
    async heard(count: number) {
      const all: Access[] = []
      let resumed = 0
      let parsed: Parsed | undefined
      for (const end = Date.now() + 5_000; all.length < count && Date.now() < end; await sleep(20)) {
        parsed = await poll()
        for (const { target, accesses } of parsed.fed ?? []) {
          expect(target).toBe('cache')
          all.push(...accesses.list)
          if (accesses.resumed) resumed++
        }
      }
      return { all, resumed, capabilities: parsed!.topology.capabilities ?? [] }
    },
    [Symbol.asyncDispose]: () => product.close(link),
  }
}

describeWith(['redis-server', 'nginx', 'haproxy'], 'references from access logs', () => {
  test('NGINX by file and by syslog, HAProxy by syslog: the keys that the application reads, with size and TTL', async () => {
    await using site = await startLoggedCache({ redis: [] })
    const ofNginx = { kind: 'nginx', status: site.nginx.about.statusUrl }
    await using file = await follow(
      nginx as AnyProduct,
      { ...ofNginx, accessLog: `file://${site.logs.nginxFile}` },
      { key: 'cache_key', pool: 'app' },
    )
    await using syslog = await follow(nginx as AnyProduct, { ...ofNginx, accessLog: site.logs.nginx }, { key: 'cache_key' })
    await using edge = await follow(
      haproxy as AnyProduct,
      { socket: site.haproxy.about.socket, accessLog: site.logs.haproxy },
      { pool: 'web' },
    )
    const logs = [file, syslog, edge]
    // Each worker of NGINX loses its first datagram after a refusal.
    await (await fetch(`${site.url}/product/0`)).text()
    for (const log of logs) await log.heard(1)
    const ask = async (method: string, path: string) => void (await (await fetch(site.url + path, { method })).arrayBuffer())
    const ids = Array.from({ length: 40 }, (_, i) => 1 + (i % 7))
    for (const id of ids) await ask('GET', `/product/${id}`)
    for (const [method, path] of [
      ['GET', '/'],
      ['GET', '/missing'],
      ['POST', '/product/9'],
    ] as const)
      await ask(method, path)
    await ask('DELETE', '/product/9')
    const expected = [
      ...ids.map((id) => ({ ...hash64(Buffer.from(`product:${id}`)), op: 0, size: 500, ttlMs: TTL_S * 1_000, pattern: 'product:*' })),
      { ...hash64(Buffer.from('product:9')), op: 2, size: 0 },
    ]
    for (const [i, log] of logs.entries()) {
      const { all, resumed } = await log.heard(expected.length)
      expect(all, `log ${i}`).toMatchObject(expected)
      expect(all.every(({ at }) => Math.abs(at - Date.now()) < 10_000)).toBe(true)
      expect(resumed).toBe(0)
    }

    renameSync(site.logs.nginxFile, `${site.logs.nginxFile}.1`)
    await ask('GET', '/product/1')
    process.kill(site.nginx.pid, 'SIGUSR1')
    for (let i = 0; i < 20; i++) await ask('GET', '/product/1')
    expect(await file.heard(21), 'nothing is missing through a rotation').toMatchObject({ all: { length: 21 }, resumed: 0 })
    truncateSync(site.logs.nginxFile)
    await ask('GET', '/product/1')
    expect(await file.heard(1), 'a file that was cut is a gap').toMatchObject({ resumed: 1 })
  })
})
