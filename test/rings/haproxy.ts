import type { RingOptions, RingSpec } from '../../lib/model/ring.ts'
import { routedOverHttp } from '../routed.ts'
import { type HaproxyServer, startHaproxy } from '../servers.ts'

const WEIGHTS = [1, 3, 7, 10, 2]

/** A backend of the test's HAProxy: its hash as haproxy.cfg and as a RingSpec. */
export type HaproxyCase = {
  name: string
  balance: string
  hashType: string
  algorithm: RingSpec['algorithm']
  options: RingOptions
  ids?: number[]
}
export const headerCases: HaproxyCase[] = []
for (const [type, algorithm] of [
  ['consistent', 'haproxy-consistent'],
  ['map-based', 'haproxy-map'],
] as const) {
  headerCases.push({ name: `${algorithm}-default`, balance: 'hdr(x-key)', hashType: type, algorithm, options: {} })
  for (const named of ['sdbm', 'djb2', 'wt6', 'crc32'] as const)
    for (const avalanche of [false, true])
      headerCases.push({
        name: `${algorithm}-${named}${avalanche ? '-avalanche' : ''}`,
        balance: named === 'wt6' ? 'hash req.hdr(x-key)' : 'hdr(x-key)',
        hashType: `${type} ${named}${avalanche ? ' avalanche' : ''}`,
        algorithm,
        options: { function: named, ...(avalanche ? { avalanche } : {}) },
      })
}
headerCases.push({
  name: 'ids',
  balance: 'hdr(x-key)',
  hashType: 'consistent',
  algorithm: 'haproxy-consistent',
  options: {},
  ids: [40, 2, 1000, 7, 3],
})
export const sourceCases: HaproxyCase[] = [
  { name: 'source', balance: 'source', hashType: 'consistent', algorithm: 'haproxy-consistent', options: { input: 'source' } },
  {
    name: 'source-djb2',
    balance: 'source',
    hashType: 'consistent djb2',
    algorithm: 'haproxy-consistent',
    options: { input: 'source', function: 'djb2' },
  },
  { name: 'source-map', balance: 'source', hashType: 'map-based', algorithm: 'haproxy-map', options: { input: 'source' } },
]
export const uriCases: HaproxyCase[] = [
  { name: 'uri', balance: 'uri', hashType: 'consistent', algorithm: 'haproxy-consistent', options: {} },
  { name: 'uri-map', balance: 'uri', hashType: 'map-based crc32', algorithm: 'haproxy-map', options: { function: 'crc32' } },
]

/** `hash-key` and `none`, which HAProxy has since 3.0; servers of these stand at 127.0.0.1, 127.0.0.2, …. */
export const newerCases: HaproxyCase[] = [
  ...(['id', 'id32', 'addr', 'addr-port', 'guid'] as const).map(
    (hashKey): HaproxyCase => ({
      name: `hash-key-${hashKey}`,
      balance: 'hdr(x-key)',
      hashType: 'consistent',
      algorithm: 'haproxy-consistent',
      options: { hashKey, version: '3.4.0' },
    }),
  ),
  {
    name: 'no-hash',
    balance: 'hdr(x-key)',
    hashType: 'consistent none',
    algorithm: 'haproxy-consistent',
    options: { function: 'none', version: '3.4.0' },
  },
  { name: 'no-hash-map', balance: 'hdr(x-key)', hashType: 'map-based none', algorithm: 'haproxy-map', options: { function: 'none' } },
]

/** What the newer cases hash of a server, beside its id: its address on this port, and its guid. */
export const newerSpec = (one: HaproxyCase, port: number): RingSpec =>
  haproxySpec(one, ({ nodes }) => {
    for (const [i, node] of nodes.entries()) Object.assign(node, { address: `127.0.0.${i + 1}:${port}`, label: `guid-${one.name}-${i}` })
  })

export const haproxySpec = ({ algorithm, options, ids }: HaproxyCase, change: (spec: RingSpec) => void = () => {}): RingSpec => {
  const spec: RingSpec = {
    algorithm,
    options,
    nodes: WEIGHTS.map((weight, i) => ({ name: `s${i + 1}`, weight, ...(ids ? { id: ids[i]! } : {}) })),
  }
  change(spec)
  return spec
}

const newerBackend = ({ name, balance, hashType, options }: HaproxyCase, answer: number) => `backend ${name}
  balance ${balance}
  hash-type ${hashType}
  http-response set-header x-server %s
${WEIGHTS.map((weight, i) => `  server s${i + 1} 127.0.0.${i + 1}:${answer} weight ${weight} guid guid-${name}-${i}${options.hashKey ? ` hash-key ${options.hashKey}` : ''}`).join('\n')}
`

/** A HAProxy with a backend for each case, and where it is 3.0 or newer for each newer one; every answer names its server in `x-server`. */
export const startHaproxyRings = ({ newer = false } = {}): Promise<HaproxyServer> =>
  startHaproxy({
    ports: 2,
    cfg: ([front, answer]) => `
defaults
  mode http
  timeout client 10s
  timeout server 10s
  timeout connect 10s
frontend answer
  bind ${newer ? '0.0.0.0' : '127.0.0.1'}:${answer}
  http-request return status 200
frontend front
  bind 127.0.0.1:${front}
  use_backend %[req.hdr(x-pool)]
${[...headerCases, ...sourceCases, ...uriCases]
  .map(
    ({ name, balance, hashType, ids }) => `backend ${name}
  balance ${balance}
  hash-type ${hashType}
  http-response set-header x-server %s
${WEIGHTS.map((weight, i) => `  server s${i + 1} 127.0.0.1:${answer} weight ${weight}${ids ? ` id ${ids[i]}` : ''}`).join('\n')}
`,
  )
  .join('\n')}${newer ? newerCases.map((one) => newerBackend(one, answer!)).join('\n') : ''}`,
  })

/** The server of each key. */
export const haproxyRouted = (haproxy: HaproxyServer, pool: string, keys: readonly string[]): Promise<string[]> =>
  routedOverHttp(
    haproxy.about.ports[0]!,
    keys.map((key) => `GET / HTTP/1.1\r\nhost: x\r\nx-pool: ${pool}\r\nx-key: ${key}\r\n\r\n`),
    'x-server',
  )
