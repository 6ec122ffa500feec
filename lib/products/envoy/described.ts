import { z } from 'zod'
import { malformed } from '../../model/error.ts'
import type { RingSpec } from '../../model/ring.ts'
import { firstWrong } from '../answers.ts'
import { addressShape, addressText, pageOf } from './client.ts'
import { hashingOf } from './configDump.ts'

const endpoints = z.looseObject({
  lb_endpoints: z
    .array(
      z.looseObject({
        endpoint: z.looseObject({ address: addressShape, hostname: z.string().optional() }),
        load_balancing_weight: z.union([z.number(), z.looseObject({ value: z.number() })]).optional(),
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
      const key = metadata?.filter_metadata?.['envoy.lb']?.hash_key
      return {
        name: address,
        weight: typeof weight === 'number' ? weight : weight.value,
        ...(typeof key === 'string' ? { label: key } : {}),
        ...(health !== undefined && !['HEALTHY', 'UNKNOWN', 'DEGRADED'].includes(health) ? { state: 'drain' as const } : {}),
      }
    }),
  }
}

/** How the first cluster that names its policy hashes; a ring hash with Envoy's defaults where none does. */
function hashingIn(value: unknown): Pick<RingSpec, 'algorithm' | 'options'> {
  const { policy, options } = hashingOf(clusterIn(value)) ?? {}
  return {
    algorithm: policy === 'MAGLEV' ? 'envoy-maglev' : 'envoy-ring-hash',
    ...(options && Object.keys(options).length > 0 ? { options } : {}),
  }
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
