import type { RingAlgorithm, RingOptions } from '../../model/ring.ts'
import type { Pool } from '../../model/topology.ts'
import { isObject } from './routes.ts'

type Json = Record<string, unknown>

/** A cluster's load balancing policy: its name as `lb_policy` writes it, and the settings that belong to it. */
export type Policy = {
  name: string
  settings: Json
  /** Inside `wrr_locality`: the localities' weights come first. */
  byLocality: boolean
}

/** `Cluster.LbPolicy` by its number, as an encoder without names writes it. */
const NUMBERED = [
  'ROUND_ROBIN',
  'LEAST_REQUEST',
  'RING_HASH',
  'RANDOM',
  'ORIGINAL_DST_LB',
  'MAGLEV',
  'CLUSTER_PROVIDED',
  'LOAD_BALANCING_POLICY_CONFIG',
]
const LEGACY: Record<string, string> = {
  RING_HASH: 'ring_hash_lb_config',
  MAGLEV: 'maglev_lb_config',
  ROUND_ROBIN: 'round_robin_lb_config',
  LEAST_REQUEST: 'least_request_lb_config',
}
/** Policies within policies: Envoy itself allows a few. */
const DEPTH_MAX = 5

/** The policy of a cluster: of newer Envoys an extension, `type.googleapis.com/envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash`. */
export function policyOf(cluster: Json): Policy {
  if (cluster.load_balancing_policy !== undefined) return extensionOf(cluster.load_balancing_policy, 0)
  const { lb_policy = 'ROUND_ROBIN' } = cluster
  const name = typeof lb_policy === 'number' ? NUMBERED[lb_policy] : typeof lb_policy === 'string' ? lb_policy : undefined
  const own = cluster[LEGACY[name ?? ''] ?? '']
  const common = isObject(cluster.common_lb_config) ? cluster.common_lb_config : {}
  const settings = isObject(own) ? own : {}
  const shared = ['consistent_hashing_lb_config', 'locality_weighted_lb_config', 'zone_aware_lb_config'].filter(
    (key) => common[key] !== undefined,
  )
  return {
    name: name ?? 'unknown',
    settings: { ...Object.fromEntries(shared.map((key) => [key, common[key]])), ...settings },
    byLocality: false,
  }
}

function extensionOf(value: unknown, depth: number): Policy {
  const policies = isObject(value) ? value.policies : undefined
  const first = Array.isArray(policies) && isObject(policies[0]) ? policies[0].typed_extension_config : undefined
  const typed = isObject(first) && isObject(first.typed_config) ? unwrapped(first.typed_config) : {}
  const name = /load_balancing_policies\.(\w+)\./.exec(String(typed['@type']))?.[1]?.toUpperCase() ?? 'unknown'
  if (name === 'WRR_LOCALITY' && depth < DEPTH_MAX) return { ...extensionOf(typed.endpoint_picking_policy, depth + 1), byLocality: true }
  return { name, settings: typed, byLocality: false }
}

/** A `TypedStruct` says the type beside the value. */
const unwrapped = (typed: Json): Json =>
  typeof typed.type_url === 'string' && isObject(typed.value) ? { ...typed.value, '@type': typed.type_url } : typed

/** What shares follow; `even`: every host alike, whatever it weighs. */
type Balances = Pool['balances'] | 'even'
type Known = { balances: Balances; because?: string; weightless?: string; ring?: RingAlgorithm }

const KNOWN: Record<string, Known> = {
  ROUND_ROBIN: { balances: 'weight' },
  LEAST_REQUEST: { balances: 'load' },
  RANDOM: { balances: 'even', weightless: 'random picks every host alike, whatever it weighs' },
  RING_HASH: { balances: 'hash', ring: 'envoy-ring-hash' },
  MAGLEV: { balances: 'hash', ring: 'envoy-maglev' },
  RENDEZVOUS_HASH: { balances: 'hash', ring: 'rendezvous' },
  CLIENT_SIDE_WEIGHTED_ROUND_ROBIN: {
    balances: 'unknown',
    because: 'its hosts are weighed by the load that they report themselves (ORCA); weights of endpoints do nothing',
    weightless: 'its weights come from what the hosts report (ORCA): those of endpoints do nothing',
  },
  PICK_FIRST: {
    balances: 'unknown',
    because: 'pick_first sends everything to the first host that answers',
    weightless: 'pick_first sends everything to one host: weights do nothing',
  },
  SUBSET: {
    balances: 'unknown',
    because: 'its hosts are divided into subsets by their metadata: shares follow what each request asks for',
  },
  CLUSTER_PROVIDED: { balances: 'unknown', because: 'the cluster itself chooses its host (CLUSTER_PROVIDED)' },
  ORIGINAL_DST_LB: { balances: 'unknown', because: 'each request goes where its connection was meant to go (original destination)' },
}

export function knownPolicy(policy: Policy): Known {
  const { name } = policy
  const known = Object.hasOwn(KNOWN, name) ? KNOWN[name] : undefined
  if (!known) return { balances: 'unknown', because: `the balancing policy ${name.toLowerCase().slice(0, 80)} is not known here` }
  return name === 'CLIENT_SIDE_WEIGHTED_ROUND_ROBIN' ? { ...known, because: `${known.because}. ${reportsText(policy)}` } : known
}

/** How hosts report their load, and since when a report counts (client_side_weighted_round_robin.proto). */
function reportsText({ settings }: Policy): string {
  const time = (key: string, usual: string) => (typeof settings[key] === 'string' ? settings[key].slice(0, 20) : usual)
  const how =
    bare(settings.enable_oob_load_report) === true
      ? `apart from answers, each ${time('oob_reporting_period', '10s')}`
      : 'with their answers'
  return `They report ${how}; a report counts from ${time('blackout_period', '10s')} after the first on, and for ${time('weight_expiration_period', '180s')} after the last`
}

const consistentOf = ({ settings }: Policy): Json =>
  isObject(settings.consistent_hashing_lb_config) ? settings.consistent_hashing_lb_config : {}

/** The cluster itself names what its requests are hashed by. */
export const hashesItself = (policy: Policy): boolean => {
  const { hash_policy } = consistentOf(policy)
  return Array.isArray(hash_policy) && hash_policy.length > 0
}

export const hashesHostnames = (policy: Policy): boolean =>
  consistentOf(policy).use_hostname_for_hashing === true || policy.settings.use_hostname_for_hashing === true

/** Whether localities have weights of their own, or the nearest are preferred. */
export function localitiesOf({ settings, byLocality }: Policy): { weighted: boolean } {
  const within = isObject(settings.locality_lb_config) ? settings.locality_lb_config : {}
  return { weighted: byLocality || settings.locality_weighted_lb_config !== undefined || within.locality_weighted_lb_config !== undefined }
}

/** A new host gets its share slowly. */
export const startsSlowly = ({ settings }: Policy): boolean => isObject(settings.slow_start_config)

/** A wrapped number of protobuf, bare as its JSON has it or as `{ value: N }`. */
const bare = (value: unknown) => (isObject(value) ? value.value : value)

const COMMON = [
  '@type',
  'consistent_hashing_lb_config',
  'use_hostname_for_hashing',
  'hash_balance_factor',
  'locality_weighted_lb_config',
  'locality_lb_config',
  'zone_aware_lb_config',
]
const OWN: Record<string, string[]> = {
  RING_HASH: ['minimum_ring_size', 'maximum_ring_size', 'hash_function'],
  MAGLEV: ['table_size'],
  RENDEZVOUS_HASH: [],
}
const CONSISTENT = ['use_hostname_for_hashing', 'hash_balance_factor', 'hash_policy']
const FUNCTIONS = ['XX_HASH', 'MURMUR_HASH_2']

/** The options of the ring that a hashing policy makes, or why none tells where a key goes. */
export function ringOptions(policy: Policy): RingOptions | { because: string } {
  const { name, settings } = policy
  const consistent = consistentOf(policy)
  const strange =
    Object.keys(settings).find((key) => !COMMON.includes(key) && !OWN[name]?.includes(key)) ??
    Object.keys(consistent).find((key) => !CONSISTENT.includes(key))
  if (strange !== undefined) return { because: `its setting ${strange.slice(0, 80)} is not known here` }
  const factor = Number(bare(settings.hash_balance_factor ?? consistent.hash_balance_factor) ?? 0)
  if (factor !== 0 && name === 'RENDEZVOUS_HASH')
    return { because: 'hash_balance_factor bounds the load of each host: a key goes elsewhere while its own host is busy' }
  const wrong = (key: string) => ({ because: `its ${key} is not understood` })
  const size = (key: string): number | undefined | null => {
    const value = settings[key]
    if (value === undefined) return undefined
    const number = Number(value)
    return Number.isInteger(number) && number > 0 && number <= SIZE_MAX ? number : null
  }
  const sizes = { minimumRingSize: size('minimum_ring_size'), maximumRingSize: size('maximum_ring_size'), tableSize: size('table_size') }
  if (Object.values(sizes).includes(null)) return wrong('ring or table size')
  if (factor !== 0 && !(Number.isInteger(factor) && factor >= 100 && factor < 2 ** 32)) return wrong('hash_balance_factor')
  const { hash_function: named = 'XX_HASH' } = settings
  if (named !== 'DEFAULT_HASH' && !FUNCTIONS.includes(named as string)) return wrong('hash_function')
  const options: RingOptions = {
    minimumRingSize: sizes.minimumRingSize ?? undefined,
    maximumRingSize: sizes.maximumRingSize ?? undefined,
    tableSize: sizes.tableSize ?? undefined,
    function: settings.hash_function === undefined || named === 'DEFAULT_HASH' ? undefined : (named as 'XX_HASH' | 'MURMUR_HASH_2'),
    hashBalanceFactor: factor === 0 ? undefined : factor,
    ...(name === 'RENDEZVOUS_HASH' ? { client: 'envoy' as const } : {}),
  }
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}
/** Envoy's own limit of both. */
const SIZE_MAX = 8_388_608
