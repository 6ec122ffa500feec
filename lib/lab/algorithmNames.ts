import type { RingAlgorithm } from '../model/ring.ts'

/** Names of the algorithms as their programs' documentation has them, grouped by who places the keys. */
const GROUPS: { label: string; names: Partial<Record<RingAlgorithm, string>> }[] = [
  {
    label: 'Proxies and load balancers',
    names: {
      'haproxy-consistent': 'HAProxy, hash-type consistent',
      'haproxy-map': 'HAProxy, hash-type map-based',
      'nginx-consistent': 'NGINX, hash with consistent',
      'nginx-hash': 'NGINX, hash',
      'envoy-ring-hash': 'Envoy, RING_HASH',
      'envoy-maglev': 'Envoy, MAGLEV',
      'twemproxy-ketama': 'twemproxy, ketama',
      'twemproxy-modula': 'twemproxy, modula',
      'varnish-shard': 'Varnish, shard director',
      'varnish-hash': 'Varnish, hash director',
    },
  },
  {
    label: 'Clients and libraries',
    names: {
      ketama: 'Ketama (libketama, spymemcached, …)',
      libmemcached: 'libmemcached, KETAMA',
      modulo: 'Modulo (most memcached clients)',
      dalli: 'Dalli',
      rendezvous: 'Rendezvous (pymemcache, Caddy, …)',
      jump: 'Jump (memcached proxy, dskit)',
      'redis-rb': 'redis-rb, Redis::Distributed',
      predis: 'Predis',
      groupcache: 'groupcache',
    },
  },
  { label: 'Clusters', names: { 'redis-cluster': 'Redis or Valkey Cluster' } },
]

/** The algorithms as groups of a select. */
export const ALGORITHM_GROUPS = GROUPS.map(({ label, names }) => ({
  label,
  options: Object.entries(names).map(([value, label]) => ({ value, label })),
}))

/** The name of an algorithm as people read it. */
export const algorithmName = (algorithm: RingAlgorithm): string =>
  GROUPS.map(({ names }) => names[algorithm]).find((name) => name !== undefined) ?? algorithm
