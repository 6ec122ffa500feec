import { describe, expect, it, test } from 'vitest'
import { describeRing } from './describe.ts'

const NGINX = `http {
  upstream plain { least_conn; server 10.0.0.9; }
}`
const NUTCRACKER = `alpha:
  listen: 127.0.0.1:22121
  hash: crc32a
  distribution: ketama
  hash_tag: "{}"
  servers:
   - 127.0.0.1:6379:1 one
   - 127.0.0.1:6380:3
`
const CLUSTER = `07c37dfeb235213a872192d90877d0cd55635b91 127.0.0.1:30004@31004,host4 slave e7d1eecce10fd6bb5eb35b9f99a514335d9ba9ca 0 1426238317239 4 connected
67ed2db8d677e59ec4a4cefb06858cf2a1a89fa1 127.0.0.1:30002@31002,host2 master - 0 1426238316232 2 connected 5461-10922
292f8b365bb7edb5e285caf0b7e6ddc7265d2f4f 127.0.0.1:30003@31003 myself,master - 0 1426238318243 3 connected 10923-16382 16383 [93->-67ed2db8]
`
const EDS = JSON.stringify({
  resources: [
    {
      cluster_name: 'c',
      endpoints: [
        {
          lb_endpoints: [{ endpoint: { address: { socket_address: { address: '10.0.0.1', port_value: 80 } } }, load_balancing_weight: 3 }],
        },
        { lb_endpoints: [{ endpoint: { address: { socket_address: { address: '::1', port_value: 81 } } }, health_status: 'DRAINING' }] },
      ],
    },
  ],
})

describe('a pasted text', () => {
  it('is a RingSpec, or a control document', () => {
    const spec = { algorithm: 'ketama', nodes: [{ name: 'a', points: 40 }] }
    expect(describeRing(JSON.stringify(spec))).toMatchObject(spec)
    expect(describeRing(JSON.stringify({ version: 7, ...spec }))).toMatchObject(spec)
  })
  it('is an upstream of nginx.conf, wherever it stands', () => {
    expect(describeRing(NGINX)).toMatchObject({ algorithm: 'nginx-consistent', nodes: [{ name: '10.0.0.9', weight: 1 }] })
    expect(describeRing('upstream u { hash $uri; server a weight=2; server b down; server c backup; }')).toMatchObject({
      algorithm: 'nginx-hash',
      nodes: [
        { name: 'a', weight: 2 },
        { name: 'b', state: 'down' },
      ],
    })
    expect(describeRing('hash $uri consistent;\nserver 10.0.0.1:80;\nserver 10.0.0.2:80 weight=2;').algorithm).toBe('nginx-consistent')
  })
  it('is a pool of nutcracker.yml, with or without its name, or its servers alone', () => {
    const nodes = [
      { name: 'one', address: '127.0.0.1:6379', label: 'one', weight: 1 },
      { name: '127.0.0.1:6380', address: '127.0.0.1:6380', weight: 3 },
    ]
    expect(describeRing(NUTCRACKER)).toMatchObject({ algorithm: 'twemproxy-ketama', options: { hash: 'crc32a', hashTag: '{}' }, nodes })
    expect(describeRing(NUTCRACKER.split('\n').slice(1).join('\n'))).toMatchObject({ options: { hash: 'crc32a' }, nodes })
    expect(describeRing(NUTCRACKER.split('\n').slice(6).join('\n'))).toMatchObject({ options: { hash: 'fnv1a_64' }, nodes })
    expect(describeRing(NUTCRACKER.replace('ketama', 'modula')).algorithm).toBe('twemproxy-modula')
  })
  it('is CLUSTER NODES: primaries with their slots', () => {
    expect(describeRing(CLUSTER)).toMatchObject({
      algorithm: 'redis-cluster',
      nodes: [
        { name: '127.0.0.1:30002', slots: [[5461, 10922]] },
        {
          name: '127.0.0.1:30003',
          slots: [
            [10923, 16382],
            [16383, 16383],
          ],
        },
      ],
    })
  })
  it('is an EDS answer, or what stands in it', () => {
    const nodes = [
      { name: '10.0.0.1:80', weight: 3 },
      { name: '[::1]:81', weight: 1, state: 'drain' },
    ]
    expect(describeRing(EDS)).toMatchObject({ algorithm: 'envoy-ring-hash', nodes })
    expect(describeRing(JSON.stringify(JSON.parse(EDS).resources[0].endpoints[0]))).toMatchObject({ nodes: nodes.slice(0, 1) })
  })
  it('is a cluster of Envoy with what leads to it', () => {
    const cluster = (more: object) => ({ name: 'c', ...more, load_assignment: { endpoints: [JSON.parse(EDS).resources[0].endpoints[0]] } })
    const proxy = { '@type': 'x.RedisProxy', settings: { enable_hashtagging: true }, prefix_routes: { catch_all_route: { cluster: 'c' } } }
    expect(describeRing(JSON.stringify({ clusters: [cluster({ lb_policy: 'MAGLEV' })], filters: [proxy] }))).toMatchObject({
      algorithm: 'envoy-maglev',
      options: { keyHash: 'murmur2', hashTag: '{}' },
    })
    const refused = (more: object, because: RegExp) =>
      expect(() => describeRing(JSON.stringify(cluster(more)))).toThrow(
        expect.objectContaining({ code: 'bad_request', message: expect.stringMatching(because) }),
      )
    refused({ lb_policy: 'ROUND_ROBIN' }, /makes no ring: ROUND_ROBIN/)
    const bounded = (hash_balance_factor: number) => ({
      lb_policy: 'RING_HASH',
      common_lb_config: { consistent_hashing_lb_config: { hash_balance_factor } },
    })
    refused(bounded(50), /its hash_balance_factor is not understood/)
    expect(describeRing(JSON.stringify(cluster(bounded(120))))).toMatchObject({ options: { hashBalanceFactor: 120 } })
  })
  it('is server lines of haproxy.cfg', () => {
    expect(describeRing('  balance uri\n  server a 10.0.0.1:80 weight 9')).toMatchObject({
      algorithm: 'haproxy-map',
      nodes: [{ name: 'a', weight: 9 }],
    })
  })
})

test.each([
  ['', /No known ring was found/],
  ['a server is a server', /No known ring was found/],
  ['{"algorithm":"ketama","nodes":[]}', /nodes: expected at least one node/],
  ['{"algorithm":"ketama"', /Not JSON/],
  ['{"lb_endpoints":[{}]}', /./],
  ['server a 10.0.0.1:80 weight 300', /nodes\[0\]\.weight: .*0 to 256, found 300/],
  ['server a 10.0.0.1\nserver a 10.0.0.2', /nodes\[1\]\.name: .*given twice/],
  ['upstream u { hash $uri; server a', /./],
  ['a: { servers: [ "x" ] }', /./],
  ['servers:\n - banana', /HOST:PORT:WEIGHT/],
  ['servers:\n - a:1:1\ndistribution: random', /random/],
  [`{"lb_endpoints":${'['.repeat(3000)}`, /./],
])('%j is refused with a reason', (text, said) => {
  expect(() => describeRing(text)).toThrow(expect.objectContaining({ code: 'bad_request', message: expect.stringMatching(said) }))
})
