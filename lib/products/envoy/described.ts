import { z } from 'zod'
import { EvenkeelError, malformed } from '../../model/error.ts'
import type { RingSpec } from '../../model/ring.ts'
import { firstWrong } from '../answers.ts'
import { addressShape, addressText, hashedAddress, pageOf, wireNumber } from './client.ts'
import { hashingOf } from './configDump.ts'
import { askedBy, isObject, type Use } from './routes.ts'

const endpoints = z.looseObject({
  lb_endpoints: z
    .array(
      z.looseObject({
        endpoint: z.looseObject({ address: addressShape, hostname: z.string().optional() }),
        load_balancing_weight: z.union([wireNumber, z.looseObject({ value: wireNumber })]).optional(),
        health_status: z.string().optional(),
        metadata: z.looseObject({ filter_metadata: z.record(z.string(), z.record(z.string(), z.unknown())).optional() }).optional(),
      }),
    )
    .min(1),
})

/** The ring hash of the first cluster in a JSON of EDS, of a cluster, or of its endpoints alone. */
export function describes(text: string): RingSpec | null {
  if (!text.trimStart().startsWith('{') || !text.includes('lb_endpoints')) return null
  const page = pageOf(text, 'configuration')
  const parsed = z.array(endpoints).safeParse(localitiesIn(page))
  if (!parsed.success) throw malformed(`the endpoints: ${firstWrong(parsed.error)}`, text)
  const hosts = parsed.data.flatMap(({ lb_endpoints }) => lb_endpoints)
  return {
    ...hashingIn(page),
    nodes: hosts.map(({ endpoint, load_balancing_weight: weight = 1, health_status: health, metadata }) => {
      const address = addressText(endpoint.address)
      if (address === null) throw malformed('an endpoint has an address of a kind that is not known', text)
      const key = metadata?.filter_metadata?.['envoy.lb']?.hash_key
      const label = typeof key === 'string' ? key : hashedAddress(endpoint.address)
      return {
        name: address,
        weight: typeof weight === 'number' ? weight : weight.value,
        ...(label === undefined ? {} : { label }),
        ...(health !== undefined && !['HEALTHY', 'UNKNOWN', 'DEGRADED'].includes(health) ? { state: 'drain' as const } : {}),
      }
    }),
  }
}

/** How the first cluster that names its policy hashes; a ring hash with Envoy's defaults where none does. Throws `malformed` where it makes no ring. */
function hashingIn(value: unknown): Pick<RingSpec, 'algorithm' | 'options'> {
  const cluster = clusterIn(value)
  const hashing = hashingOf(cluster ?? { lb_policy: 'RING_HASH' }, askedIn(value, cluster))
  if (!hashing?.known.ring) throw new EvenkeelError('malformed', `the cluster's policy makes no ring: ${hashing?.policy ?? 'none'}`)
  const { options, known } = hashing
  if ('because' in options) throw new EvenkeelError('malformed', `no ring tells where a key goes: ${options.because}`)
  return { algorithm: known.ring!, ...(Object.keys(options).length > 0 ? { options } : {}) }
}

/** What of the text leads to the cluster; a text of a cluster alone is taken for one that routes hash for. */
function askedIn(value: unknown, cluster: unknown): Set<Use> {
  const found = isObject(cluster) && typeof cluster.name === 'string' ? askedBy([value]).get(cluster.name) : undefined
  return found ?? new Set<Use>(['policy'])
}

function clusterIn(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  if ('lb_policy' in value || 'load_balancing_policy' in value) return value
  for (const inner of Object.values(value)) {
    const found = clusterIn(inner)
    if (found !== undefined) return found
  }
  return undefined
}

/** All localities of the first thing that has some: an assignment, the list of one, or a locality alone. */
function localitiesIn(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return []
  if ('lb_endpoints' in value) return [value]
  const found = Object.values(value).map((inner) => (Array.isArray(inner) ? inner.filter(hasHosts) : localitiesIn(inner)))
  const direct = found.find((list) => list.length > 0)
  if (direct) return direct
  for (const inner of Object.values(value)) {
    if (!Array.isArray(inner)) continue
    for (const one of inner) {
      const deeper = localitiesIn(one)
      if (deeper.length > 0) return deeper
    }
  }
  return []
}
const hasHosts = (value: unknown) => typeof value === 'object' && value !== null && 'lb_endpoints' in value
