import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { CAUSE } from '../../../test/cause.ts'
import { describeWith } from '../../../test/live.ts'
import { type App, startApp } from '../../../test/servers.ts'
import { startVarnish, startVarnishExporter, startVarnishncsa, type VarnishServer } from '../../../test/varnish.ts'
import { createBus } from '../../engine/bus.ts'
import { createEngine, type Engine } from '../../engine/engine.ts'
import { createFleet } from '../../engine/fleet.ts'
import { createStore } from '../../store/store.ts'
import { LOG_FORMAT } from './accessLog.ts'
import { varnishActuator } from './actuator.ts'
import { varnishCode } from './asCode.ts'
import { varnishConfig } from './config.ts'
import { varnish } from './product.ts'

const WITHIN = { timeout: 8_000, interval: 50 }
const soon = () => AbortSignal.timeout(2_000)

const vclOf = ([a, b]: [App, App]) => `vcl 4.1;
import directors;
probe health { .url = "/health"; .interval = 200ms; .window = 2; .threshold = 1; .initial = 2; }
backend a { .host = "127.0.0.1"; .port = "${a.port}"; .probe = health; }
backend b { .host = "127.0.0.1"; .port = "${b.port}"; }
sub vcl_init {
  new app = directors.round_robin();
  app.add_backend(a);
  app.add_backend(b);
}
sub vcl_recv { set req.backend_hint = app.backend(); }
sub vcl_backend_response { if (bereq.url ~ "^/short") { set beresp.ttl = 10ms; set beresp.grace = 60s; } }
`

describeWith(['varnishd', 'varnishncsa', 'prometheus-varnish-exporter'], 'Varnish', () => {
  const ends = new AsyncDisposableStack()
  const store = createStore({ path: ':memory:' })
  let apps: [App, App]
  let server: VarnishServer
  let engine: Engine

  beforeAll(async () => {
    apps = [ends.use(await startApp({ name: 'a' })), ends.use(await startApp({ name: 'b' }))]
    server = ends.use(await startVarnish({ vcl: vclOf(apps) }))
    const exporter = ends.use(await startVarnishExporter(server.about.folder))
    const log = ends.use(await startVarnishncsa(server.about.folder, LOG_FORMAT))
    const wrong = join(server.dir, 'wrong')
    await writeFile(wrong, 'another\n')
    const { stat, admin, secretFile: secret_file } = server.about
    const targetOf = (name: string, more: object) => ({ config: varnishConfig.parse({ kind: 'varnish', name, ...more }), product: varnish })
    const silent = { info() {}, warn() {}, error() {}, debug() {} } as never
    const bus = createBus(() => {})
    const fleet = createFleet({
      targets: [
        targetOf('cache', { stat, admin, secret_file, accessLog: pathToFileURL(log.about.file).href }),
        targetOf('exported', { exporter: exporter.about.url }),
        targetOf('locked', { stat, admin, secret_file: wrong }),
        targetOf('misplaced', { stat, admin: `127.0.0.1:${server.about.port}`, secret_file }),
        targetOf('elsewhere', { stat: ['varnishstat', '-n', join(server.dir, 'nowhere'), '-t', '0', '-j'] }),
      ],
      edges: [],
      poll: { everyMs: 1_000, timeoutMs: 900 },
      store,
      bus,
      log: silent,
    })
    engine = createEngine({ fleet, rules: {}, detectors: [], advisors: [], store, bus, describe: () => ({ commands: [] }), log: silent })
    engine.start()
  })
  afterAll(async () => {
    await engine?.stop()
    store.close()
    await ends.disposeAsync()
  })

  const fact = (name: string) => engine.topology().targets.find((target) => target.name === name)
  const poolIn = (target: string) => engine.topology().pools.find((pool) => pool.target === target && pool.name === 'app')
  const because = (name: string, feature: string) => fact(name)?.capabilities.find((one) => one.feature === feature)?.because
  const last = (metric: string, where: Record<string, string>) => engine.window(30_000).series(metric, where)[0]?.points.at(-1)?.[1]
  const get = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${server.about.port}${path}`)
    return answer.text()
  }

  it('is read as a cache whose backends are a pool, by varnishstat and by its exporter alike', async () => {
    await vi.waitUntil(() => poolIn('cache') !== undefined && fact('exported')?.state === 'up', WITHIN)
    await get('/short')
    for (let i = 0; i < 10; i++) {
      // Of four reads one is of a page that is new.
      await get(`/new${i}`)
      for (let again = 0; again < 3; again++) await get('/new0')
    }
    // Expired by now: the old one is given, and a new one fetched beside.
    await get('/short')
    await vi.waitUntil(
      () =>
        ['cache', 'exported'].every(
          (target) => last('cache_hits_total', { target }) === 31 && last('cache_misses_total', { target }) === 11,
        ),
      WITHIN,
    )
    await vi.waitUntil(() => last('varnish_grace_hits_total', { target: 'cache' }) === 1, WITHIN)
    expect(fact('cache')).toMatchObject({ state: 'up', role: 'cache', version: expect.stringMatching(/^\d+\.\d+\.\d+$/) })
    expect(poolIn('cache')).toMatchObject({
      algorithm: 'round-robin',
      balances: 'weight',
      servers: [
        { name: 'a', state: 'up', weightSet: 1 },
        { name: 'b', state: 'up', weightSet: 1 },
      ],
    })
  })

  it('tells how long answers take, hits and misses apart, and its servers, by varnishncsa', async () => {
    const seen = (metric: string, where: Record<string, string>) => engine.window(60_000).series(metric, { target: 'cache', ...where })[0]?.points ?? [] // biome-ignore format: one line
    let asked = 0
    // varnishncsa says nothing of what was answered before it had begun: each look has answers of its own.
    const heard = async () => {
      await get(`/timed${asked++}`)
      await get('/timed0')
      return ['miss', 'hit'].every((handling) => seen('varnish_response_seconds', { handling }).length > 0)
    }
    await vi.waitUntil(heard, WITHIN)
    const least = (handling: string) => Math.min(...seen('varnish_response_seconds', { handling }).map(([, seconds]) => seconds))
    // A miss waits for the application.
    expect(least('miss')).toBeGreaterThan(least('hit'))
    await vi.waitUntil(() => seen('pool_response_seconds', { pool: 'app', server: 'a' }).length > 0, WITHIN)
    expect(because('cache', 'access log')).toBeUndefined()
    expect(because('exported', 'access log')).toContain('no `accessLog`')
  })

  it('says in words what is wrong, on that target alone', async () => {
    await vi.waitUntil(() => because('locked', 'backend.list') && because('misplaced', 'backend.list') && fact('elsewhere')?.error, WITHIN)
    expect(fact('locked')?.state).toBe('up')
    expect(because('locked', 'backend.list')).toContain('refuses the secret')
    expect(because('misplaced', 'backend.list')).toContain('not the one of HTTP')
    expect(fact('elsewhere')?.error).toMatch(/varnishstat.*failed/)
    expect(because('exported', 'backend.list')).toContain('no `admin`')
    expect(because('cache', 'backend.list')).toBeUndefined()
  })

  it('takes parameters and states of backends, gives them back, and leaves alone what another writer has set', async () => {
    const config = varnishConfig.parse({ kind: 'varnish', name: 'v', admin: server.about.admin, secret_file: server.about.secretFile })
    const names = ['param/default_ttl', 'param/default_grace', 'param/default_keep', 'backend/a/state', 'backend/b/state']
    const before = await varnishActuator.get(config, names, soon())
    expect(before).toEqual({ 'param/default_ttl': '120', 'param/default_grace': '10', 'param/default_keep': '0', 'backend/a/state': 'auto', 'backend/b/state': 'auto' }) // biome-ignore format: one line
    const after = { 'param/default_ttl': '600.5', 'param/default_grace': '3600', 'param/default_keep': '60', 'backend/a/state': 'healthy', 'backend/b/state': 'sick' } // biome-ignore format: one line
    const edits = names.map((name) => ({ name, expect: before[name]!, value: after[name as keyof typeof after] }))
    await varnishActuator.write(config, edits, soon(), CAUSE)
    expect(await varnishActuator.get(config, names, soon())).toEqual(after)
    // Every request that needs a backend goes to the other one now.
    expect(new Set(await Promise.all(Array.from({ length: 6 }, (_, i) => get(`/only${i}`))))).toEqual(new Set(['a']))
    await vi.waitUntil(() => poolIn('cache')?.servers.find(({ name }) => name === 'b')?.state === 'maint', WITHIN)

    const drift = varnishActuator.write(config, [edits[0]!, { name: 'backend/a/state', expect: 'auto', value: 'sick' }], soon(), CAUSE)
    await expect(drift).rejects.toMatchObject({ code: 'drift', written: 'none' })
    expect(await varnishActuator.get(config, names, soon())).toEqual(after)

    // The same as a command for people: Varnish's own program takes it.
    const found = varnishCode.snippets(config, [{ name: 'param/default_keep', expect: '60', value: '90' }])
    const pasted = spawnSync('/bin/sh', ['-c', found.find(({ form }) => form === 'shell')!.text], { encoding: 'utf8', timeout: 5_000 })
    expect({ status: pasted.status, stderr: pasted.stderr }).toEqual({ status: 0, stderr: '' })
    expect(await varnishActuator.get(config, ['param/default_keep'], soon())).toEqual({ 'param/default_keep': '90' })
    await varnishActuator.write(config, [{ name: 'param/default_keep', expect: '90', value: '60' }], soon(), CAUSE)

    const back = edits.map(({ name, expect, value }) => ({ name, expect: value, value: expect }))
    await varnishActuator.write(config, back, soon(), CAUSE)
    expect(await varnishActuator.get(config, names, soon())).toEqual(before)
    const unprobed = varnishActuator.write(config, [{ name: 'backend/b/state', expect: 'auto', value: 'healthy' }], soon(), CAUSE)
    await expect(unprobed).rejects.toMatchObject({ code: 'invalid', written: 'none' })
    await expect(varnishActuator.get(config, ['backend/none/state'], soon())).rejects.toMatchObject({ code: 'not_found' })
  })
})
