import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { linkTo } from '../demo/caches.ts'
import { createDrills, type Drills, serveDrills } from '../demo/controller.ts'
import { type Fleet, type FleetOptions, startFleet } from '../demo/fleet.ts'
import { type Launched, launch } from '../scripts/launch.ts'
import { freePort } from '../test/daemon.ts'
import { ask } from '../test/servers.ts'

/** The built server on a real fleet, with calls of its API. */
export type TestServer = {
  url: string
  /** Its data folder. */
  data: string
  fleet: Fleet
  drills: Drills
  /** `GET /api/v1/PATH`, parsed. Throws on any status but 200. */
  get<T>(path: string): Promise<T>
  /** `POST /api/v1/PATH`; the status and the parsed body. */
  post(path: string, body?: unknown): Promise<{ status: number; body: Record<string, unknown> }>
  /** The server's process. */
  readonly pid: number
  /** One command to HAProxy's socket; to one of the Redis servers. */
  atHaproxy(command: string): Promise<string>
  onRedis(name: string, command: string[]): Promise<unknown>
  /** Kills the server as a power cut would; the fleet keeps running. `start` starts it again on the same data. */
  kill9(): Promise<void>
  start(): Promise<void>
  stop(): Promise<void>
}

export type ServerOptions = {
  fleet?: FleetOptions
  mode?: 'observe' | 'tune'
  auth?: 'none' | 'local'
  learning?: string
  targets?: Record<string, unknown>[]
  extra?: string
  quiet?: boolean
}

export async function startEvenkeel(options: ServerOptions = {}): Promise<TestServer> {
  const { fleet: about, quiet = true, ...config } = options
  const home = await mkdtemp(join(tmpdir(), 'evenkeel-evenkeel-'))
  const fleet = await startFleet(about)
  const drills = createDrills(fleet)
  const controller = await serveDrills(drills)
  const host = '127.0.0.1'
  const port = await freePort()
  const path = join(home, 'evenkeel.yaml')
  await writeFile(path, fleet.yaml({ listen: `${host}:${port}`, data: join(home, 'data'), ...config }))
  let server: Launched | null = null
  const url = `http://${host}:${port}`

  const evenkeel: TestServer = {
    url,
    data: join(home, 'data'),
    fleet,
    drills,
    get pid() {
      return server?.process.pid ?? 0
    },
    async get<T>(at: string) {
      const answer = await fetch(`${url}/api/v1/${at}`)
      if (answer.status !== 200) throw new Error(`GET ${at}: ${answer.status} ${await answer.text()}`)
      return (await answer.json()) as T
    },
    async post(at, body = {}) {
      const answer = await fetch(`${url}/api/v1/${at}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
    },
    atHaproxy: (command) => ask(fleet.haproxy.about.adminPort, `${command}\n`),
    async onRedis(name, [command, ...args]) {
      const link = linkTo(fleet.ports[name]!, 'test', { enableOfflineQueue: true, maxRetriesPerRequest: 3 })
      try {
        return await link.call(command!, ...args)
      } finally {
        link.disconnect()
      }
    },
    async kill9() {
      const child = server?.process
      if (!child) return
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await ended
      server = null
    },
    async start() {
      server = launch({ config: path, host, port, drills: controller.url, quiet })
      await server.ready()
    },
    async stop() {
      await server?.stop()
      controller.stop()
      await drills.endAll()
      await fleet.stop()
      await rm(home, { recursive: true, force: true })
    },
  }
  try {
    await evenkeel.start()
    return evenkeel
  } catch (error) {
    await evenkeel.stop()
    throw error
  }
}

/** Asks again and again until the answer is not null; then how long it took, in seconds, comes with it. */
export async function until<T>(
  what: string,
  withinSeconds: number,
  ask: () => Promise<T | null | undefined | false>,
): Promise<{ value: T; seconds: number }> {
  const started = performance.now()
  let trouble: unknown
  for (;;) {
    const value = await ask().catch((error: unknown) => {
      trouble = error
      return null
    })
    const seconds = (performance.now() - started) / 1000
    if (value) return { value, seconds }
    if (seconds > withinSeconds) throw new Error(`not within ${withinSeconds} s: ${what}`, { cause: trouble })
    await sleep(250)
  }
}
