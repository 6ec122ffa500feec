import type { RingNode, RingSpec } from '../../model/ring.ts'
import { addressOf, liveNodes, sum, weightOf } from '../algorithm.ts'

/** What Envoy hashes of a host: its hash key or hostname, else `ip:port`. */
export const envoyKey = (node: RingNode): string => node.label ?? addressOf(node)

export type EnvoyHost = { key: string; index: number; weight: number }

/** Hosts that take requests, their weights as fractions of 1. */
export function envoyHosts(spec: RingSpec): EnvoyHost[] {
  const live = liveNodes(spec)
  const total = sum(live.map(({ node }) => weightOf(node)))
  return live.map(({ node, index }) => ({ key: envoyKey(node), index, weight: weightOf(node) / total }))
}
