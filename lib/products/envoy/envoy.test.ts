import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { envoyConfig } from './client.ts'
import { parseClusters } from './clusters.ts'
import { parseConfigDump } from './configDump.ts'
import { envoy } from './product.ts'
import { parseStats } from './stats.ts'

const fixture = (name: string) => readFile(new URL(`fixtures/${name}`, import.meta.url), 'utf8')

describe('reading', () => {
  it('reads hosts, weights, health and counters, strings for uint64 and omitted zeros included', async () => {
    const { samples, pools } = parseClusters(await fixture('envoy-clusters-format-json.CONSTRUCTED.json'), new Map(), () => true)
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
    expect(() => parseClusters(text, new Map(), () => true)).toThrow(expect.objectContaining({ code: 'malformed' })),
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
    expect(parseClusters(JSON.stringify(clusters), configs, () => true).pools[0]).toMatchObject({
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

/** A dump of one cluster `c` with those settings, and of the routes to it. */
const dumpOf = (cluster: object, routes: object[] = []) =>
  JSON.stringify({
    configs: [
      { dynamic_active_clusters: [{ cluster: { name: 'c', type: 'EDS', ...cluster } }] },
      { static_route_configs: [{ route_config: { virtual_hosts: [{ routes }] } }] },
      {
        dynamic_endpoint_configs: [
          {
            endpoint_config: {
              cluster_name: 'c',
              endpoints: ['a', 'b'].map((zone, i) => ({
                locality: { zone },
                load_balancing_weight: 1 + i,
                lb_endpoints: [
                  { endpoint: { address: { socket_address: { address: `10.0.0.${i + 1}`, port_value: 80 } }, hostname: `h${i}` } },
                ],
              })),
            },
          },
        ],
      },
    ],
  })
const poolOf = (cluster: object, routes?: object[]) => {
  const host_statuses = [1, 2].map((i) => ({ address: { socket_address: { address: `10.0.0.${i}`, port_value: 80 } }, weight: i }))
  const page = JSON.stringify({ cluster_statuses: [{ name: 'c', host_statuses }] })
  return parseClusters(page, parseConfigDump(dumpOf(cluster, routes)), () => true).pools[0]!
}

describe('how a cluster balances', () => {
  const hashed = { match: {}, route: { cluster: 'c', hash_policy: [{ header: { header_name: 'x-user' } }] } }
  const bare = { match: {}, route: { weighted_clusters: { clusters: [{ name: 'c', weight: 5 }] } } }

  it('a ring that no route hashes for is none: Envoy picks a random host', () => {
    expect(poolOf({ lb_policy: 'RING_HASH' }, [hashed])).toMatchObject({ balances: 'hash', ring: { algorithm: 'envoy-ring-hash' } })
    expect(poolOf({ lb_policy: 'RING_HASH' }, [bare, hashed])).toMatchObject({ balances: 'hash' })
    expect(poolOf({ lb_policy: 'MAGLEV' }, [bare])).toMatchObject({
      algorithm: 'maglev without hash_policy',
      balances: 'weight',
      ring: undefined,
    })
    // Nothing that was seen leads to it: nobody knows.
    expect(poolOf({ lb_policy: 'RING_HASH' }, [])).toMatchObject({ balances: 'hash', ring: { algorithm: 'envoy-ring-hash' } })
  })

  it('the Redis proxy hashes by itself, the TCP proxy by its own policy', () => {
    const listener = (type: string, more: object) => [{ typed_config: { '@type': `type.googleapis.com/x.${type}`, ...more } }]
    expect(poolOf({ lb_policy: 'MAGLEV' }, listener('RedisProxy', { prefix_routes: { catch_all_route: { cluster: 'c' } } }))).toMatchObject(
      {
        ring: { algorithm: 'envoy-maglev' },
      },
    )
    expect(poolOf({ lb_policy: 'MAGLEV' }, listener('TcpProxy', { cluster: 'c' })).ring).toBeUndefined()
    expect(poolOf({ lb_policy: 'MAGLEV' }, listener('TcpProxy', { cluster: 'c', hash_policy: [{ source_ip: {} }] })).ring).toBeDefined()
  })

  it('the newer policies as extensions, with their sizes and keys', () => {
    const extension = (type: string, more: object) => ({
      lb_policy: 'LOAD_BALANCING_POLICY_CONFIG',
      load_balancing_policy: {
        policies: [
          {
            typed_extension_config: {
              typed_config: { '@type': `type.googleapis.com/envoy.extensions.load_balancing_policies.${type}`, ...more },
            },
          },
        ],
      },
    })
    const settings = {
      minimum_ring_size: '64',
      hash_function: 'MURMUR_HASH_2',
      consistent_hashing_lb_config: { use_hostname_for_hashing: true },
    }
    expect(poolOf(extension('ring_hash.v3.RingHash', settings)).ring).toMatchObject({
      options: { minimumRingSize: 64, function: 'MURMUR_HASH_2' },
      nodes: [{ label: 'h0' }, { label: 'h1' }],
    })
    expect(poolOf(extension('maglev.v3.Maglev', { table_size: '101' })).ring).toMatchObject({
      algorithm: 'envoy-maglev',
      options: { tableSize: 101 },
    })
    expect(poolOf(extension('least_request.v3.LeastRequest', {}))).toMatchObject({ algorithm: 'least_request', balances: 'load' })
  })

  it('localities with weights of their own: no ring rather than a wrong one', () => {
    const cluster = { lb_policy: 'RING_HASH', common_lb_config: { locality_weighted_lb_config: {} } }
    expect(poolOf(cluster, [hashed])).toMatchObject({ balances: 'hash', ring: undefined })
  })

  it('a dump that is none is malformed', () =>
    expect(() => parseConfigDump('{"configs":5}')).toThrow(expect.objectContaining({ code: 'malformed' })))
})

it('has one vital probe and hides the password of its address', () => {
  expect(envoy.probes.filter((probe) => probe.vital)).toHaveLength(1)
  expect(envoy.address(envoyConfig.parse({ kind: 'envoy', name: 'x', admin: 'http://u:secret@127.0.0.1:9901' }))).toBe('127.0.0.1:9901')
})
