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

export const haproxySpec = ({ algorithm, options, ids }: HaproxyCase, change: (spec: RingSpec) => void = () => {}): RingSpec => {
  const spec: RingSpec = {
    algorithm,
    options,
    nodes: WEIGHTS.map((weight, i) => ({ name: `s${i + 1}`, weight, ...(ids ? { id: ids[i]! } : {}) })),
  }
  change(spec)
  return spec
}

/** A HAProxy with a backend for each case; every answer says in `x-server` which server it went to. */
export const startHaproxyRings = (): Promise<HaproxyServer> =>
  startHaproxy({
    ports: 2,
    cfg: ([front, answer]) => `
defaults
  mode http
  timeout client 10s
  timeout server 10s
  timeout connect 10s
frontend answer
  bind 127.0.0.1:${answer}
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
  .join('\n')}`,
  })

/** The server of each key. */
export const haproxyRouted = (haproxy: HaproxyServer, pool: string, keys: readonly string[]): Promise<string[]> =>
  routedOverHttp(
    haproxy.about.ports[0]!,
    keys.map((key) => `GET / HTTP/1.1\r\nhost: x\r\nx-pool: ${pool}\r\nx-key: ${key}\r\n\r\n`),
    'x-server',
  )
