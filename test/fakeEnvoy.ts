import { type FSWatcher, watch } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, dirname } from 'node:path'
import { z } from 'zod'

/**
 * A stand-in for Envoy's endpoint handling, as strict as its source: admin pages by GET only, uint64 as strings, defaults left out; EDS from a file
 * whose watch sees renames alone, or by polling a REST xDS server. What Envoy's JSON parser or its validation refuses is refused here.
 */

const uint32 = z.number().int().min(0).max(4_294_967_295)
const weight = uint32.min(1, 'value must be greater than or equal to 1')
const address = z.union([
  z.strictObject({
    socket_address: z.strictObject({
      protocol: z.enum(['TCP', 'UDP']).optional(),
      address: z.string().min(1),
      port_value: uint32.max(65_535).optional(),
      named_port: z.string().optional(),
      resolver_name: z.string().optional(),
      ipv4_compat: z.boolean().optional(),
    }),
  }),
  z.strictObject({ pipe: z.strictObject({ path: z.string().min(1), mode: uint32.max(511).optional() }) }),
])
const metadata = z.strictObject({
  filter_metadata: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
  typed_filter_metadata: z.record(z.string(), z.unknown()).optional(),
})
const health = z.enum(['UNKNOWN', 'HEALTHY', 'UNHEALTHY', 'DRAINING', 'TIMEOUT', 'DEGRADED'])
const endpoint = z.strictObject({
  endpoint: z.strictObject({
    address,
    hostname: z.string().optional(),
    health_check_config: z.record(z.string(), z.unknown()).optional(),
    additional_addresses: z.array(z.unknown()).optional(),
  }),
  health_status: health.optional(),
  metadata: metadata.optional(),
  load_balancing_weight: weight.optional(),
})
const locality = z.strictObject({
  locality: z.strictObject({ region: z.string().optional(), zone: z.string().optional(), sub_zone: z.string().optional() }).optional(),
  metadata: metadata.optional(),
  lb_endpoints: z.array(endpoint).optional(),
  load_balancing_weight: weight.optional(),
  priority: uint32.max(128).optional(),
})
const assignment = z.strictObject({
  '@type': z.literal('type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment'),
  cluster_name: z.string().min(1),
  endpoints: z.array(locality).optional(),
  named_endpoints: z.record(z.string(), z.unknown()).optional(),
  policy: z.record(z.string(), z.unknown()).optional(),
})
const response = z.strictObject({
  version_info: z.string().optional(),
  resources: z.array(z.looseObject({ '@type': z.string() })),
  canary: z.boolean().optional(),
  type_url: z.string().optional(),
  nonce: z.string().optional(),
  control_plane: z.strictObject({ identifier: z.string().optional() }).optional(),
})
type Assignment = z.infer<typeof assignment>
type Host = { address: z.infer<typeof address>; weight: number; health: z.infer<typeof health>; priority: number; requests: number }

/** An update that Envoy does not take; its counter is `update_rejected` or `update_failure`. */
class Refused extends Error {
  readonly counter: 'rejected' | 'failure'
  constructor(counter: 'rejected' | 'failure', message: string) {
    super(message)
    this.counter = counter
  }
}

export type FakeEnvoyOptions = {
  cluster: string
  /** `service_name` of the cluster, where it is not the cluster's own. */
  serviceName?: string
  source: { file: string } | { poll: string; everyMs: number }
  node?: { id: string; cluster: string }
  /** `/config_dump`; null: the page is closed. */
  dump?: object | null
  /** Makes the validation of an update fail for this reason. */
  refuse?(assignment: Assignment): string | null
}

export class FakeEnvoy implements AsyncDisposable {
  hosts: Host[] = []
  readonly counts = { success: 0, rejected: 0, failure: 0 }
  /** True: it ignores changes of its source, as an Envoy that hangs. */
  deaf = false
  version = ''
  /** Requests to the xDS server, newest last. */
  readonly asked: { status: number }[] = []
  refuse: NonNullable<FakeEnvoyOptions['refuse']>
  readonly #options: FakeEnvoyOptions
  #server: Server | null = null
  #watch: FSWatcher | null = null
  #timer: NodeJS.Timeout | undefined
  #inode = 0
  #nack: string | null = null
  #port = 0
  #turn: Promise<void> = Promise.resolve()

  constructor(options: FakeEnvoyOptions) {
    this.#options = options
    this.refuse = options.refuse ?? (() => null)
  }

  get admin(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** Starts, or starts again at the same address: with nothing but what its source says. */
  async start(): Promise<this> {
    this.hosts = []
    Object.assign(this.counts, { success: 0, rejected: 0, failure: 0 })
    this.version = ''
    const { source } = this.#options
    if ('file' in source) {
      await this.#readFile(source.file)
      this.#watch = watch(dirname(source.file), (event, name) => {
        if (event === 'rename' && name === basename(source.file)) this.#inTurn(() => this.#moved(source.file))
      })
    } else {
      await this.#poll(source.poll)
      this.#timer = setInterval(() => this.#inTurn(() => this.#poll(source.poll)), source.everyMs)
    }
    this.#server = createServer((request, reply) => {
      const path = new URL(request.url ?? '/', 'http://x').pathname
      const page = request.method === 'GET' ? this.#page(path) : null
      reply.statusCode = page === null ? (request.method === 'GET' ? 404 : 400) : 200
      reply.end(page ?? 'Invalid request')
    })
    await new Promise<void>((resolve) => this.#server!.listen(this.#port, '127.0.0.1', resolve))
    this.#port = (this.#server.address() as AddressInfo).port
    return this
  }

  async stop(): Promise<void> {
    this.#watch?.close()
    clearInterval(this.#timer)
    await this.#turn
    this.#server?.closeAllConnections()
    await new Promise<void>((resolve) => (this.#server ? this.#server.close(() => resolve()) : resolve()))
    this.#server = null
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  weights(): Record<string, number> {
    return Object.fromEntries(this.hosts.map(({ address, weight }) => [textOf(address), weight]))
  }

  #inTurn(work: () => Promise<void>) {
    this.#turn = this.#turn.then(work).catch(() => {})
  }

  /** IN_MOVED_TO: a rename has put another file there. */
  async #moved(file: string) {
    const inode = await stat(file).then(
      ({ ino }) => ino,
      () => 0,
    )
    if (inode === 0 || inode === this.#inode || this.deaf) return
    await this.#readFile(file)
  }

  async #readFile(file: string) {
    this.#inode = (await stat(file)).ino
    this.#attempt(await readFile(file, 'utf8'))
  }

  async #poll(url: string) {
    if (this.deaf) return
    const { node = { id: 'fake', cluster: 'fakes' } } = this.#options
    const body = {
      node: { ...node, user_agent_name: 'envoy' },
      version_info: this.version,
      resource_names: [this.#name],
      type_url: 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment',
      ...(this.#nack === null ? {} : { error_detail: { code: 13, message: this.#nack } }),
    }
    this.#nack = null
    try {
      const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
      this.asked.push({ status: answer.status })
      if (answer.status === 304) return void this.counts.success++
      if (answer.status !== 200) throw new Error(`status ${answer.status}`)
      this.#attempt(await answer.text())
    } catch {
      this.counts.failure++
    }
  }

  get #name() {
    return this.#options.serviceName ?? this.#options.cluster
  }

  #attempt(text: string) {
    try {
      const { resources, version_info = '' } = parsed(text)
      // Neither a file nor an answer is filtered: a cluster takes its own assignment alone.
      if (resources.length > 1) throw new Refused('rejected', `Unexpected EDS resource length: ${resources.length}`)
      for (const resource of resources) this.#take(resource)
      this.version = version_info
      this.counts.success++
    } catch (error) {
      this.#nack = (error as Error).message
      this.counts[error instanceof Refused ? error.counter : 'failure']++
    }
  }

  #take(resource: Assignment) {
    if (resource.cluster_name !== this.#name)
      throw new Refused('rejected', `Unexpected EDS cluster (expecting ${this.#name}): ${resource.cluster_name}`)
    const hosts = (resource.endpoints ?? []).flatMap(({ lb_endpoints = [], priority = 0 }) =>
      lb_endpoints.map((one): Host => {
        const known = this.hosts.find((host) => textOf(host.address) === textOf(one.endpoint.address))
        return {
          address: one.endpoint.address,
          weight: one.load_balancing_weight ?? 1,
          health: one.health_status ?? 'UNKNOWN',
          priority,
          requests: known?.requests ?? 0,
        }
      }),
    )
    const names = hosts.map(({ address }) => textOf(address))
    const twice = names.find((name, i) => names.indexOf(name) !== i)
    if (twice) throw new Refused('rejected', `duplicate endpoint: ${twice}`)
    const reason = this.refuse(resource)
    if (reason) throw new Refused('rejected', reason)
    this.hosts = hosts
  }

  #page(path: string): string | null {
    if (path === '/clusters') return JSON.stringify({ cluster_statuses: [this.#status()] })
    if (path === '/stats/prometheus')
      return Object.entries(this.counts)
        .map(
          ([name, value]) =>
            `# TYPE envoy_cluster_update_${name} counter\nenvoy_cluster_update_${name}{envoy_cluster_name="${this.#options.cluster}"} ${value}\n`,
        )
        .join('')
    if (path === '/server_info')
      return JSON.stringify({ version: 'abc/1.31.0/Clean/RELEASE/BoringSSL', state: 'LIVE', uptime_current_epoch: '7s' })
    if (path === '/config_dump' && this.#options.dump !== null) return JSON.stringify(this.#options.dump ?? { configs: [] })
    return null
  }

  #status(): object {
    return {
      name: this.#options.cluster,
      added_via_api: true,
      ...(this.#options.serviceName ? { eds_service_name: this.#options.serviceName } : {}),
      host_statuses: this.hosts.map(({ address, weight, health, priority, requests }) => ({
        address,
        stats: [
          { name: 'rq_total', ...(requests > 0 ? { value: String(requests) } : {}) },
          { type: 'GAUGE', name: 'rq_active' },
        ],
        health_status: { eds_health_status: health === 'UNKNOWN' ? 'HEALTHY' : health },
        weight,
        ...(priority > 0 ? { priority } : {}),
        locality: {},
      })),
    }
  }
}

const textOf = (where: z.infer<typeof address>) =>
  'pipe' in where ? where.pipe.path : `${where.socket_address.address}:${where.socket_address.port_value ?? 0}`

/** Not JSON, or no such field: Envoy cannot load it. What loads but breaks a rule of the proto's validation is rejected. */
function parsed(text: string): { version_info?: string; resources: Assignment[] } {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new Refused('failure', `unable to parse JSON: ${(error as Error).message}`)
  }
  const outer = response.safeParse(json)
  if (!outer.success) throw new Refused('failure', `DiscoveryResponse: ${z.prettifyError(outer.error)}`)
  const resources = outer.data.resources.map((resource) => {
    const inner = assignment.safeParse(resource)
    if (inner.success) return inner.data
    const words = z.prettifyError(inner.error)
    throw new Refused(/nrecognized key|xpected/.test(words) ? 'failure' : 'rejected', `Proto constraint validation failed: ${words}`)
  })
  return { version_info: outer.data.version_info, resources }
}
