import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Daemon, freePort, startDaemon } from './daemon.ts'

export type HttpCache = Daemon & { about: { url: string; port: number } }

/** A Squid in the foreground before one origin, with its cache in memory. */
export function startSquid(originPort: number): Promise<HttpCache> {
  return startDaemon('squid', async (dir) => {
    const port = await freePort()
    const lines = [
      `http_port 127.0.0.1:${port} accel defaultsite=localhost no-vhost`,
      // No digest is asked of an origin: it would be one request that no test made.
      `cache_peer 127.0.0.1 parent ${originPort} 0 no-query no-digest originserver name=app`,
      'http_access allow all',
      'pid_filename none',
      `coredump_dir ${dir}`,
      'cache_log /dev/null',
      'access_log none',
      'pinger_enable off',
      'cache_mem 8 MB',
      'shutdown_lifetime 0 seconds',
    ]
    await writeFile(join(dir, 'squid.conf'), lines.join('\n'))
    const url = `http://127.0.0.1:${port}`
    return { args: ['-N', '-f', join(dir, 'squid.conf')], about: { url, port }, isOurs: () => answersAs(url, 'squid') }
  })
}

/** An Apache Traffic Server before one origin, with `stats_over_http` on `/_stats`; nothing of the machine's own configuration is read. */
export function startTrafficServer(originPort: number): Promise<HttpCache> {
  return startDaemon('traffic_server', async (dir) => {
    const port = await freePort()
    const at = (name: string) => join(dir, name)
    await Promise.all(['etc', 'share', 'run', 'log', 'cache'].map((name) => mkdir(at(name))))
    const files: Record<string, string> = {
      'runroot.yaml': [
        ...[`prefix: ${dir}`, `exec_prefix: ${dir}`, 'bindir: /usr/bin', 'sbindir: /usr/sbin', `sysconfdir: ${at('etc')}`],
        ...[`datadir: ${at('share')}`, 'includedir: /usr/include', 'libdir: /usr/lib/trafficserver'],
        ...['libexecdir: /usr/lib/trafficserver/modules', `localstatedir: ${dir}`, `runtimedir: ${at('run')}`],
        ...[`logdir: ${at('log')}`, `cachedir: ${at('cache')}`],
      ].join('\n'),
      'etc/records.config': [
        `CONFIG proxy.config.http.server_ports STRING ${port}:ip-in=127.0.0.1`,
        // As this user.
        'CONFIG proxy.config.admin.user_id STRING #-1',
        'CONFIG proxy.config.exec_thread.autoconfig INT 0',
        'CONFIG proxy.config.exec_thread.limit INT 2',
        'CONFIG proxy.config.log.logging_enabled INT 0',
        // What its threads count is added up so often; usually each 5 s.
        'CONFIG proxy.config.raw_stat_sync_interval_ms INT 200',
        'CONFIG proxy.config.cache.ram_cache.size INT 4194304',
      ].join('\n'),
      'etc/plugin.config': 'stats_over_http.so',
      'etc/remap.config': `map / http://127.0.0.1:${originPort}/`,
      'etc/storage.config': `${at('cache')} 32M`,
      'etc/ip_allow.yaml': 'ip_allow:\n  - apply: in\n    ip_addrs: 127.0.0.1\n    action: allow\n    methods: ALL',
    }
    await Promise.all(Object.entries(files).map(([name, text]) => writeFile(at(name), `${text}\n`)))
    const url = `http://127.0.0.1:${port}`
    return {
      args: [`--run-root=${at('runroot.yaml')}`],
      about: { url, port },
      isOurs: async () => (await fetch(`${url}/_stats`, { signal: AbortSignal.timeout(1_000) })).ok && answersAs(url, 'ATS'),
    }
  })
}

async function answersAs(url: string, server: string): Promise<boolean> {
  const { headers } = await fetch(`${url}/_stats`, { signal: AbortSignal.timeout(1_000) })
  const said = `${headers.get('via') ?? ''} ${headers.get('server') ?? ''}`
  if (!said.includes(server)) throw new Error(`another server answers: ${said}`)
  return true
}

export type HttpCacheExporter = Daemon & { about: { url: string } }

const startExporter = (program: string, argsOf: (port: number) => string[]): Promise<HttpCacheExporter> =>
  startDaemon(program, async () => {
    const port = await freePort()
    const url = `http://127.0.0.1:${port}/metrics`
    return { args: argsOf(port), about: { url }, isOurs: async () => (await fetch(url, { signal: AbortSignal.timeout(1_000) })).ok }
  })

export const startSquidExporter = (squid: HttpCache): Promise<HttpCacheExporter> =>
  startExporter('prometheus-squid-exporter', (port) => [
    ...['-squid-hostname', '127.0.0.1', '-squid-port', String(squid.about.port)],
    ...['-listen', `127.0.0.1:${port}`],
  ])

export const startTrafficServerExporter = (server: HttpCache): Promise<HttpCacheExporter> =>
  startExporter('prometheus-trafficserver-exporter', (port) => [
    ...['--endpoint', `${server.about.url}/_stats`, '--no-procstats'],
    ...['--addr', '127.0.0.1', '--port', String(port)],
  ])
