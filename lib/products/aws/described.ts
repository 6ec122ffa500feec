import { EvenkeelError } from '../../model/error.ts'
import type { Parsed } from '../../model/product.ts'
import type { NewRecord } from '../../model/record.ts'
import type { Capability, Pool, PoolServer } from '../../model/topology.ts'
import { printable } from '../answers.ts'
import { memoryOf } from './caches.ts'
import { sharedGroups } from './queries.ts'
import type { Balancer, CacheNode, Distribution, ForwardRule, Member, Parameters, Thing } from './things.ts'
import { zoneDescribed } from './zoneDescribed.ts'

/** The groups that AWS made itself: nobody can change them. */
export const isDefaultGroup = (name: string): boolean => name.startsWith('default.')

/** States in which a node answers; in any other it is down. */
const ANSWERS = new Set(['available', 'modifying', 'snapshotting', 'backing-up'])

/** What the description of one thing comes to. Throws `unreachable` where AWS itself says that it does not answer. Pure. */
export function described(thing: Thing, parameters: Parameters | null, at: number): Parsed {
  if (thing.of === 'cache') return cacheDescribed(thing, parameters, at)
  if (thing.of === 'zone') return zoneDescribed(thing)
  return thing.of === 'balancer' ? balancerDescribed(thing) : distributionDescribed(thing)
}

function cacheDescribed(node: CacheNode, parameters: Parameters | null, at: number): Parsed {
  if (!ANSWERS.has(node.status)) throw new EvenkeelError('unreachable', `ElastiCache says of it: ${printable(node.status.slice(0, 80))}`)
  const values = parameters?.values ?? {}
  const memory = parameters ? memoryOf(node, parameters) : undefined
  const connections = Number(values.maxclients ?? values.max_simultaneous_connections)
  return {
    samples: [
      ...(memory === undefined ? [] : [{ metric: 'cache_memory_max_bytes', value: memory }]),
      ...(connections > 0 ? [{ metric: 'cache_connections_max', value: connections }] : []),
    ],
    records: Object.entries(values).map(
      ([name, value]): NewRecord => ({
        kind: 'fact',
        id: `config/${printable(name.slice(0, 80))}`,
        at,
        value: printable(value.slice(0, 200)),
      }),
    ),
    topology: {
      facts: {
        ...(node.version && { version: `${node.engine} ${node.version}` }),
        ...(node.group !== null && node.role !== null && { replication: { id: node.group, role: node.role } }),
      },
      capabilities: [settingsOf(node, parameters), ...(node.pendingReboot ? [PENDING] : [])],
    },
  }
}

const PENDING: Capability = {
  feature: 'parameters in force',
  available: false,
  because: 'some changed parameters wait for a reboot of this node (pending-reboot)',
}

function settingsOf({ parameterGroup: group }: CacheNode, parameters: Parameters | null): Capability {
  const feature = 'parameters'
  if (group === null) return { feature, available: false, because: 'ElastiCache names no parameter group of it' }
  if (!parameters)
    return { feature, available: false, because: `the parameters of ${group} cannot be read (elasticache:DescribeCacheParameters)` }
  if (isDefaultGroup(group))
    return {
      feature,
      available: false,
      because: `${group} is AWS's own and cannot be changed: create a parameter group of your own and assign it`,
    }
  return { feature, available: true, because: `of the parameter group ${group}, for every node that has it` }
}

/** A rule that forwards is a pool, its target groups are the servers. */
function balancerDescribed(balancer: Balancer): Parsed {
  if (balancer.status !== 'active' && balancer.status !== 'active_impaired')
    throw new EvenkeelError('unreachable', `Elastic Load Balancing says of it: ${printable(balancer.status.slice(0, 80))}`)
  const shared = sharedGroups(balancer)
  const pools = balancer.rules.map((rule) => poolOf(rule, shared))
  const samples = pools.flatMap(({ name: pool, servers }) =>
    servers.flatMap(({ name: server, weightSet, weightEffective, state }) => {
      const labels = { pool, server }
      return [
        { metric: 'pool_weight_set', labels, value: weightSet },
        { metric: 'pool_weight_effective', labels, value: weightEffective },
        { metric: 'pool_up', labels, value: state === 'up' ? 1 : 0 },
      ]
    }),
  )
  return { samples, records: [], topology: { pools } }
}

/** The largest weight of a target group. */
export const WEIGHT_MAX = 999

function poolOf({ name, words, members, stickySeconds }: ForwardRule, shared: ReadonlySet<string>): Omit<Pool, 'target'> {
  const single = members.length < 2
  const unknown = members.flatMap(({ arn, name }) =>
    shared.has(arn)
      ? [`${name} also serves another rule: CloudWatch counts its requests together, so that those of this rule are not known`]
      : [],
  )
  return {
    name,
    algorithm: `weighted forward (${printable(words.slice(0, 200))})`,
    balances: 'weight',
    can: {
      weight: single ? { because: 'it forwards to one target group: a weight changes nothing there' } : true,
      state: { because: 'a target group has a weight and no state of its own: weight 0 takes it out' },
      slowStart: {
        because: "each stage would be a request to AWS; a target group's own slow start (slow_start.duration_seconds) does this",
      },
    },
    weightMax: WEIGHT_MAX,
    ...(stickySeconds !== null && { sticky: `target group stickiness, ${stickySeconds} s` }),
    ...(unknown.length > 0 && { unknown }),
    servers: members.map(serverOf),
  }
}

function serverOf({ name, weight, healthy }: Member, index: number): PoolServer {
  const state = stateOf(healthy)
  return {
    name,
    address: healthy ? `${healthy.up} of ${healthy.of} targets healthy` : '',
    id: index + 1,
    weightSet: weight,
    weightEffective: state === 'up' ? weight : 0,
    state,
  }
}

/** A group without healthy targets is down. (With none healthy in a group AWS sends to all of them, hoping.) */
function stateOf(healthy: Member['healthy']): PoolServer['state'] {
  if (!healthy || healthy.up > 0) return 'up'
  return healthy.of > 0 && healthy.draining === healthy.of ? 'drain' : 'down'
}

function distributionDescribed({ enabled, status, readsOnly }: Distribution): Parsed {
  if (!enabled) throw new EvenkeelError('unreachable', 'the distribution is switched off')
  const capabilities: Capability[] = [
    readsOnly
      ? {
          feature: 'hits',
          available: true,
          because: 'from requests, errors and the hit rate (one of the additional metrics, which cost extra)',
        }
      : {
          feature: 'hits',
          available: false,
          because: 'a behaviour takes POST or PUT, which the hit rate leaves out: the rate is shown, and no counts are made of it',
        },
    { feature: 'settings', available: false, because: 'Evenkeel writes nothing to CloudFront' },
  ]
  return {
    samples: [],
    records: [],
    topology: { capabilities: status === 'Deployed' ? capabilities : [...capabilities, DEPLOYING] },
  }
}

const DEPLOYING: Capability = { feature: 'deployment', available: false, because: 'a change of the distribution is being deployed' }
