import { stringify } from 'yaml'
import type { TtlDocument } from '../lib/model/control.ts'
import type { HaproxyServer } from '../test/servers.ts'
import { NODES, RING_KEY, TTL_KEY } from './names.ts'

/** evenkeel.yaml for the demo's fleet. */
export function fleetConfig(fleet: {
  listen: string
  data: string
  mode?: 'observe' | 'tune'
  auth?: 'none' | 'local'
  learning?: string
  /** Further targets, and further YAML at the end: receivers, rules. */
  targets?: Record<string, unknown>[]
  extra?: string
  ports: Record<string, number>
  haproxy: HaproxyServer
  memcached?: string
  /** The page of metrics of the applications' own caches. */
  local?: string
  web?: Record<string, unknown>
  monitoring?: { url: string; same: Record<string, string> } | null
  points: number[]
  ttls: Record<string, TtlDocument>
}): string {
  const { ports, haproxy, memcached, local, web, monitoring, points, ttls } = fleet
  const redis = (name: string, role: 'cache' | 'store') => ({ kind: 'redis', name, url: `redis://127.0.0.1:${ports[name]}`, role })
  const config = {
    listen: fleet.listen,
    data: fleet.data,
    mode: fleet.mode ?? 'tune',
    auth: { mode: fleet.auth ?? 'none' },
    poll: { every: '1s' },
    learning: fleet.learning ?? '20s',
    targets: [
      {
        kind: 'haproxy',
        name: 'edge',
        socket: `tcp://127.0.0.1:${haproxy.about.adminPort}`,
        stats: haproxy.about.statsUrl,
        config: haproxy.about.config,
      },
      ...NODES.map((name) => ({ ...redis(name, 'cache'), monitor: 'bursts' })),
      redis('sessions', 'store'),
      redis('sessions-replica', 'store'),
      ...(memcached ? [{ kind: 'memcached', name: 'fragments', address: memcached, monitor: 'bursts' }] : []),
      ...(local ? [{ kind: 'scrape', name: 'apps', url: local }] : []),
      ...(web ? [web] : []),
      ...(monitoring ? [{ kind: 'prometheus', name: 'prom', url: monitoring.url, same: monitoring.same }] : []),
      ...(fleet.targets ?? []),
    ],
    rings: [
      {
        name: 'products',
        algorithm: 'ketama',
        nodes: NODES.map((target, index) => ({ target, points: points[index] })),
        control: { target: 'sessions', key: RING_KEY },
        followers: 4,
      },
    ],
    ttls: Object.entries(ttls).map(([name, { match, ttlMs, jitter }]) => ({
      name,
      match,
      ttl: `${ttlMs}ms`,
      jitter,
      control: { target: 'sessions', key: TTL_KEY },
      followers: 4,
    })),
    edges: [
      { from: 'clients', to: 'pool:edge/app' },
      { from: 'clients', to: 'pool:edge/static' },
      ...(web ? [{ from: 'clients', to: 'pool:web/images' }] : []),
      { from: 'pool:edge/app', to: 'ring:products' },
      ...(local
        ? [
            { from: 'pool:edge/app', to: 'cache:apps:categories' },
            { from: 'cache:apps:categories', to: 'ring:products' },
          ]
        : []),
      { from: 'pool:edge/app', to: 'store:sessions' },
      { from: 'ring:products', to: 'origin:catalog' },
    ],
  }
  return `${stringify(config)}${fleet.extra ?? ''}`
}
