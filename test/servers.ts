import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, createServer as listen, type Socket } from 'node:net'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Daemon, freePort, startDaemon } from './daemon.ts'

/** Sends `text` to a socket path or `port` of loopback and returns all that comes back until `ends` says so or it closes. */
export function ask(to: string | number, text: string, ends: (answer: string) => boolean = () => false): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = typeof to === 'string' ? connect(to) : connect(to, '127.0.0.1')
    let answer = ''
    socket.setTimeout(2_000, () => socket.destroy(new Error('no answer')))
    socket.on('connect', () => socket.write(text))
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1')
      if (ends(answer)) socket.end()
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(answer))
  })
}

export type RedisServer = Daemon & { about: { port: number; socket: string; url: string; password?: string } }

/**
 * A redis-server on a free port of loopback and a unix socket, without persistence. `config` holds further directives
 * (`maxmemory 10mb`); `module` lines and `--` forms are the caller's business.
 */
export function startRedis(options: { config?: string[]; password?: string; program?: string } = {}): Promise<RedisServer> {
  return startDaemon(options.program ?? 'redis-server', async (dir) => {
    const port = await freePort()
    const socket = join(dir, 'redis.sock')
    const { password } = options
    const lines = [`port ${port}`, 'bind 127.0.0.1', `unixsocket ${socket}`, `dir ${dir}`, 'save ""', 'appendonly no', 'daemonize no']
    if (password) lines.push(`requirepass ${password}`)
    await writeFile(join(dir, 'redis.conf'), [...lines, ...(options.config ?? [])].join('\n'))
    return {
      args: [join(dir, 'redis.conf')],
      about: { port, socket, url: `redis://${password ? `:${encodeURIComponent(password)}@` : ''}127.0.0.1:${port}`, password },
      isOurs: async (pid) => {
        const info = await ask(port, `${password ? `AUTH ${password}\r\n` : ''}INFO server\r\nPING the-end\r\n`, (text) =>
          text.includes('the-end'),
        )
        const found = /process_id:(\d+)/.exec(info)?.[1]
        if (!found) throw new Error(info.slice(0, 200))
        return Number(found) === pid
      },
    }
  })
}

/** Sends one command as an inline command and returns the raw answer. For tests' own set-up, not for product code. */
export const redisSay = (server: RedisServer, ...commands: string[]): Promise<string> =>
  ask(
    server.about.port,
    `${server.about.password ? `AUTH ${server.about.password}\r\n` : ''}${commands.join('\r\n')}\r\nPING the-end\r\n`,
    (text) => text.includes('the-end'),
  )

export type HaproxyServer = Daemon & {
  about: { socket: string; adminPort: number; statsUrl: string; ports: number[]; config: string }
}

/**
 * HAProxy with an admin socket (unix and TCP) and an HTTP statistics page. `cfg` gets `ports` free ports and returns everything
 * after `global`: defaults, frontends, backends.
 */
export function startHaproxy(options: {
  cfg: (ports: number[]) => string
  ports?: number
  level?: string
  program?: string
}): Promise<HaproxyServer> {
  return startDaemon(options.program ?? 'haproxy', async (dir) => {
    const ports = await Promise.all(Array.from({ length: options.ports ?? 1 }, freePort))
    const [adminPort, statsPort] = await Promise.all([freePort(), freePort()])
    const socket = join(dir, 'admin.sock')
    const config = join(dir, 'haproxy.cfg')
    const level = options.level ?? 'admin'
    await writeFile(
      config,
      `global
  stats socket ${socket} mode 600 level ${level}
  stats socket ipv4@127.0.0.1:${adminPort} level ${level}
  nbthread 1
  maxconn 400

listen statistics
  mode http
  bind 127.0.0.1:${statsPort}
  timeout client 5s
  timeout connect 5s
  timeout server 5s
  stats enable
  stats uri /stats

${options.cfg(ports)}
`,
    )
    return {
      args: ['-db', '-f', config],
      about: { socket, adminPort, statsUrl: `http://127.0.0.1:${statsPort}/stats`, ports, config },
      isOurs: async (pid) => Number(/^Pid: (\d+)$/m.exec(await ask(adminPort, 'show info\n'))?.[1]) === pid,
    }
  })
}

export type NginxServer = Daemon & { about: { port: number; url: string; statusUrl: string; config: string; pidFile: string } }

/** NGINX in the foreground; `http` is the inside of its http block, `server` of its one server. `/stub_status` is there. */
export function startNginx(options: { http?: string; server?: string; program?: string } = {}): Promise<NginxServer> {
  return startDaemon(options.program ?? 'nginx', async (dir) => {
    const port = await freePort()
    const config = join(dir, 'nginx.conf')
    const pidFile = join(dir, 'nginx.pid')
    const token = randomUUID()
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${dir}/${kind};`).join('\n')
    await writeFile(
      config,
      `daemon off;
${userInfo().uid === 0 ? 'user root;' : ''}
pid ${pidFile};
error_log ${dir}/error.log;
worker_processes 1;
events { worker_connections 256; }
http {
  access_log off;
  ${temporary}
  ${options.http ?? ''}
  server {
    listen 127.0.0.1:${port};
    location = /stub_status { stub_status; }
    location = /whose { return 200 ${token}; }
    ${options.server ?? ''}
  }
}
`,
    )
    const url = `http://127.0.0.1:${port}`
    return {
      args: ['-p', dir, '-c', config, '-e', join(dir, 'error.log')],
      about: { port, url, statusUrl: `${url}/stub_status`, config, pidFile },
      isOurs: async () => (await (await fetch(`${url}/whose`, { signal: AbortSignal.timeout(1_000) })).text()) === token,
    }
  })
}

export type MemcachedServer = Daemon & { about: { port: number; address: string } }

/** memcached on a free TCP port, or at `socket` of a private folder; `megabytes` is its `-m`. With `tls` it speaks TLS on another port, of 127.0.0.1 and 127.0.0.2. */
export function startMemcached(
  options: { megabytes?: number; socket?: string; tls?: { port: number; options: string }; args?: string[] } = {},
): Promise<MemcachedServer> {
  return startDaemon('memcached', async () => {
    const port = await freePort()
    const user = userInfo().uid === 0 ? ['-u', 'root'] : []
    const { socket, tls } = options
    if (socket !== undefined)
      return {
        args: ['-s', socket, ...user, ...(options.args ?? [])],
        about: { port: 0, address: `unix:${socket}` },
        isOurs: async () => existsSync(socket),
      }
    const listening = tls
      ? ['-Z', '-o', tls.options, '-l', `notls:127.0.0.1:${port},127.0.0.1:${tls.port},127.0.0.2:${tls.port}`]
      : ['-l', '127.0.0.1', '-p', String(port)]
    return {
      args: [...listening, '-U', '0', '-m', String(options.megabytes ?? 64), ...user, ...(options.args ?? [])],
      about: { port, address: `127.0.0.1:${port}` },
      isOurs: async (pid) =>
        Number(/^STAT pid (\d+)/m.exec(await ask(port, 'stats\r\nquit\r\n', (text) => text.includes('END')))?.[1]) === pid,
    }
  })
}

export type TwemproxyServer = Daemon & { about: { port: number; statsPort: number; config: string } }

/** twemproxy (nutcracker) with one pool on a free port; `pool` holds the pool's lines but for `listen`. Statistics each 200 ms. */
export function startTwemproxy(options: { name?: string; pool: string[] }): Promise<TwemproxyServer> {
  return startDaemon('nutcracker', async (dir) => {
    const [port, statsPort] = await Promise.all([freePort(), freePort()])
    const config = join(dir, 'nutcracker.yml')
    await writeFile(
      config,
      `${[`${options.name ?? 'pool'}:`, `  listen: 127.0.0.1:${port}`, ...options.pool.map((line) => `  ${line}`)].join('\n')}\n`,
    )
    return {
      args: ['-c', config, '-s', String(statsPort), '-a', '127.0.0.1', '-i', '200', '-m', '512'],
      about: { port, statsPort, config },
      // Its statistics name no pid; a taken port ends it at its start, which startDaemon sees. They answer before it listens for clients.
      async isOurs() {
        const { service } = JSON.parse(await ask(statsPort, ''))
        const client = connect(port, '127.0.0.1')
        await once(client, 'connect').finally(() => client.destroy())
        return service === 'nutcracker'
      },
    }
  })
}

export type PrometheusServer = Daemon & { about: { port: number; url: string } }

/** Prometheus on a free port of loopback, scraping `jobs` (name -> URLs of metrics) every `everyMs`. */
export function startPrometheus(options: { jobs: Record<string, string[]>; everyMs?: number }): Promise<PrometheusServer> {
  return startDaemon('prometheus', async (dir) => {
    const port = await freePort()
    const every = `${options.everyMs ?? 1_000}ms`
    const jobs = Object.entries(options.jobs).flatMap(([job, urls]) => urls.map((url) => ({ job, url: new URL(url) })))
    const config = {
      global: { scrape_interval: every, scrape_timeout: every },
      scrape_configs: jobs.map(({ job, url }, index) => ({
        job_name: `${job}-${index}`,
        metrics_path: url.pathname,
        params: Object.fromEntries([...url.searchParams].map(([name, value]) => [name, [value]])),
        static_configs: [{ targets: [url.host], labels: { job } }],
      })),
    }
    // JSON is YAML.
    await writeFile(join(dir, 'prometheus.yml'), JSON.stringify(config))
    const url = `http://127.0.0.1:${port}`
    return {
      args: [
        `--config.file=${dir}/prometheus.yml`,
        `--storage.tsdb.path=${dir}/data`,
        '--web.enable-remote-write-receiver',
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      about: { port, url },
      isOurs: async () => {
        const answer = await fetch(`${url}/api/v1/status/runtimeinfo`, { signal: AbortSignal.timeout(1_000) })
        return ((await answer.json()) as { data: { CWD: string } }).data.CWD === dir
      },
    }
  })
}

export type VictoriaMetricsServer = Daemon & { about: { url: string } }

/** A single-node VictoriaMetrics on a free port of loopback that scrapes what it is given, each second. */
export function startVictoriaMetrics(urls: string[] = []): Promise<VictoriaMetricsServer> {
  return startDaemon('victoria-metrics', async (dir) => {
    const url = `http://127.0.0.1:${await freePort()}`
    const scraped = urls.map((one) => new URL(one))
    const config = {
      global: { scrape_interval: '1s', scrape_timeout: '1s' },
      scrape_configs: scraped.map(({ host, pathname }, index) => ({
        job_name: `job-${index}`,
        metrics_path: pathname,
        static_configs: [{ targets: [host] }],
      })),
    }
    // JSON is YAML.
    await writeFile(join(dir, 'scrape.yml'), JSON.stringify(config))
    return {
      args: [
        `-storageDataPath=${dir}/data`,
        `-httpListenAddr=${new URL(url).host}`,
        `-promscrape.config=${dir}/scrape.yml`,
        '-search.latencyOffset=0s',
        '-search.disableCache',
      ],
      about: { url },
      isOurs: async () => (await (await fetch(`${url}/flags`, { signal: AbortSignal.timeout(1_000) })).text()).includes(dir),
    }
  })
}

export type HaproxyExporter = Daemon & { about: { url: string } }

/** haproxy_exporter for the CSV page of one HAProxy; `url` is where its metrics are. */
export function startHaproxyExporter(csvUrl: string): Promise<HaproxyExporter> {
  return startDaemon('prometheus-haproxy-exporter', async () => {
    const port = await freePort()
    const path = `/metrics-${randomUUID()}`
    const url = `http://127.0.0.1:${port}${path}`
    return {
      args: [`--web.listen-address=127.0.0.1:${port}`, `--web.telemetry-path=${path}`, `--haproxy.scrape-uri=${csvUrl}`],
      about: { url },
      isOurs: async () => (await fetch(url, { signal: AbortSignal.timeout(1_000) })).ok,
    }
  })
}

export type AlertmanagerServer = Daemon & { about: { url: string } }

/** Alertmanager on a free port of loopback, alone and sending to nobody. */
export function startAlertmanager(): Promise<AlertmanagerServer> {
  return startDaemon('prometheus-alertmanager', async (dir) => {
    const url = `http://127.0.0.1:${await freePort()}`
    // JSON is YAML. The name of the receiver says whose process answers.
    await writeFile(join(dir, 'alertmanager.yml'), JSON.stringify({ route: { receiver: dir }, receivers: [{ name: dir }] }))
    return {
      args: [
        `--config.file=${dir}/alertmanager.yml`,
        `--storage.path=${dir}/data`,
        `--web.listen-address=${new URL(url).host}`,
        '--cluster.listen-address=',
      ],
      about: { url },
      isOurs: async () => (await (await fetch(`${url}/api/v2/status`, { signal: AbortSignal.timeout(1_000) })).text()).includes(dir),
    }
  })
}

export type RedisExporter = Daemon & { about: { url: string } }

/** redis_exporter for one Redis; `url` is where its metrics are. */
export function startRedisExporter(redisUrl: string): Promise<RedisExporter> {
  return startDaemon('prometheus-redis-exporter', async () => {
    const port = await freePort()
    const path = `/metrics-${randomUUID()}`
    const url = `http://127.0.0.1:${port}${path}`
    return {
      args: ['-web.listen-address', `127.0.0.1:${port}`, '-web.telemetry-path', path, '-redis.addr', redisUrl],
      about: { url },
      isOurs: async () => (await fetch(url, { signal: AbortSignal.timeout(1_000) })).ok,
    }
  })
}

/** A small application server whose latency, error ratio and health can be turned while it runs. */
export interface App extends AsyncDisposable {
  readonly port: number
  readonly url: string
  /** Time that an answer takes, and the part of requests answered 500 (every n-th, not by chance). */
  latencyMs: number
  errorRatio: number
  /** What `/health` says; the other paths are served all the same. */
  healthy: boolean
  /** Requests served, but for `/health`. */
  readonly requests: number
}

/** Starts an `App` on a free port of loopback. */
export async function startApp(options: { name?: string; latencyMs?: number; errorRatio?: number } = {}): Promise<App> {
  let requests = 0
  let errors = 0
  const server: Server = createServer(async (request, response) => {
    if (request.url === '/health') {
      response.writeHead(app.healthy ? 200 : 503).end()
      return
    }
    requests++
    const fails = Math.floor(requests * app.errorRatio) > errors
    if (fails) errors++
    if (app.latencyMs > 0) await sleep(app.latencyMs)
    response.writeHead(fails ? 500 : 200, { 'content-type': 'text/plain', 'x-app': options.name ?? 'app' }).end(options.name ?? 'app')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const app: App = {
    port,
    url: `http://127.0.0.1:${port}`,
    latencyMs: options.latencyMs ?? 0,
    errorRatio: options.errorRatio ?? 0,
    healthy: true,
    get requests() {
      return requests
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return app
}

/** A TCP server that misbehaves: `behave` gets each connection. For tests of clients against hangs, garbage and floods. */
export async function startBadServer(behave: (socket: Socket) => void): Promise<AsyncDisposable & { port: number }> {
  const sockets = new Set<Socket>()
  const server = listen((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    behave(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
