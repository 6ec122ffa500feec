import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ClusterView } from '../lib/model/answers/cluster.ts'
import { type PostgresServer, startPostgres } from './postgres.ts'
import { type Relay, startRelay } from './relay.ts'
import { ServedApi } from './served.ts'
import { type RedisServer, redisSay, startRedis } from './servers.ts'

/** `line`: what it reaches the database through, so that it alone can be cut off. */
export type Replica = ServedApi & { name: string; line: Relay }

/** `targets`, `extra`: lines of their configuration, beside the caches. */
type Options = { replicas: number; caches: number; targets?: readonly string[]; extra?: string }

const isUp = (cache: RedisServer) =>
  redisSay(cache, 'PING').then(
    () => true,
    () => false,
  )

/** Several Evenkeels, each a process of its own, that share a PostgreSQL and watch the same servers. */
export class Replicas implements AsyncDisposable {
  readonly database: PostgresServer
  readonly caches: ReadonlyMap<string, RedisServer>
  readonly all: Replica[]
  readonly #home: string
  readonly #targets: number

  private constructor(home: string, database: PostgresServer, caches: Map<string, RedisServer>, all: Replica[], targets: number) {
    this.#home = home
    this.#targets = targets
    this.database = database
    this.caches = caches
    this.all = all
  }

  static async start({ replicas, caches, targets: others = [], extra = '' }: Options): Promise<Replicas> {
    const home = mkdtempSync(join(tmpdir(), 'evenkeel-replicas-'))
    const [database, ...servers] = await Promise.all([
      startPostgres(),
      ...Array.from({ length: caches }, () => startRedis({ config: ['maxmemory 50mb', 'maxmemory-policy allkeys-lru'] })),
    ])
    const named = new Map(servers.map((server, i) => [`cache-${i + 1}`, server]))
    const cached = [...named].map(([name, { about }]) => `{ kind: redis, name: ${name}, url: "${about.url}", role: cache }`)
    const targets = [...cached, ...others].map((line) => `  - ${line}`)
    const { url, port } = database.about
    const yaml = (line: Relay) => `state: "${url.replace(`:${port}/`, `:${line.port}/`)}"\ntargets:\n${targets.join('\n')}\n${extra}\n`
    const all = await Promise.all(
      Array.from({ length: replicas }, async (_, i) => {
        const name = `keel-${i + 1}`
        const line = await startRelay(port)
        return Object.assign(await ServedApi.open(join(home, name), `${yaml(line)}replica: ${name}\n`), { name, line })
      }),
    )
    const made = new Replicas(home, database, named, all, targets.length)
    await Promise.all(all.map((one) => one.start()))
    return made
  }

  named(name: string | null): Replica {
    return this.all.find((one) => one.name === name)!
  }

  /** Who has which target, as a replica tells. */
  async owners(asked: Replica): Promise<Map<string, string | null>> {
    const { cells } = await asked.get<ClusterView>('cluster')
    return new Map(cells.flatMap(({ targets, replica }) => targets.map((target): [string, string | null] => [target, replica])))
  }

  /** Resolves when these replicas have everything among them, as evenly as can be. */
  async dealt(among: readonly Replica[], seconds = 20): Promise<Map<string, string | null>> {
    const most = Math.ceil(this.#targets / among.length)
    return among[0]!.until(
      () => this.owners(among[0]!),
      (owners) => {
        const loads = among.map(({ name }) => [...owners.values()].filter((owner) => owner === name).length)
        return loads.reduce((sum, load) => sum + load, 0) === this.#targets && Math.max(...loads) <= most
      },
      seconds,
    )
  }

  /** Starts what was killed. */
  async whole(): Promise<void> {
    await Promise.all(this.all.map((one) => one.isRunning || one.start()))
    await Promise.all(
      [...this.caches.values()].map(async (cache) => {
        cache.thaw()
        if (!(await isUp(cache))) await cache.start()
      }),
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const one of this.all) one.freeze('SIGCONT')
    await Promise.all(this.all.map((one) => one[Symbol.asyncDispose]()))
    await Promise.all(this.all.map(({ line }) => line[Symbol.asyncDispose]()))
    await Promise.all([...this.caches.values(), this.database].map((server) => server[Symbol.asyncDispose]()))
    rmSync(this.#home, { recursive: true, force: true })
  }
}
