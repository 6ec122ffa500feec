import { createHash } from 'node:crypto'
import { z } from 'zod'
import { EvenkeelError, malformed } from '../../model/error.ts'
import { addressShape, addressText } from './client.ts'

const endpointShape = z.looseObject({
  endpoint: z.looseObject({ address: addressShape.optional() }).optional(),
  load_balancing_weight: z.number().int().min(1).optional(),
})
const fileShape = z.looseObject({
  version_info: z.string().optional(),
  resources: z.array(
    z.looseObject({
      '@type': z.string(),
      cluster_name: z.string(),
      endpoints: z.array(z.looseObject({ lb_endpoints: z.array(endpointShape).default([]) })).default([]),
    }),
  ),
})
export type EdsFile = z.infer<typeof fileShape>

const ASSIGNMENT = 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment'

/** A DiscoveryResponse of ClusterLoadAssignments as JSON, unknown fields kept. */
export function parseEds(text: string): EdsFile {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw malformed('the EDS file is not JSON', text)
  }
  const parsed = fileShape.safeParse(json)
  if (!parsed.success) throw malformed(`the EDS file: ${z.prettifyError(parsed.error)}`, text)
  return parsed.data
}

/** The weight of one endpoint; 1 where none is written, as Envoy takes it. Throws `not_found`. */
export function edsWeight(file: EdsFile, pool: string, server: string): number {
  return endpointOf(file, pool, server).load_balancing_weight ?? 1
}

/** The file's text with other weights; `version_info` is made anew so that a consumer sees a new version. */
export function withWeights(file: EdsFile, edits: { pool: string; server: string; weight: number }[]): string {
  const next = structuredClone(file)
  for (const { pool, server, weight } of edits) endpointOf(next, pool, server).load_balancing_weight = weight
  next.version_info = versionOf(JSON.stringify(next.resources))
  return `${JSON.stringify(next, null, 2)}\n`
}

const versionOf = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 12)

function endpointOf(file: EdsFile, pool: string, server: string) {
  const assignment = file.resources.find((resource) => resource['@type'] === ASSIGNMENT && resource.cluster_name === pool)
  if (!assignment) throw new EvenkeelError('not_found', `the EDS file has no assignment for the cluster ${pool}`)
  for (const { lb_endpoints } of assignment.endpoints)
    for (const endpoint of lb_endpoints)
      if (endpoint.endpoint?.address && addressText(endpoint.endpoint.address) === server) return endpoint
  throw new EvenkeelError('not_found', `the EDS file has no endpoint ${server} in the cluster ${pool}`)
}

/**
 * The answer of a REST xDS endpoint that Envoy polls (`api_type: REST`, `/v3/discovery:endpoints`): only the clusters it asked for;
 * null (304) when it has that version already.
 */
export function discoveryResponse(text: string, request: { version_info?: string; resource_names?: string[] }): string | null {
  const file = parseEds(text)
  const version = file.version_info ?? versionOf(JSON.stringify(file.resources))
  if (request.version_info === version) return null
  const wanted = request.resource_names ?? []
  const resources = file.resources.filter((resource) => wanted.length === 0 || wanted.includes(resource.cluster_name))
  return JSON.stringify({ version_info: version, type_url: ASSIGNMENT, resources })
}
