import type { RingNode, RingSpec } from '../model/ring.ts'

/** The consistent hashing that comes nearest to how a client hashes by remainder, and how its program is told; null of what is consistent already. */
export function consistentForm(spec: RingSpec): { advice: string; becomes: RingSpec } | null {
  const { algorithm, nodes, options = {} } = spec
  if (algorithm === 'twemproxy-modula')
    return { advice: 'In nutcracker.yml, `distribution: ketama`.', becomes: { ...spec, algorithm: 'twemproxy-ketama' } }
  if (algorithm !== 'modulo') return null
  const unweighted = nodes.map(({ weight: _, ...node }): RingNode => node)
  const ketama = (client: 'spymemcached' | 'hashring'): RingSpec => ({ algorithm: 'ketama', nodes: unweighted, options: { client } })
  const rendezvous = (client: 'pymemcache' | 'go-redis'): RingSpec => ({ algorithm: 'rendezvous', nodes: unweighted, options: { client } })
  switch (options.client ?? 'libmemcached') {
    case 'libmemcached':
      return options.hash === undefined || options.hash === 'one_at_a_time'
        ? {
            advice:
              'libmemcached calls it KETAMA: PHP `Memcached::OPT_DISTRIBUTION => Memcached::DISTRIBUTION_CONSISTENT`, pylibmc `{"distribution": "consistent"}`.',
            becomes: { algorithm: 'libmemcached', nodes },
          }
        : {
            advice:
              'libmemcached calls it KETAMA_WEIGHTED: PHP `Memcached::OPT_LIBKETAMA_COMPATIBLE => true`, pylibmc `{"ketama_weighted": True}`. It brings its own hash of the keys, MD5.',
            becomes: { algorithm: 'libmemcached', nodes, options: { weighted: true } },
          }
    case 'spymemcached':
      return { advice: 'spymemcached has it as `new KetamaConnectionFactory()`.', becomes: ketama('spymemcached') }
    case 'memjs':
      return { advice: 'memjs has no consistent hashing; the npm package memcached has (ketama).', becomes: ketama('hashring') }
    case 'python-memcached':
      return {
        advice: "python-memcached has no consistent hashing; pymemcache's HashClient (Django: `PyMemcacheCache`) chooses by rendezvous.",
        becomes: rendezvous('pymemcache'),
      }
    case 'phpredis':
      return {
        advice: "RedisArray takes `'consistent' => true`; what it moves is compared here by rendezvous hashing.",
        becomes: rendezvous('go-redis'),
      }
    default:
      return {
        advice:
          'gomemcache has no consistent hashing: give it a `ServerSelector` of your own that chooses by rendezvous, the server whose hash with the key is the highest.',
        becomes: rendezvous('go-redis'),
      }
  }
}

/** The last node that takes keys. */
const lastOf = ({ nodes }: RingSpec): RingNode | undefined =>
  nodes.findLast(({ state = 'up', weight = 1 }) => state === 'up' && weight > 0) ?? nodes.at(-1)

/** The ring without its last node, or with another one of the same weight behind it: the edits that a fleet goes through. */
export function withoutLast(spec: RingSpec): RingSpec {
  const last = lastOf(spec)
  return { ...spec, nodes: spec.nodes.filter((node) => node !== last) }
}
export function withOneMore(spec: RingSpec): RingSpec {
  const { weight, points } = lastOf(spec) ?? {}
  const ids = spec.nodes.flatMap(({ id }) => id ?? [])
  const next = {
    name: NEXT,
    ...(weight !== undefined && { weight }),
    ...(points !== undefined && { points }),
    // An id that is not given is the place in the list, which another node may have.
    ...(ids.length > 0 && { id: Math.max(spec.nodes.length, ...ids) + 1 }),
  }
  return { ...spec, nodes: [...spec.nodes, next] }
}
/** A name that no server has (RFC 6761). */
const NEXT = 'next.invalid:11211'
