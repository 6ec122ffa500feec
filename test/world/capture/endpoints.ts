import type { ConnectionOptions } from 'node:tls'
import { parseSocketAddress } from '../../../lib/products/exchange.ts'
import { placeOf } from '../../../lib/products/redis/config.ts'
import { tlsOptions } from '../../../lib/products/redis/tls.ts'
import { type Relay, relayHttp, relayMemcached, relayRedis, relayText } from './relay.ts'

export type TargetFields = Record<string, unknown>

/** Where a target is asked: the relay before it, the address to put in its place meanwhile, and what stands in the case. */
export type Endpoint = {
  host?: string
  open(heard: (asked: string, answer: string) => void): Promise<Relay>
  relayed(host: string): string
  played: string
}

/** Fields of a configuration that are addresses, by product. What is no address, no file and not one of `KEPT` is not in a case. */
const ADDRESSES: Record<string, readonly string[]> = {
  envoy: ['admin'],
  haproxy: ['socket', 'stats'],
  memcached: ['address'],
  nginx: ['status', 'vts'],
  redis: ['url'],
  twemproxy: ['stats'],
}
export const KEPT = ['role']

/** Products of which a case can be captured. */
export const CAPTURED_KINDS = Object.keys(ADDRESSES)

/** By field of the configuration. */
export function endpointsOf(kind: string, config: TargetFields): Map<string, Endpoint> {
  const fields = (ADDRESSES[kind] ?? []).filter((field) => typeof config[field] === 'string')
  return new Map(fields.map((field) => [field, endpointOf(kind, String(config[field]), config)]))
}

function endpointOf(kind: string, address: string, config: TargetFields): Endpoint {
  if (kind === 'redis') return redis(address, config)
  if (/^https?:/.test(address)) return http(address)
  const to = parseSocketAddress(address)
  if (!to) throw new Error(`${kind}: no address of a socket`)
  const scheme = kind === 'memcached' ? '' : 'tcp://'
  return {
    ...('host' in to ? { host: to.host } : {}),
    open: (heard) => (kind === 'memcached' ? relayMemcached(to, heard) : relayText(to, heard)),
    relayed: (host) => `${scheme}${host}`,
    played: kind === 'haproxy' ? '{socket}' : `${scheme}{tcp}`,
  }
}

function http(address: string): Endpoint {
  const { origin, username, password, pathname, search, hostname } = new URL(address)
  const login = username || password ? `${username}:${password}@` : ''
  const path = pathname === '/' ? search : `${pathname}${search}`
  return {
    host: hostname,
    open: (heard) => relayHttp(origin, heard),
    relayed: (host) => `http://${login}${host}${path}`,
    played: `http://{http}${path}`,
  }
}

function redis(address: string, config: TargetFields): Endpoint {
  const place = placeOf(address)
  const to = place.path === undefined ? { host: place.host!, port: place.port! } : { path: place.path }
  const tls: ConnectionOptions | null = place.tls ? tlsOptions(place, config) : null
  const [user, password] = [place.username, place.password].map((text) => encodeURIComponent(text ?? ''))
  const login = user || password ? `${user}:${password}@` : ''
  return {
    ...(place.host === undefined ? {} : { host: place.host }),
    open: (heard) => relayRedis(to, tls, heard),
    relayed: (host) => `redis://${login}${host}/${place.db}`,
    played: place.db === 0 ? 'redis://{tcp}' : `redis://{tcp}/${place.db}`,
  }
}

/** What opens the target: replaced wherever a server repeats it. */
export function secretsOf(kind: string, config: TargetFields): string[] {
  const plain = ['username', 'password', 'bearer', 'key', 'cert', 'ca'].flatMap((field) =>
    typeof config[field] === 'string' ? [config[field]] : [],
  )
  const urls = (ADDRESSES[kind] ?? []).flatMap((field) => {
    const url = URL.parse(String(config[field]))
    return url ? [url.username, url.password, ...[...url.searchParams.values()].filter((value) => value.length > 5)] : []
  })
  return [...plain, ...urls.flatMap((text) => [text, decoded(text)])].filter((text) => text !== '')
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
