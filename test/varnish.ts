import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { withVarnish } from '../lib/products/varnish/client.ts'
import { varnishConfig } from '../lib/products/varnish/config.ts'
import { type Daemon, freePort, startDaemon } from './daemon.ts'

export type VarnishServer = Daemon & {
  about: { port: number; admin: string; secretFile: string; stat: string[]; folder: string }
}

/** A varnishd in the foreground with the VCL given, a management port and a secret of its own. Its compiler is the one that Debian's package asks for. */
export function startVarnish(options: { vcl: string; storage?: string }): Promise<VarnishServer> {
  return startDaemon('varnishd', async (dir) => {
    const [port, adminPort] = await Promise.all([freePort(), freePort()])
    const [vcl, secretFile, folder] = ['v.vcl', 'secret', 'n'].map((name) => join(dir, name)) as [string, string, string]
    await writeFile(vcl, options.vcl)
    await writeFile(secretFile, `${randomUUID()}\n`)
    const admin = `127.0.0.1:${adminPort}`
    const config = varnishConfig.parse({ kind: 'varnish', name: 'v', admin, secret_file: secretFile })
    return {
      // Its worker has to be this user's, so that it reaches the private folder.
      args: [
        '-j',
        'none',
        '-F',
        '-n',
        folder,
        '-a',
        `127.0.0.1:${port}`,
        '-T',
        admin,
        '-S',
        secretFile,
        '-f',
        vcl,
        '-s',
        options.storage ?? 'malloc,16m',
      ].concat(['-p', 'thread_pool_min=5', '-p', 'thread_pools=1']),
      about: { port, admin, secretFile, stat: ['varnishstat', '-n', folder, '-j'], folder },
      isOurs: async (pid) => {
        const answer = await withVarnish(config, (client) => client.ask('pid', AbortSignal.timeout(1_000)))
        return Number(/Master: +(\d+)/.exec(answer)?.[1]) === pid && /Worker: +\d+/.test(answer)
      },
    }
  })
}

export type VarnishExporter = Daemon & { about: { url: string } }

/** prometheus_varnish_exporter for one varnishd. */
export function startVarnishExporter(folder: string): Promise<VarnishExporter> {
  return startDaemon('prometheus-varnish-exporter', async () => {
    const path = `/metrics-${randomUUID()}`
    const address = `127.0.0.1:${await freePort()}`
    const url = `http://${address}${path}`
    return {
      args: ['-n', folder, '-web.listen-address', address, '-web.telemetry-path', path],
      about: { url },
      isOurs: async () => (await fetch(url, { signal: AbortSignal.timeout(1_000) })).ok,
    }
  })
}

export type Varnishncsa = Daemon & { about: { file: string } }

/** varnishncsa of one varnishd, with the format given, into a file of its own. */
export function startVarnishncsa(folder: string, format: string): Promise<Varnishncsa> {
  return startDaemon('varnishncsa', async (dir) => {
    const file = join(dir, 'access.json')
    return {
      args: ['-n', folder, '-b', '-c', '-a', '-w', file, '-F', format],
      about: { file },
      isOurs: async () => existsSync(file),
    }
  })
}
