import type { RingNode, RingSpec } from '../../model/ring.ts'
import { addressOf, liveNodes, sum, weightOf } from '../algorithm.ts'
import { spillOrder } from '../boundedLoad.ts'
import { bytesOf } from '../hashes/bytes.ts'
import { murmur2 } from '../hashes/murmur2.ts'
import type { Wide } from '../hashes/wide.ts'
import { xxh64 } from '../hashes/xxh64.ts'
import { taggedPart } from '../hashTag.ts'

/** What Envoy hashes of a host: its hash key or hostname, else `ip:port`. */
export const envoyKey = (node: RingNode): string => node.label ?? addressOf(node)

export type EnvoyHost = { key: string; index: number; weight: number }

/** Hosts that take requests, their weights as fractions of 1. */
export function envoyHosts(spec: RingSpec): EnvoyHost[] {
  const live = liveNodes(spec)
  const total = sum(live.map(({ node }) => weightOf(node)))
  return live.map(({ node, index }) => ({ key: envoyKey(node), index, weight: weightOf(node) / total }))
}

/**
 * The hash of a key, its number valid until the next call. RedisProxy hashes with Murmur2, the tag alone where `enable_hashtagging` is set
 * (redis_proxy's conn_pool_impl.cc); all else with xxHash64.
 */
export function envoyKeyHash(spec: RingSpec): (key: string) => Wide {
  const { keyHash, hashTag } = spec.options ?? {}
  if (keyHash !== 'murmur2') return (key) => xxh64(bytesOf(key))
  return hashTag ? (key) => murmur2(bytesOf(taggedPart(key, '{', '}'))) : (key) => murmur2(bytesOf(key))
}
export const envoyKeyNumber = ({ options }: RingSpec): string =>
  options?.keyHash === 'murmur2' ? `murmur2${options.hashTag ?? ''}` : 'xxh64'

/** Where a key goes on to while its own host is at its bound; nothing of a ring without one. */
export function envoySpill(spec: RingSpec, ownerOf: (key: string) => number): { spillOf?(key: string): number[] } {
  if (spec.options?.hashBalanceFactor === undefined) return {}
  const live = liveNodes(spec)
  const hash = envoyKeyHash(spec)
  return {
    spillOf(key) {
      const own = ownerOf(key)
      return spillOrder(hash(key), live.length).flatMap((at) => (live[at]!.index === own ? [] : [live[at]!.index]))
    },
  }
}
