import type { RingNode, RingSpec } from '../../model/ring.ts'
import { addressOf, isUp, liveNodes, sum, weightOf } from '../algorithm.ts'
import { bytesOf, compareBytes, utf8 } from '../hashes/bytes.ts'
import { twemproxyHashes } from '../hashes/twemproxy.ts'
import { taggedPart } from '../hashTag.ts'
import { float32Hashes, withoutUsualPort } from '../ketamaPoints.ts'

/** A server's name on the circle: its own label, else host and port, the host alone at memcached's usual port. */
export const twemproxyName = (node: RingNode): string => node.label ?? withoutUsualPort(addressOf(node))

/**
 * Live servers with their position in the spec, in the order that twemproxy holds them: it sorts its configuration by name, the shorter
 * name first, so that the order of the file has no effect.
 */
export function twemproxyOrder(spec: RingSpec): { node: RingNode; index: number }[] {
  const named = liveNodes(spec).map((live) => ({ ...live, name: utf8(twemproxyName(live.node)) }))
  return named.sort((a, b) => a.name.length - b.name.length || compareBytes(a.name, b.name))
}

/** How many values `crc32` can return there; the others return 2^32. */
export const HASHES_OF_15_BITS = 2 ** 15

export function twemproxyNumber(spec: RingSpec): { number: string; narrow: boolean; hash(key: string): number } {
  const { hash: name = 'fnv1a_64', hashTag } = spec.options ?? {}
  const over = twemproxyHashes[name]
  const narrow = name === 'crc32'
  const words = narrow ? 'crc32 of 15 bits' : name === 'crc32a' ? 'crc32' : name
  if (!hashTag) return { number: words, narrow, hash: (key) => over(bytesOf(key)) }
  const [opening, closing] = hashTag as unknown as [string, string]
  return { number: `${words} of ${hashTag}`, narrow, hash: (key) => over(bytesOf(taggedPart(key, opening, closing))) }
}

/** Points by node, 4 an MD5: normalised over the live ones, so that one weight changes everybody's count. */
export function twemproxyCounts(spec: RingSpec): number[] {
  const live = spec.nodes.filter(isUp)
  const total = sum(live.map(weightOf))
  return spec.nodes.map((node) => (isUp(node) ? float32Hashes(weightOf(node), total, live.length) * 4 : 0))
}
