import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProgram, freePort } from '../test/daemon.ts'
import { startNginx } from '../test/servers.ts'
import { type App, startApp } from './app.ts'

/** NGINX before image servers, with what Evenkeel needs to watch and to tune it: its access log and an include file. */
export type Web = {
  port: number
  target: Record<string, unknown>
  /** Writes the servers of the upstream anew, all but those that are out, and reloads. */
  without(out: readonly App[]): Promise<void>
  stop(): Promise<void>
}

const FORMAT = `log_format evenkeel escape=json '{"t":$msec,"st":$status,"u":"$upstream_addr","us":"$upstream_status","urt":"$upstream_response_time","up":"$proxy_host","cache":"$upstream_cache_status","key":"$request_uri"}';`

const threeImages = (random: () => number) =>
  Promise.all(['image1', 'image2', 'image3'].map((name) => startApp({ name, latencyMs: 6, random })))

/** The servers are ended with it. */
export async function startWeb(random: () => number, options: { images?: App[]; program?: string } = {}): Promise<Web> {
  const ends = new AsyncDisposableStack()
  try {
    const images = options.images ?? (await threeImages(random))
    for (const image of images) ends.defer(() => image.stop())
    const folder = await mkdtemp(join(tmpdir(), 'evenkeel-web-'))
    ends.defer(() => rm(folder, { recursive: true, force: true }))
    const file = join(folder, 'images.conf')
    const write = (out: readonly App[]) =>
      writeFile(file, images.map((image) => `server 127.0.0.1:${image.port} weight=10${out.includes(image) ? ' down' : ''};\n`).join(''))
    await write([])
    const log = await freePort()
    const nginx = ends.use(
      await startNginx({
        ...(options.program && { program: options.program }),
        http: `${FORMAT}\nupstream images { include ${file}; keepalive 8; }`,
        server: `location / {
      access_log syslog:server=127.0.0.1:${log},tag=web,nohostname evenkeel;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_pass http://images;
    }`,
      }),
    )
    const { statusUrl, pidFile, config, port } = nginx.about
    return {
      port,
      target: {
        kind: 'nginx',
        name: 'web',
        status: statusUrl,
        pid: pidFile,
        upstreams: { images: { file } },
        accessLog: `syslog://127.0.0.1:${log}`,
        test: [
          findProgram(options.program ?? 'nginx') ?? 'nginx',
          '-p',
          nginx.dir,
          '-c',
          config,
          '-e',
          join(nginx.dir, 'error.log'),
          '-t',
          '-q',
        ],
      },
      async without(out) {
        await write(out)
        process.kill(nginx.pid, 'SIGHUP')
      },
      stop: () => ends.disposeAsync(),
    }
  } catch (error) {
    await ends.disposeAsync()
    throw error
  }
}
