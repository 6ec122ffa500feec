import { EvenkeelError } from '../../model/error.ts'
import type { ProductText } from '../../model/product.ts'
import type { RingNode, RingSpec } from '../../model/ring.ts'
import { addressOf, isUp, weightOf } from '../../rings/algorithm.ts'
import { distinct } from '../bareWord.ts'

/** What a ring of redis_proxy calls its cluster: the proxy names it. */
const NAME = 'ring'

/** The part of a cluster that makes this ring, as JSON: no name in it can be more than a string. Where redis_proxy hashes the keys, it stands beside it. */
export function writes(spec: RingSpec): ProductText | null {
  const { algorithm, nodes } = spec
  if (algorithm !== 'envoy-ring-hash' && algorithm !== 'envoy-maglev') return null
  distinct(nodes.map(addressOf), 'An address')
  const cluster = { ...hashingOf(spec), load_assignment: { endpoints: [{ lb_endpoints: nodes.map(endpointOf) }] } }
  if (spec.options?.keyHash !== 'murmur2')
    return { title: 'the cluster of Envoy, or its endpoints in an EDS answer', text: JSON.stringify(cluster, null, 2) }
  const proxy = {
    '@type': 'type.googleapis.com/envoy.extensions.filters.network.redis_proxy.v3.RedisProxy',
    settings: { ...(spec.options.hashTag === undefined ? {} : { enable_hashtagging: true }) },
    prefix_routes: { catch_all_route: { cluster: NAME } },
  }
  return {
    title: 'the cluster of Envoy, and the filter redis_proxy that leads to it',
    text: JSON.stringify({ clusters: [{ name: NAME, ...cluster }], filter: { typed_config: proxy } }, null, 2),
  }
}

function hashingOf(spec: RingSpec) {
  const hash_balance_factor = spec.options?.hashBalanceFactor
  const bound = hash_balance_factor !== undefined && { common_lb_config: { consistent_hashing_lb_config: { hash_balance_factor } } }
  return { ...policyOf(spec), ...bound }
}

function policyOf({ algorithm, options = {} }: RingSpec) {
  if (algorithm === 'envoy-maglev')
    return { lb_policy: 'MAGLEV', ...(options.tableSize !== undefined && { maglev_lb_config: { table_size: options.tableSize } }) }
  const { minimumRingSize, maximumRingSize, function: hash_function } = options
  const config = { minimum_ring_size: minimumRingSize, maximum_ring_size: maximumRingSize, hash_function }
  return { lb_policy: 'RING_HASH', ...(Object.values(config).some((value) => value !== undefined) && { ring_hash_lb_config: config }) }
}

function endpointOf(node: RingNode) {
  return {
    endpoint: { address: placeOf(addressOf(node)) },
    load_balancing_weight: weightOf(node),
    ...(node.label !== undefined && { metadata: { filter_metadata: { 'envoy.lb': { hash_key: node.label } } } }),
    ...(isUp(node) ? {} : { health_status: 'DRAINING' }),
  }
}

/** `IP:PORT`, `[IPv6]:PORT`, or a pipe's path: Envoy hashes the host as it writes it, so that another spelling is another ring. */
function placeOf(address: string) {
  if (address.startsWith('/')) return { pipe: { path: address } }
  const [, six, host = six, port] = /^(?:\[([^\]]*:[^\]]*)\]|([^:[\]]+)):(\d{1,5})$/.exec(address) ?? []
  const port_value = Number(port)
  if (host === undefined || String(port_value) !== port || port_value > 65_535)
    throw new EvenkeelError('invalid', `An address, ${JSON.stringify(address.slice(0, 60))}, is not HOST:PORT or the path of a pipe`)
  return { socket_address: { address: host, port_value } }
}
