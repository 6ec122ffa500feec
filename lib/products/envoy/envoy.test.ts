import { mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { CAUSE } from '../../../test/cause.ts'
import { envoyActuator } from './actuator.ts'
import { envoyConfig } from './client.ts'
import { parseClusters } from './clusters.ts'
import { parseConfigDump } from './configDump.ts'
import { envoy } from './product.ts'
import { parseStats } from './stats.ts'

const fixture = (name: string) => readFile(new URL(`fixtures/${name}`, import.meta.url), 'utf8')
const SIGNAL = AbortSignal.timeout(30_000)

describe('reading', () => {
  it('reads hosts, weights, health and counters, strings for uint64 and omitted zeros included', async () => {
    const { samples, pools } = parseClusters(await fixture('envoy-clusters-format-json.CONSTRUCTED.json'), new Map(), true)
    expect(pools).toMatchObject([
      {
        name: 'cache_pool',
        servers: [
          { name: '10.0.0.1:11211', weightSet: 5, weightEffective: 5, state: 'up' },
          { name: '10.0.0.2:11211', weightSet: 2, weightEffective: 0, state: 'down' },
        ],
      },
    ])
    const of = (metric: string, server?: string) => samples.find((s) => s.metric === metric && s.labels?.server === server)?.value
    expect(of('pool_requests_total', '10.0.0.1:11211')).toBe(90_213)
    expect(of('pool_errors_total', '10.0.0.1:11211')).toBe(0)
    expect(of('pool_requests_total')).toBe(121_217)
    expect(of('pool_sessions_max')).toBe(1024)
  })

  it.each([
    '',
    '<html>',
    '[]',
    '{"cluster_statuses":[{"name":1}]}',
    '{"cluster_statuses":[{"name":"a","host_statuses":[{"address":{},"stats":[{"name":"rq_total","value":"many"}]}]}]}',
  ])('refuses %s as malformed', (text) =>
    expect(() => parseClusters(text, new Map(), true)).toThrow(expect.objectContaining({ code: 'malformed' })),
  )

  it('takes hash keys, ring sizes and policy from the config dump, into the exact ring', () => {
    const configs = parseConfigDump(
      JSON.stringify({
        configs: [
          {
            dynamic_active_clusters: [
              { cluster: { name: 'c', lb_policy: 'RING_HASH', ring_hash_lb_config: { minimum_ring_size: '2048' } } },
            ],
          },
          {
            dynamic_endpoint_configs: [
              {
                endpoint_config: {
                  cluster_name: 'c',
                  endpoints: [
                    {
                      lb_endpoints: [
                        {
                          endpoint: { address: { socket_address: { address: '10.0.0.1', port_value: 80 } } },
                          metadata: { filter_metadata: { 'envoy.lb': { hash_key: 'a' } } },
                        },
                      ],
                    },
                  ],
                },
              },
            ],
          },
        ],
      }),
    )
    const clusters = {
      cluster_statuses: [
        { name: 'c', host_statuses: [{ address: { socket_address: { address: '10.0.0.1', port_value: 80 } }, weight: 3 }] },
      ],
    }
    expect(parseClusters(JSON.stringify(clusters), configs, true).pools[0]).toMatchObject({
      balances: 'hash',
      ring: {
        algorithm: 'envoy-ring-hash',
        options: { minimumRingSize: 2048 },
        nodes: [{ name: '10.0.0.1:80', label: 'a', weight: 3, state: 'up' }],
      },
    })
  })

  it('means are of the requests between two polls; none is a gap; a restart is no negative', () => {
    const page = (sum: number, count: number) =>
      `# TYPE x histogram\nenvoy_cluster_upstream_rq_time_sum{envoy_cluster_name="c"} ${sum}\nenvoy_cluster_upstream_rq_time_count{envoy_cluster_name="c"} ${count}\n`
    const first = parseStats(page(1000, 100), null)
    expect(first.samples).toEqual([])
    const second = parseStats(page(3000, 200), first.cursor)
    expect(second.samples).toEqual([{ metric: 'pool_response_seconds', labels: { pool: 'c' }, value: 0.02 }])
    expect(parseStats(page(3000, 200), second.cursor).samples).toEqual([])
    expect(parseStats(page(10, 1), second.cursor).samples).toEqual([])
    expect(() => parseStats('not prometheus', null)).toThrow(expect.objectContaining({ code: 'malformed' }))
  })
})

/** Plays Envoy's part as far as its source says: watches renames only, refuses weights below 1, shows what is in force. */
class Consumer {
  rejected = 0
  weights = new Map<string, number>()
  deaf = false
  readonly folder: string
  #inode = 0
  #server: Server
  #timer: NodeJS.Timeout | undefined
  constructor(folder: string) {
    this.folder = folder
    this.#server = createServer((request, response) =>
      response.end(request.url?.startsWith('/clusters') ? this.#clusters() : this.#stats()),
    )
  }
  get file() {
    return join(this.folder, 'eds.json')
  }
  async start() {
    await this.#look()
    this.#timer = setInterval(() => void this.#look(), 10)
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    const admin = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
    return envoyConfig.parse({ kind: 'envoy', name: 'mesh', admin, eds: { file: this.file } })
  }
  stop() {
    clearInterval(this.#timer)
    this.#server.close()
  }
  async #look() {
    const { ino } = await stat(this.file)
    if (ino === this.#inode || this.deaf) return
    this.#inode = ino
    const file = JSON.parse(await readFile(this.file, 'utf8'))
    const endpoints = file.resources.flatMap((r: { endpoints: { lb_endpoints: object[] }[] }) => r.endpoints.flatMap((e) => e.lb_endpoints))
    if (endpoints.some((e: { load_balancing_weight?: number }) => (e.load_balancing_weight ?? 1) < 1 || e.load_balancing_weight === 13)) {
      this.rejected++
      return
    }
    for (const { endpoint, load_balancing_weight } of endpoints)
      this.weights.set(endpoint.address.socket_address.address, load_balancing_weight ?? 1)
  }
  #clusters() {
    const host_statuses = [...this.weights].map(([address, weight]) => ({
      address: { socket_address: { address, port_value: 11211 } },
      weight,
    }))
    return JSON.stringify({ cluster_statuses: [{ name: 'cache_pool', host_statuses }] })
  }
  #stats() {
    return `envoy_cluster_update_rejected{envoy_cluster_name="cache_pool"} ${this.rejected}\n`
  }
}

describe('applying weights by EDS', () => {
  let consumer: Consumer
  afterEach(() => consumer.stop())
  async function start() {
    const folder = await mkdtemp(join(tmpdir(), 'evenkeel-eds-'))
    consumer = new Consumer(folder)
    await writeFile(consumer.file, await fixture('envoy-eds-file.CONSTRUCTED.json'))
    return consumer.start()
  }
  const edit = (value: string, expect = '5') => ({ name: 'cache_pool/10.0.0.1:11211/weight', expect, value })

  it('is seen by the consumer, keeps unknown fields, and comes back', async () => {
    const config = await start()
    expect(await envoyActuator.get(config, [edit('3').name], SIGNAL)).toEqual({ [edit('3').name]: '5' })
    await envoyActuator.write(config, [edit('3')], SIGNAL, CAUSE)
    expect(consumer.weights.get('10.0.0.1')).toBe(3)
    expect(await readFile(consumer.file, 'utf8')).toContain('"hash_key": "cache-b"')
    await envoyActuator.write(config, [edit('5', '3')], SIGNAL, CAUSE)
    expect(consumer.weights.get('10.0.0.1')).toBe(5)
  })

  it('writes nothing when the live value or the file differs', async () => {
    const config = await start()
    const text = await readFile(consumer.file, 'utf8')
    await expect(envoyActuator.write(config, [edit('3', '4')], SIGNAL, CAUSE)).rejects.toMatchObject({ code: 'drift' })
    consumer.deaf = true
    await writeFile(consumer.file, text.replace('"load_balancing_weight": 5', '"load_balancing_weight": 9'))
    await expect(envoyActuator.write(config, [edit('3')], SIGNAL, CAUSE)).rejects.toMatchObject({
      code: 'drift',
      message: expect.stringContaining('EDS file'),
    })
    expect(await readdir(consumer.folder)).toEqual(['eds.json'])
  })

  it('puts the old file back when the update is rejected', async () => {
    const config = await start()
    const text = await readFile(consumer.file, 'utf8')
    await expect(envoyActuator.write(config, [edit('13')], SIGNAL, CAUSE)).rejects.toThrow('rejected')
    expect(await readFile(consumer.file, 'utf8')).toBe(text)
    expect(consumer.weights.get('10.0.0.1')).toBe(5)
  })

  it('refuses weight 0, and settings and hosts that do not exist', async () => {
    const config = await start()
    expect(envoyActuator.settings[0]?.value.safeParse('0').success).toBe(false)
    expect(envoyActuator.settings[0]?.value.safeParse('100000').success).toBe(false)
    expect(envoyActuator.settings[0]?.value.safeParse('128').success).toBe(true)
    await expect(envoyActuator.get(config, ['cache_pool/10.9.9.9:1/weight'], SIGNAL)).rejects.toMatchObject({ code: 'not_found' })
  })

  it('serves the same file as REST xDS: only what is asked for, nothing when the version is known', async () => {
    const config = await start()
    const ask = (body: object) => envoy.serves!.answer([{ ...config, eds: { file: consumer.file, serve: true } }], body)
    const first = (await ask({ resource_names: ['cache_pool'] })) as { version_info: string }
    expect(first).toMatchObject({ resources: [{ cluster_name: 'cache_pool', '@type': expect.stringContaining('ClusterLoadAssignment') }] })
    expect(await ask({ resource_names: ['other'] })).toMatchObject({ resources: [] })
    expect(await ask({ resource_names: ['cache_pool'], version_info: first.version_info })).toBeNull()
    await envoyActuator.write(config, [edit('3')], SIGNAL, CAUSE)
    expect(await ask({ version_info: first.version_info })).toMatchObject({ version_info: expect.not.stringMatching(first.version_info) })
    await expect(ask({ resource_names: 'all' })).rejects.toMatchObject({ code: 'bad_request' })
    expect(await envoy.serves!.answer([config], {})).toMatchObject({ resources: [] })
  })
})

it('has one vital probe and hides the password of its address', () => {
  expect(envoy.probes.filter((probe) => probe.vital)).toHaveLength(1)
  expect(envoy.address(envoyConfig.parse({ kind: 'envoy', name: 'x', admin: 'http://u:secret@127.0.0.1:9901' }))).toBe('127.0.0.1:9901')
})
