import type { RingNode, RingSpec } from '../../model/ring.ts'
import { addressOf, isUp, liveNodes, sum, weightOf } from '../algorithm.ts'
import { envoyHosts, envoyKey } from '../algorithms/envoy.ts'
import { envoyPlaces, RING_SIZE_MAX, RING_SIZE_MIN, ringCounts, ringScale } from '../algorithms/envoyRingHash.ts'
import { haproxyIds, haproxyNumber } from '../algorithms/haproxy.ts'
import { POINTS_PER_WEIGHT as HAPROXY_POINTS, haproxyBegin, haproxyPlaces } from '../algorithms/haproxyConsistent.ts'
import { ketamaCounts } from '../algorithms/ketama.ts'
import { POINTS_PER_WEIGHT as NGINX_POINTS, nginxPlaces } from '../algorithms/nginxConsistent.ts'
import { twemproxyCounts, twemproxyName, twemproxyNumber } from '../algorithms/twemproxy.ts'
import { shardNumber, shardPlaces, shardReplicas } from '../algorithms/varnish.ts'
import { algorithms } from '../algorithms.ts'
import { bytesOf } from '../hashes/bytes.ts'
import { crc32 } from '../hashes/crc32.ts'
import { md5First } from '../hashes/md5.ts'
import { oneAtATime } from '../hashes/twemproxy.ts'
import { xxh64 } from '../hashes/xxh64.ts'
import { ketamaPlaces, POINTS_PER_MD5, withoutUsualPort } from '../ketamaPoints.ts'
import type { NestedCircle } from './circleState.ts'
import type { Demand } from './demand.ts'

/** A ring that is a circle, and how its setting makes the counts. */
export type CircleSetting = {
  circle: NestedCircle
  /** Only for rings whose program shares a number of points out over all weights: what it gives each node for these. */
  countsOf?(weights: readonly number[]): number[]
}

/** Units a node may have, by default: half more than the most now, twice the mean, and ten where weights of 1 leave no room. */
const usualMax = (counts: readonly number[], least = 0) =>
  Math.ceil(Math.max(least, 1.5 * Math.max(...counts), (2 * sum(counts)) / counts.length))

/** Points that are placed in all, beyond those that are there now: each costs a microsecond. */
const ROOM = 600_000
/** More than a light node could use. Nobody gains by raising a heavy one. */
const HEADROOM = 1.25

type Question = { spec: RingSpec; bounds: { min?: number; max?: number }; demand: Demand; allowed: number }

/** The ring as counts of points in a fixed order; null where its setting makes no such circle. */
export function circleOf(question: Question): CircleSetting | null {
  const { spec } = question
  switch (spec.algorithm) {
    case 'ketama':
      // The others place the dead too, or let the last of equal points count: their rings are tried whole.
      if (!['libketama', 'hashring', undefined].includes(spec.options?.client)) return null
      return weighsMemory(spec)
        ? shared(question, 4, ketamaCounts(spec), (weights) => ketamaCounts(withWeights(spec, weights)), {
            places: (node, count) => ketamaPlaces(addressOf(spec.nodes[node]!), count),
            hash: (key) => md5First(bytesOf(key)),
          })
        : direct(question, 1, ketamaCounts(spec), {
            places: (node, count) => ketamaPlaces(addressOf(spec.nodes[node]!), count),
            hash: (key) => md5First(bytesOf(key)),
          })
    case 'nginx-consistent':
      return direct(question, NGINX_POINTS, spec.nodes.map(weightOf), {
        places: (node, count) => nginxPlaces(spec.nodes[node]!, count),
        hash: (key) => crc32(bytesOf(key)),
      })
    case 'haproxy-consistent': {
      const ids = haproxyIds(spec)
      return direct(question, HAPROXY_POINTS, spec.nodes.map(weightOf), {
        rule: 'nearest',
        places: (node, count) => haproxyPlaces(haproxyBegin(spec, node, ids[node]!), count),
        hash: haproxyNumber(spec).hash,
      })
    }
    case 'varnish-shard':
      // Behind the last point there is no wrap: about one key in as many as there are points goes elsewhere than these counts say.
      return direct(question, shardReplicas(spec), spec.nodes.map(weightOf), {
        places: (node, count) => shardPlaces(spec.nodes[node]!, count),
        hash: shardNumber(spec),
      })
    case 'twemproxy-ketama':
      return shared(question, POINTS_PER_MD5, twemproxyCounts(spec), (weights) => twemproxyCounts(withWeights(spec, weights)), {
        places: (node, count) => ketamaPlaces(twemproxyName(spec.nodes[node]!), count),
        hash: twemproxyNumber(spec).hash,
      })
    case 'libmemcached':
      return shared(question, POINTS_PER_MD5, twemproxyCounts(spec), (weights) => twemproxyCounts(withWeights(spec, weights)), {
        places: (node, count) => ketamaPlaces(withoutUsualPort(addressOf(spec.nodes[node]!)), count),
        hash: (key) => (spec.options?.weighted === true ? md5First : oneAtATime)(bytesOf(key)),
      })
    case 'envoy-ring-hash':
      return envoyCircle(question)
    default:
      return null
  }
}

/** libketama and hashring are told weights ("memory"); Evenkeel's own rings, points. */
export const weighsMemory = ({ algorithm, nodes, options }: RingSpec): boolean =>
  algorithm === 'ketama' &&
  nodes.every(({ points }) => points === undefined) &&
  (options?.client !== undefined || nodes.some(({ weight }) => weight !== undefined))

export const withWeights = (spec: RingSpec, weights: readonly number[]): RingSpec => ({
  ...spec,
  nodes: spec.nodes.map((node, i) => (weights[i] === weightIn(spec, node) ? node : { ...node, weight: weights[i]! })),
})

/** A node's weight, where none is given the usual one of this ring. */
export const weightIn = (spec: RingSpec, node: RingNode): number => node.weight ?? algorithms[spec.algorithm].usualWeight?.(spec) ?? 1

type Points = Pick<NestedCircle, 'hash'> & { rule?: NestedCircle['rule']; places(node: number, count: number): Float64Array }

/** Units that each node may come to have. */
function mostOf({ demand, allowed }: Question, unit: number, counts: readonly number[], highest: number): number[] {
  const room = Math.floor(ROOM / unit / counts.length)
  return counts.map((count, i) => {
    if (count === 0) return 0
    const useful = demand.seen[i]! > 0 ? (HEADROOM * count * allowed) / demand.seen[i]! + 1 : highest
    return Math.max(count, Math.min(highest, Math.ceil(useful), Math.max(room, count + 1)))
  })
}

/** The counts are the setting itself. */
function direct(
  question: Question,
  unit: number,
  settings: readonly number[],
  { rule = 'successor', places, hash }: Points,
): CircleSetting {
  const { spec, bounds } = question
  const counts = spec.nodes.map((node, i) => (isUp(node) ? settings[i]! : 0))
  const max = mostOf(question, unit, counts, bounds.max ?? usualMax(counts, unit === 1 ? 0 : 10))
  const min = counts.map((count) => Math.min(count, bounds.min ?? 1))
  return { circle: { rule, unit, counts, min, max, places: max.map((most, node) => places(node, most * unit)), hash } }
}

/** The program shares a fixed number of hashes out over the weights of all nodes and rounds down: only their sum is given. */
function shared(
  question: Question,
  unit: number,
  points: readonly number[],
  countsOf: (weights: readonly number[]) => number[],
  { places, hash }: Points,
): CircleSetting {
  const { spec } = question
  const counts = points.map((count) => count / unit)
  const live = spec.nodes.filter(isUp).length
  // Rounding down takes less than one from each. At the very top each would have to come out whole, which floats do not promise.
  const band = [HASHES_PER_NODE * live - Math.floor(0.8 * live), HASHES_PER_NODE * live - 1] as const
  const max = mostOf(question, unit, counts, usualMax(counts))
  const circle: NestedCircle = {
    rule: 'successor',
    unit,
    counts,
    min: counts.map((count) => Math.min(count, 1)),
    max,
    band,
    places: max.map((most, node) => places(node, most * unit)),
    hash,
  }
  return { circle, countsOf: (weights) => countsOf(weights).map((count) => count / unit) }
}
/** MD5s a node, of four points each. */
const HASHES_PER_NODE = 40

/**
 * Envoy scales the weights until the lightest host has a whole number of points: weights that are counts come out as they are while their
 * sum is at least the ring's least size, and below that by less than the lightest host's part more.
 */
function envoyCircle(question: Question): CircleSetting {
  const { spec } = question
  const { minimumRingSize: least = RING_SIZE_MIN, maximumRingSize: most = RING_SIZE_MAX } = spec.options ?? {}
  const live = liveNodes(spec)
  const countsOf = (weights: readonly number[]): number[] => {
    const hosts = envoyHosts(withWeights(spec, weights))
    const counts = new Array<number>(weights.length).fill(0)
    for (const [at, count] of ringCounts(hosts, ringScale(hosts, least, most)).entries()) counts[hosts[at]!.index] = count
    return counts
  }
  const counts = countsOf(spec.nodes.map(weightOf))
  const lightest = Math.ceil(least / live.length)
  const max = mostOf(question, 1, counts, usualMax(counts))
  const circle: NestedCircle = {
    rule: 'successor',
    unit: 1,
    counts,
    min: counts.map((count) => Math.min(count, 1)),
    max,
    band: [least, Math.min(most, lightest > 1 ? Math.ceil((least * lightest) / (lightest - 1)) - 1 : most)],
    places: max.map((count, node) => envoyPlaces(envoyKey(spec.nodes[node]!), count, spec.options?.function)),
    hash: (key) => xxh64(bytesOf(key)).hi >>> 0,
  }
  return { circle, countsOf }
}
