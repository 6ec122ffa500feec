import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { stringify } from 'yaml'
import { FakeEnvoy } from '../test/fakeEnvoy.ts'
import { describeWith } from '../test/live.ts'
import { startNginx, startTwemproxy } from '../test/servers.ts'
import { main as doctor } from './doctor.ts'

describeWith(['nginx', 'nutcracker'], 'the doctor', () => {
  test('says what works on servers that are tuned by files, what blocks the rest, and the least rights', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'ek-'))
    const [upstream, eds] = [join(dir, 'app.conf'), join(dir, 'eds.json')]
    await writeFile(upstream, 'server 127.0.0.1:1;\n')
    const fixture = new URL('../lib/products/envoy/fixtures/envoy-eds-file.CONSTRUCTED.json', import.meta.url)
    await writeFile(eds, await readFile(fixture, 'utf8'))
    await using web = await startNginx({ http: `upstream app { include ${upstream}; }` })
    await using proxy = await startTwemproxy({ pool: ['hash: md5', 'distribution: ketama', 'servers:', '  - 127.0.0.1:1:1 a'] })
    await using mesh = await new FakeEnvoy({ cluster: 'cache_pool', source: { file: eds }, dump: null }).start()
    const { statusUrl, pidFile, config: conf } = web.about
    const nginx = { kind: 'nginx', status: statusUrl, upstreams: { app: { file: upstream } }, pid: pidFile }
    const tested = { test: ['nginx', '-p', web.dir, '-c', conf, '-e', join(web.dir, 'error.log'), '-t', '-q'] }
    const twemproxy = { kind: 'twemproxy', stats: `tcp://127.0.0.1:${proxy.about.statsPort}` }
    const file = join(dir, 'evenkeel.yaml')
    const targets = [
      { ...nginx, ...tested, name: 'web' },
      { ...nginx, name: 'web-broken', upstreams: { app: { file: join(dir, 'gone.conf') } }, pid: join(dir, 'nginx.pid'), test: ['false'] },
      { ...twemproxy, name: 'proxy', config: proxy.about.config, restart: ['true'] },
      { ...twemproxy, name: 'proxy-bare', restart: ['/nowhere/restart'] },
      { kind: 'envoy', name: 'mesh', admin: mesh.admin, eds: { file: eds } },
      { kind: 'envoy', name: 'mesh-bare', admin: mesh.admin },
    ]
    await writeFile(file, stringify({ data: join(dir, 'data'), targets }))
    const printed: string[] = []
    const log = vi.spyOn(console, 'log').mockImplementation((line) => printed.push(String(line)))
    try {
      expect(await doctor(['--config', file])).toBe(0)
    } finally {
      log.mockRestore()
    }
    /** The lines of one target, spaces evened. */
    const of = (name: string) => {
      const from = printed.findIndex((line) => line.startsWith(`\n${name} `))
      const next = printed.findIndex((line, i) => i > from && line.startsWith('\n'))
      return printed.slice(from, next < 0 ? printed.length - 1 : next).map((line) => line.trim().replace(/\s+/g, ' '))
    }
    expect(of('web')).toEqual(expect.arrayContaining(['+ file of app ready', '+ nginx -t ready', '+ reload ready']))
    expect(of('web').join('\n')).toMatch(/- VTS no `vts`.*\n- access log no `accessLog`[\s\S]*least rights: GET of the stub_status page/)
    expect(of('web-broken').join('\n')).toMatch(
      /- file of app gone\.conf cannot be replaced: it is not there\n- nginx -t nginx -t refuses .*the command failed \(1\)\n- reload NGINX's pid file cannot be read/,
    )
    expect(of('proxy')).toEqual(expect.arrayContaining(['+ nutcracker.yml ready', '+ nutcracker -t ready', '+ restart ready']))
    expect(of('proxy-bare').join('\n')).toMatch(/- nutcracker\.yml nutcracker\.yml is not known[\s\S]*- restart restart is not there/)
    expect(of('mesh').join('\n')).toMatch(/- GET \/config_dump the admin interface does not show it[\s\S]*\+ EDS file ready\nleast rights/)
    expect(of('mesh-bare').join('\n')).toMatch(/- weights of cache_pool no `eds`[\s\S]*- EDS file no `eds`/)
    await rm(dir, { recursive: true })
  })
})
