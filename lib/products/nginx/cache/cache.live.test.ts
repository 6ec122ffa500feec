import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { CAUSE } from '../../../../test/cause.ts'
import { describeWith } from '../../../../test/live.ts'
import { type NginxServer, startApp, startNginx } from '../../../../test/servers.ts'
import { createBus } from '../../../engine/bus.ts'
import { createEngine, type Engine } from '../../../engine/engine.ts'
import { createFleet } from '../../../engine/fleet.ts'
import { createStore } from '../../../store/store.ts'
import { nginxActuator } from '../actuator.ts'
import { type NginxConfig, nginxConfig } from '../config.ts'
import { nginx } from '../product.ts'
import { cachesOf } from './product.ts'
import { CacheStatuses } from './statuses.ts'

const WITHIN = { timeout: 8_000, interval: 50 }

describeWith(['nginx'], 'proxy_cache of NGINX', () => {
  const ends = new AsyncDisposableStack()
  const store = createStore({ path: ':memory:' })
  let server: NginxServer
  let engine: Engine
  let config: NginxConfig
  let valid: string

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ek-cache-'))
    ends.defer(() => rm(folder, { recursive: true, force: true }))
    valid = `${folder}/valid.conf`
    await writeFile(valid, '# how long\nproxy_cache_valid 200 302 10m; # pages\nproxy_cache_valid any 1m;\n')
    const app = ends.use(await startApp())
    server = ends.use(
      await startNginx({
        http: `proxy_cache_path ${folder}/pages levels=1:2 keys_zone=zone_pages:1m max_size=10m use_temp_path=off;
proxy_cache_path ${folder}/media keys_zone=zone_media:1m use_temp_path=off;
log_format evenkeel escape=json '{"st":$status,"u":"$upstream_addr","us":"$upstream_status","cache":"$upstream_cache_status","zone":"$zone","up":"$proxy_host"}';
map $uri $zone { ~^/media zone_media; default zone_pages; }`,
        server: `access_log ${folder}/access.log evenkeel;
location /pages { proxy_pass ${app.url}; proxy_cache zone_pages; add_header x-cache $upstream_cache_status; include ${valid}; proxy_cache_bypass $arg_fresh; }
location /media { proxy_pass ${app.url}; proxy_cache zone_media; proxy_cache_valid any 1s; }`,
      }),
    )
    config = nginxConfig.parse({
      kind: 'nginx',
      name: 'web',
      status: server.about.statusUrl,
      pid: server.about.pidFile,
      test: ['nginx', '-t', '-q', '-c', server.about.config, '-p', server.dir],
      accessLog: `file://${folder}/access.log`,
      caches: {
        pages: { path: `${folder}/pages`, keys_zone: 'zone_pages:1m', max_size: '10m', valid },
        media: { path: `${folder}/media`, keys_zone: 'zone_media' },
        gone: { path: `${folder}/gone`, keys_zone: 'gone' },
      },
    })
    const log = { info() {}, warn() {}, error() {}, debug() {} } as never
    const bus = createBus(() => {})
    const poll = { everyMs: 1_000, timeoutMs: 900 }
    const fleet = createFleet({ targets: [{ config, product: nginx }], edges: [], poll, store, bus, log })
    engine = createEngine({ fleet, rules: {}, detectors: [], advisors: [], store, bus, describe: () => ({ commands: [] }), log })
    for (let i = 0; i < 5; i++) await get(`/pages/${i}`)
    engine.start()
  })
  afterAll(async () => {
    await engine?.stop()
    store.close()
    await ends.disposeAsync()
  })

  let tries = 0
  const get = async (path: string) => (await fetch(`${server.about.url}${path}`)).text()
  const fact = (name: string) => engine.topology().targets.find((target) => target.name === name)
  const last = (metric: string, where: Record<string, string>) => engine.window(30_000).series(metric, where)[0]?.points.at(-1)?.[1]
  const answers = (target: string) =>
    Object.fromEntries(['hit', 'miss', 'bypass'].map((status) => [status, last('nginx_cache_responses_total', { target, status })]))

  it('is a cache of its own for each: answers by status, and what it holds on the disk', async () => {
    await vi.waitUntil(() => fact('web:pages')?.state === 'up' && fact('web:media')?.state === 'up', WITHIN)
    expect(fact('web:pages')).toMatchObject({ role: 'cache', kind: 'nginx' })
    // The log is followed from where it ended at the start.
    await vi.waitUntil(() => last('nginx_log_lines_total', { target: 'web' }) !== undefined, WITHIN)
    const before = { pages: answers('web:pages'), media: answers('web:media') }
    // Of this try alone: what another one has asked for is in the cache already.
    const own = ++tries
    await get(`/pages/own${own}`)
    for (let i = 0; i < 4; i++) await get(`/pages/own${own}`)
    await get(`/pages/own${own}?fresh=1`)
    await get(`/media/${own}`)
    const grown = (name: 'pages' | 'media', status: string) => (answers(`web:${name}`)[status] ?? 0) - (before[name][status] ?? 0)
    await vi.waitUntil(() => grown('pages', 'hit') === 4 && grown('pages', 'miss') === 1 && grown('pages', 'bypass') === 1, WITHIN)
    await vi.waitUntil(() => grown('media', 'miss') === 1, WITHIN)
    expect(last('cache_hits_total', { target: 'web:pages' })).toBe(answers('web:pages').hit)
    // Counted once: the NGINX itself reports no cache any more.
    expect(engine.window(30_000).series('cache_hits_total', { target: 'web' })).toEqual([])
    await vi.waitUntil(() => (last('cache_items', { target: 'web:pages' }) ?? 0) >= 5, WITHIN)
    expect(last('nginx_cache_size_bytes', { target: 'web:pages', size: 'used' })).toBeGreaterThan(0)
    expect(last('nginx_cache_size_bytes', { target: 'web:pages', size: 'max' })).toBe(10 * 2 ** 20)
  })

  it('keeps answers for another time by its include file and a reload, and puts that back; what NGINX refuses is not left there', async () => {
    const pages = cachesOf(config, new CacheStatuses(config.caches))[0]!
    const [ok, any] = ['proxy_cache_valid/200', 'proxy_cache_valid/any']
    const soon = () => AbortSignal.timeout(8_000)
    expect(await nginxActuator.get(pages, [ok, any], soon())).toEqual({ [ok]: '10m', [any]: '1m' })
    await nginxActuator.write(pages, [{ name: ok, expect: '10m', value: '1s' }, { name: any, expect: '1m', value: '0' }], soon(), CAUSE) // biome-ignore format: one line
    expect(await readFile(valid, 'utf8')).toBe('# how long\nproxy_cache_valid 200 302 1s; # pages\nproxy_cache_valid any 0;\n')
    // In force: an answer that is stored now is expired after a second.
    const status = async () => (await fetch(`${server.about.url}/pages/brief`)).headers.get('x-cache')
    await status()
    await vi.waitUntil(async () => (await status()) === 'EXPIRED', WITHIN)
    await expect(nginxActuator.write(pages, [{ name: ok, expect: '10m', value: '5m' }], soon(), CAUSE)).rejects.toMatchObject({ code: 'drift', written: 'none' }) // biome-ignore format: one line
    await expect(nginxActuator.write(pages, [{ name: ok, expect: '1s', value: '9M9y9m' }], soon(), CAUSE)).rejects.toThrow('the old file is back') // biome-ignore format: one line
    await nginxActuator.write(pages, [{ name: ok, expect: '1s', value: '10m' }, { name: any, expect: '0', value: '1m' }], soon(), CAUSE) // biome-ignore format: one line
    expect(await nginxActuator.get(pages, [ok, any], soon())).toEqual({ [ok]: '10m', [any]: '1m' })
  })
})
