import type { Probe, Product } from '../../model/product.ts'
import type { Pool, PoolServer } from '../../model/topology.ts'
import { rawRecord, readings } from '../answers.ts'
import { answers } from './answers.ts'
import { type DnsConfig, dnsConfig } from './config.ts'
import { type Resolved, resolve } from './resolve.ts'
import { type SeenTtl, seenTtl, ttlOf } from './ttl.ts'

type Link = { config: DnsConfig; seen: SeenTtl | null }
/** `up` is null where no port is given. */
type Raw = {
  host: string
  port: number | null
  failed: string[]
  ttl: number
  left: number
  addresses: { address: string; up: boolean | null }[]
}

/** More are no balancer that people keep by hand, and each is a connection. */
const ADDRESSES_MAX = 64
const CONNECT_MS = 400
const NOTHING = 'DNS has nothing to set here: add or take records at the provider'

const records: Probe<Link, Raw> = {
  id: 'records',
  feature: 'A and AAAA records',
  emits: { metrics: ['pool_up', 'pool_ttl_seconds'], topology: ['pools'] },
  everyMs: 10_000,
  cost: 'two questions to the name server, and with `port` a TCP connection to each address',
  vital: true,
  async read(link, _cursor, signal) {
    const { host, port } = link.config
    const found = await resolve(link.config, signal)
    link.seen = seenTtl(link.seen, Math.max(...found.addresses.map(({ ttl }) => ttl)), performance.now())
    const left = Math.max(0, found.addresses.length - ADDRESSES_MAX)
    return { host, left, port: port ?? null, failed: found.failed, ttl: ttlOf(link.seen), addresses: await reached(found, port, signal) }
  },
  parse(raw, { at }) {
    const { host, addresses, failed, ttl } = raw
    const { list, add } = readings()
    add('pool_ttl_seconds', ttl, { pool: host })
    for (const { address, up } of addresses) if (up !== null) add('pool_up', up ? 1 : 0, { pool: host, server: address })
    const words = `${addresses.map(({ address }) => address).join(', ')}; TTL ${ttl} s`
    return {
      samples: list,
      records: [rawRecord('records', at, JSON.stringify(raw)), { kind: 'fact', id: 'addresses', at, value: words }],
      topology: {
        pools: [poolOf(raw)],
        capabilities: failed.map((because) => ({ feature: 'every address', available: false, because })),
      },
    }
  },
}

/** A refused connection waits for nothing, one that is never answered for the whole time. */
const reached = ({ addresses }: Resolved, port: number | undefined, signal: AbortSignal): Promise<Raw['addresses']> =>
  Promise.all(
    addresses.slice(0, ADDRESSES_MAX).map(async ({ address }) => ({
      address,
      up: port === undefined ? null : await answers(address, port, CONNECT_MS, signal),
    })),
  )

function poolOf({ host, port, addresses, ttl, left }: Raw): Omit<Pool, 'target'> {
  const no = { because: NOTHING }
  return {
    name: host,
    algorithm: 'DNS',
    balances: 'unknown',
    can: { weight: no, state: no, slowStart: no },
    weightMax: 1,
    ttlMs: ttl * 1_000,
    ...(left > 0 ? { serversLeft: left } : {}),
    servers: addresses.map(({ address, up }, index): PoolServer => {
      const state = up === false ? 'down' : 'up'
      return {
        name: address,
        address: withPort(address, port),
        id: index + 1,
        weightSet: 1,
        weightEffective: 1,
        state,
        ...(up === null ? { detectMs: null } : {}),
      }
    }),
  }
}

const withPort = (address: string, port: number | null) =>
  port === null ? address : address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`

/** A name with several addresses, as a balancer that is only read. */
export const dns: Product<DnsConfig, Link> = {
  kind: 'dns',
  title: 'DNS',
  config: dnsConfig,
  open: (config) => ({ config, seen: null }),
  close: async () => {},
  probes: [records],
  address: ({ host, server }) => (server === undefined ? host : `${host} at ${server}`),
  rights: 'Questions to the name server; with `port` a TCP connection to each address',
}
