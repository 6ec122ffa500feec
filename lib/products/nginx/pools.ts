import type { RingSpec } from '../../model/ring.ts'
import type { Reading } from '../../model/series.ts'
import type { Can, Pool, PoolServer } from '../../model/topology.ts'
import { printable, readings } from '../answers.ts'
import { type NginxConfig, writable } from './config.ts'
import type { Upstream } from './upstreamFile.ts'
import { consistentOf } from './written.ts'

/** NGINX takes any whole number; beyond this a step is finer than traffic can show, and a consistent ring grows by 160 points each. */
export const WEIGHT_MAX = 256

const FILE_UNKNOWN = 'its include file is not known: name it under `upstreams`'

type UpstreamConfig = NginxConfig['upstreams'][string]

/** An upstream as its include file and the configuration describe it. */
export function poolOf(config: NginxConfig, name: string, upstream: Upstream): Omit<Pool, 'target'> {
  const method = methodOf(upstream, config.upstreams[name])
  const may = writable(config, name)
  const backupsWait = upstream.servers.some((server) => !server.backup && !server.down)
  const servers = upstream.servers.map(
    (server, i): PoolServer => ({
      name: server.address,
      address: server.address,
      id: i + 1,
      weightSet: server.weight,
      weightEffective: server.down || (server.backup && backupsWait) ? 0 : server.weight,
      state: server.down ? 'drain' : 'up',
      ...(server.backup ? { backup: true } : {}),
      weightFile: server.weight,
    }),
  )
  const ring = ringOf(method, servers)
  const consistent = consistentOf(name, ring)
  const able: Can = may === true || { because: may }
  return {
    name,
    algorithm: method,
    balances: balancesBy(method),
    can: { weight: able, state: able, slowStart: { because: 'each stage would be another reload' } },
    weightMax: WEIGHT_MAX,
    ...(method === 'ip_hash' ? { sticky: 'ip_hash' } : {}),
    ...(ring ? { ring } : {}),
    ...(consistent ? { consistent } : {}),
    servers,
  }
}

function methodOf(upstream: Upstream, config: UpstreamConfig | undefined): string {
  if (config?.hash !== undefined) return `hash ${config.hash}${config.consistent ? ' consistent' : ''}`
  return upstream.method ?? 'round robin'
}

function balancesBy(method: string): Pool['balances'] {
  if (method === 'round robin' || method === 'random') return 'weight'
  if (/^(hash |ip_hash)/.test(method)) return 'hash'
  return 'load'
}

/** Backups stand outside the ring; a server that is down keeps its points. */
export function ringOf(method: string, servers: readonly PoolServer[]): RingSpec | undefined {
  const nodes = servers.filter((server) => !server.backup)
  if (!method.startsWith('hash ') || nodes.length === 0) return undefined
  return {
    algorithm: / consistent$/.test(method) ? 'nginx-consistent' : 'nginx-hash',
    nodes: nodes.map(({ name, weightSet, state }) => ({
      name,
      address: name,
      weight: weightSet,
      ...(state === 'up' ? {} : { state: 'down' as const }),
    })),
  }
}

/** Weights and states as series, so that a change of the file shows in time. */
export function weightSamples(pools: readonly Omit<Pool, 'target'>[]): Reading[] {
  const { list, add } = readings()
  for (const pool of pools)
    for (const server of pool.servers) {
      const labels = { pool: pool.name, server: server.name }
      add('pool_weight_set', server.weightSet, labels)
      add('pool_weight_effective', server.weightEffective, labels)
      add('pool_up', server.state === 'up' ? 1 : 0, labels)
    }
  return list
}

/** A pool of which only its traffic is known. */
export function seenPool(name: string, servers: string[]): Omit<Pool, 'target'> {
  return {
    name: printable(name),
    algorithm: 'unknown',
    balances: 'unknown',
    can: { weight: { because: FILE_UNKNOWN }, state: { because: FILE_UNKNOWN }, slowStart: { because: FILE_UNKNOWN } },
    weightMax: WEIGHT_MAX,
    servers: servers.map((server, i) => ({
      name: printable(server),
      address: printable(server),
      id: i + 1,
      weightSet: 1,
      weightEffective: 1,
      state: 'up',
    })),
  }
}
