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
    '{"cluster_statuses":[{"name":"a","host_statuses":[{"address":{}}]}]}',
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
          { routes: [{ route: { cluster: 'c', hash_policy: [{}] } }] },
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
    expect(parseClusters(JSON.stringify(clusters), configs.clusters, () => true).pools[0]).toMatchObject({
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
  return parseClusters(page, parseConfigDump(dumpOf(cluster, routes)).clusters, () => true).pools[0]!
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
    })
    expect(poolOf({ lb_policy: 'MAGLEV' }, [bare]).ring).toBeUndefined()
    // Nothing that was seen leads to it: nobody knows.
    const unseen = poolOf({ lb_policy: 'RING_HASH' }, [])
    expect(unseen).toMatchObject({ balances: 'hash', ringBecause: expect.stringContaining('nothing in /config_dump leads to it') })
    expect(unseen.ring).toBeUndefined()
  })

  const listener = (type: string, more: object) => [{ typed_config: { '@type': `type.googleapis.com/x.${type}`, ...more } }]
  const redis = (settings: object = {}) => listener('RedisProxy', { settings, prefix_routes: { catch_all_route: { cluster: 'c' } } })

  it('the Redis proxy hashes by itself, with Murmur2, and the TCP proxy by its own policy', () => {
    expect(poolOf({ lb_policy: 'MAGLEV' }, redis()).ring).toMatchObject({ algorithm: 'envoy-maglev', options: { keyHash: 'murmur2' } })
    expect(poolOf({ lb_policy: 'RING_HASH' }, redis({ enable_hashtagging: true })).ring).toMatchObject({
      options: { keyHash: 'murmur2', hashTag: '{}' },
    })
    expect(poolOf({ lb_policy: 'MAGLEV' }, listener('TcpProxy', { cluster: 'c' })).ring).toBeUndefined()
    const tcp = poolOf({ lb_policy: 'MAGLEV' }, listener('TcpProxy', { cluster: 'c', hash_policy: [{ source_ip: {} }] }))
    expect(tcp.ring).toMatchObject({ algorithm: 'envoy-maglev' })
    expect(tcp.ring!.options!.keyHash).toBeUndefined()
  })

  it.each([
    ['by HTTP and by Redis', [hashed, ...redis()]],
    ['by Redis with and without tags', [...redis(), ...redis({ enable_hashtagging: true })]],
  ])('a cluster that is asked %s has no ring, and says why', (_, routes) => {
    const pool = poolOf({ lb_policy: 'RING_HASH' }, routes)
    expect(pool.ring).toBeUndefined()
    expect(pool.ringBecause).toContain('in several ways')
  })

  it('what leads to an aggregate leads to its clusters', () => {
    const aggregate = { name: 'all', cluster_type: { name: 'envoy.clusters.aggregate', typed_config: { clusters: ['c'] } } }
    const dump = JSON.parse(dumpOf({ lb_policy: 'RING_HASH' }, [{ route: { cluster: 'all', hash_policy: [{}] } }]))
    dump.configs.push({ static_clusters: [{ cluster: aggregate }] })
    const { clusters } = parseConfigDump(JSON.stringify(dump))
    expect(clusters.get('c')!.ring).toMatchObject({ algorithm: 'envoy-ring-hash' })
    expect(clusters.get('all')!.members).toEqual(['c'])
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
    expect(poolOf(extension('ring_hash.v3.RingHash', settings), [hashed]).ring).toMatchObject({
      options: { minimumRingSize: 64, function: 'MURMUR_HASH_2' },
      nodes: [{ label: 'h0' }, { label: 'h1' }],
    })
    expect(poolOf(extension('maglev.v3.Maglev', { table_size: '101' }), [hashed]).ring).toMatchObject({
      algorithm: 'envoy-maglev',
      options: { tableSize: 101 },
    })
    expect(poolOf(extension('rendezvous_hash.v3.RendezvousHash', {}), [hashed]).ring).toMatchObject({
      algorithm: 'rendezvous',
      options: { client: 'envoy' },
    })
    expect(poolOf(extension('least_request.v3.LeastRequest', {}))).toMatchObject({ algorithm: 'least_request', balances: 'load' })
    const struct = {
      '@type': 'type.googleapis.com/xds.type.v3.TypedStruct',
      type_url: 'type.googleapis.com/envoy.extensions.load_balancing_policies.maglev.v3.Maglev',
      value: { table_size: 101 },
    }
    const wrapped = { load_balancing_policy: { policies: [{ typed_extension_config: { typed_config: struct } }] } }
    expect(poolOf(wrapped, [hashed]).ring).toMatchObject({ options: { tableSize: 101 } })
  })

  const typed = (type: string, more: object = {}) => ({
    policies: [
      {
        typed_extension_config: {
          typed_config: { '@type': `type.googleapis.com/envoy.extensions.load_balancing_policies.${type}`, ...more },
        },
      },
    ],
  })
  const policy = (type: string, more?: object) => ({ load_balancing_policy: typed(type, more) })

  it.each([
    ['client_side_weighted_round_robin', policy('client_side_weighted_round_robin.v3.ClientSideWeightedRoundRobin'), 'ORCA'],
    ['pick_first', policy('pick_first.v3.PickFirst'), 'first host'],
    ['subset', policy('subset.v3.Subset'), 'subsets'],
    ['peak_ewma', policy('peak_ewma.v3.PeakEwma'), 'peak_ewma is not known'],
    ['lb_subset_config', { lb_policy: 'ROUND_ROBIN', lb_subset_config: { subset_selectors: [{ keys: ['v'] }] } }, 'subsets'],
    ['wrr_locality', policy('wrr_locality.v3.WrrLocality', { endpoint_picking_policy: typed('round_robin.v3.RoundRobin') }), 'localities'],
    ['CLUSTER_PROVIDED', { lb_policy: 'CLUSTER_PROVIDED' }, 'itself'],
    ['a policy of the future', { lb_policy: 'constructor' }, 'constructor is not known'],
    ['RANDOM with weights', { lb_policy: 'RANDOM' }, 'ignores the weights'],
    ['no policies at all', { load_balancing_policy: {} }, 'unknown is not known'],
    ['a policy that is no object', { load_balancing_policy: { policies: [3] } }, 'unknown is not known'],
  ])('%s promises no shares, and says why', (_, cluster, because) => {
    const pool = poolOf(cluster, [bare])
    expect(pool.balances).toBe('unknown')
    expect(pool.unknown!.join()).toContain(because)
  })

  it.each([
    [
      'a hash_balance_factor that is none',
      { lb_policy: 'RING_HASH', common_lb_config: { consistent_hashing_lb_config: { hash_balance_factor: 50 } } },
      'hash_balance_factor is not understood',
    ],
    ['a setting of the future', { lb_policy: 'RING_HASH', ring_hash_lb_config: { spin: 1 } }, 'spin is not known'],
    ['a hash of the future', { lb_policy: 'RING_HASH', ring_hash_lb_config: { hash_function: 'MD5' } }, 'hash_function is not understood'],
    ['a size that is none', { lb_policy: 'MAGLEV', maglev_lb_config: { table_size: 'large' } }, 'size is not understood'],
  ])('%s: no ring rather than a wrong one', (_, cluster, because) => {
    const pool = poolOf(cluster, [hashed])
    expect(pool.ring).toBeUndefined()
    expect(pool.ringBecause).toContain(because)
  })

  it('hash_balance_factor bounds a ring, whose keys still have a host that is asked first', () => {
    const pool = (factor: unknown) =>
      poolOf({ lb_policy: 'MAGLEV', common_lb_config: { consistent_hashing_lb_config: { hash_balance_factor: factor } } }, [hashed])
    expect(pool(150).ring).toMatchObject({ algorithm: 'envoy-maglev', options: { hashBalanceFactor: 150 } })
    expect(pool({ value: 150 }).ring).toMatchObject({ options: { hashBalanceFactor: 150 } })
    expect(pool(0).ring!.options!.hashBalanceFactor).toBeUndefined()
    expect(poolOf(policy('ring_hash.v3.RingHash', { hash_balance_factor: 120 }), [hashed]).ring).toMatchObject({
      options: { hashBalanceFactor: 120 },
    })
  })

  it('localities with weights of their own: no ring rather than a wrong one', () => {
    const cluster = { lb_policy: 'RING_HASH', common_lb_config: { locality_weighted_lb_config: {} } }
    const pool = poolOf(cluster, [hashed])
    expect(pool).toMatchObject({ balances: 'unknown', ringBecause: expect.stringContaining('localities') })
    expect(pool.ring).toBeUndefined()
  })

  it('a dump that is none is malformed', () =>
    expect(() => parseConfigDump('{"configs":5}')).toThrow(expect.objectContaining({ code: 'malformed' })))
})

/** A page of one cluster with these hosts. */
const pageOf = (...hosts: object[]) => JSON.stringify({ cluster_statuses: [{ name: 'c', host_statuses: hosts }] })
const at = (address: string, more: object = {}) => ({ address: { socket_address: { address, port_value: 80 } }, ...more })

describe('hosts', () => {
  const stateOf = (health_status: object) =>
    parseClusters(pageOf(at('10.0.0.1', { health_status })), new Map(), () => true).pools[0]!.servers[0]!.state

  it.each([
    [{}, 'up'],
    [{ eds_health_status: 'UNKNOWN' }, 'up'],
    [{ eds_health_status: 'DEGRADED' }, 'up'],
    [{ eds_health_status: 'TIMEOUT' }, 'down'],
    [{ eds_health_status: 2 }, 'down'],
    [{ eds_health_status: 'DRAINING', failed_active_health_check: true }, 'drain'],
    [{ failed_active_degraded_check: true }, 'up'],
    [{ pending_dynamic_removal: true, failed_active_health_check: true }, 'down'],
    [{ pending_active_hc: true, failed_active_health_check: true }, 'down'],
    [{ active_hc_timeout: true, failed_active_health_check: true }, 'down'],
    [{ excluded_via_immediate_hc_fail: true, failed_active_health_check: true }, 'drain'],
    [{ failed_of_the_future: true }, 'up'],
  ])('%j is %s', (health, state) => expect(stateOf(health)).toBe(state))

  it.each([
    ['an internal listener', { envoy_internal_address: { server_listener_name: 'l', endpoint_id: '10.0.0.1:80' } }, '10.0.0.1:80'],
    ['an internal listener without an endpoint', { envoy_internal_address: { server_listener_name: 'l' } }, 'l'],
    ['a pipe', { pipe: { path: '/run/a b.sock' } }, '/run/a b.sock'],
    ['IPv6', { socket_address: { address: 'fd00::1', port_value: '80' } }, '[fd00::1]:80'],
    ['a hostname', { socket_address: { address: 'a.example', port_value: 80 } }, 'a.example:80'],
  ])('%s has its own name', (_, address, name) =>
    expect(parseClusters(pageOf({ address }), new Map(), () => true).pools[0]!.servers[0]!.name).toBe(name),
  )

  it('one that cannot be read costs itself alone, and is counted', () => {
    const page = pageOf(
      { address: {} },
      at('10.0.0.1', { weight: 'heavy' }),
      at('10.0.0.2', {
        weight: '3',
        stats: [
          { name: 'rq_total', value: 'many' },
          { name: 'rq_error', value: '2' },
        ],
      }),
    )
    const { pools, samples, unread } = parseClusters(page, new Map(), () => true)
    expect(pools[0]!.servers).toMatchObject([{ name: '10.0.0.2:80', weightSet: 3 }])
    expect(unread).toContain('2 hosts, 1 numbers could not be read: a host of c')
    expect(samples.filter(({ metric }) => metric === 'pool_requests_total')).toEqual([])
    expect(samples).toContainEqual({ metric: 'pool_errors_total', labels: { pool: 'c', server: '10.0.0.2:80' }, value: 2 })
  })

  it('one that cannot be read leaves no share, sum or ring of its cluster: it gets requests all the same', () => {
    const dump = parseConfigDump(dumpOf({ lb_policy: 'RING_HASH' }, [{ route: { cluster: 'c', hash_policy: [{}] } }]))
    const read = (...hosts: object[]) => parseClusters(pageOf(...hosts), dump.clusters, () => true)
    const hosts = [at('10.0.0.1', {}), at('10.0.0.2', {})]
    expect(read(...hosts).pools[0]).toMatchObject({ balances: 'hash', ring: { algorithm: 'envoy-ring-hash' } })
    const { pools, samples } = read(...hosts, { address: {} })
    expect(pools[0]).toMatchObject({
      balances: 'unknown',
      serversLeft: 1,
      unknown: ['1 of its 3 hosts cannot be read: what they get is not known'],
    })
    expect(pools[0]!.ring).toBeUndefined()
    expect(samples.filter(({ labels }) => labels && !('server' in labels))).toEqual([])
  })

  it('with one address have names that tell them apart, and no weight can be set', () => {
    const { pools } = parseClusters(
      pageOf(at('10.0.0.1', { hostname: 'a' }), at('10.0.0.1', { hostname: 'b' }), at('10.0.0.1', { hostname: 'b' })),
      new Map(),
      () => true,
    )
    expect(pools[0]!.servers.map(({ name }) => name)).toEqual(['10.0.0.1:80 (a)', '10.0.0.1:80 (b) #1', '10.0.0.1:80 (b) #2'])
    expect(pools[0]!.can.weight).not.toBe(true)
  })

  const down = { health_status: { failed_active_health_check: true } }
  const uncertain = (cluster: object, ...hosts: object[]) =>
    parseClusters(
      pageOf(...hosts),
      parseConfigDump(dumpOf({ lb_policy: 'ROUND_ROBIN', ...cluster })).clusters,
      () => true,
    ).pools[0]!.unknown?.join()

  it('too few that are healthy: Envoy asks all, or the next priority', () => {
    expect(uncertain({}, at('10.0.0.1', down), at('10.0.0.2'))).toBeUndefined()
    expect(uncertain({}, at('10.0.0.1', down), at('10.0.0.2', down), at('10.0.0.3'))).toContain('panic threshold of 50 %')
    expect(
      uncertain({ common_lb_config: { healthy_panic_threshold: {} } }, at('10.0.0.1', down), at('10.0.0.2', down), at('10.0.0.3')),
    ).toBeUndefined()
    expect(uncertain({}, at('10.0.0.1', down), at('10.0.0.2'), at('10.0.0.3', { priority: 1 }))).toContain('next priority')
    expect(uncertain({}, at('10.0.0.1'), at('10.0.0.3', { priority: 1 }))).toBeUndefined()
    expect(uncertain({}, at('10.0.0.1'), at('10.0.0.2', { health_status: { eds_health_status: 'DEGRADED' } }))).toContain('degraded')
  })

  it('a ring of internal addresses hashes what Envoy writes', () => {
    const hosts = [1, 2].map((i) => ({ address: { envoy_internal_address: { server_listener_name: 'l', endpoint_id: `10.0.0.${i}:80` } } }))
    const dump = parseConfigDump(dumpOf({ lb_policy: 'RING_HASH' }, [{ route: { cluster: 'c', hash_policy: [{}] } }]))
    expect(parseClusters(pageOf(...hosts), dump.clusters, () => true).pools[0]!.ring!.nodes[0]).toMatchObject({
      label: 'envoy://l/10.0.0.1:80',
    })
  })
})

describe('statistics', () => {
  const retries = (line: string, pools?: Map<string, string>) => parseStats(`${line}\n`, null, pools).samples
  it.each([
    ['envoy_cluster_upstream_rq_retry{envoy_cluster_name="c"} 5', 'c'],
    ['envoy_cluster_upstream_rq_retry{zone="a",cluster_name="outbound|80||c.ns"} 5', 'outbound|80||c.ns'],
    ['envoy_cluster_upstream_rq_retry{envoy_cluster_name="a}\\"b"} 5 1795396527000', 'a}"b'],
    ['envoy_cluster_c_upstream_rq_retry 5', 'c'],
    ['envoy_cluster_c_upstream_rq_retry{} 5', 'c'],
  ])('%s', (line, pool) => expect(retries(line)).toEqual([{ metric: 'pool_retries_total', labels: { pool }, value: 5 }]))

  it('names of the statistics are those of clusters again', () =>
    expect(retries('envoy_cluster_upstream_rq_retry{envoy_cluster_name="a_80"} 5', new Map([['a_80', 'a:80']]))[0]!.labels).toEqual({
      pool: 'a:80',
    }))

  it('parts of one row are added; a line that cannot be read costs itself alone', () => {
    const row = (zone: string, value: string) => `envoy_cluster_upstream_rq_retry{envoy_cluster_name="c",zone="${zone}"} ${value}`
    const { samples, unread } = parseStats([row('a', '5'), row('b', '6'), '<<<', row('c', '-1')].join('\n'), null)
    expect(samples).toEqual([{ metric: 'pool_retries_total', labels: { pool: 'c' }, value: 11 }])
    expect(unread).toContain('1 of 4 lines')
  })
})

it('has one vital probe and hides the password of its address', () => {
  expect(envoy.probes.filter((probe) => probe.vital)).toHaveLength(1)
  expect(envoy.address(envoyConfig.parse({ kind: 'envoy', name: 'x', admin: 'http://u:secret@127.0.0.1:9901' }))).toBe('127.0.0.1:9901')
})
