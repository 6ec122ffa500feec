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

const requestShape = z.looseObject({ version_info: z.string().optional(), resource_names: z.array(z.string()).default([]) })

/** The body of a DiscoveryRequest. Throws `bad_request`. */
export function discoveryRequest(body: unknown): z.infer<typeof requestShape> {
  const parsed = requestShape.safeParse(body)
  if (!parsed.success) throw new EvenkeelError('bad_request', `a DiscoveryRequest: ${z.prettifyError(parsed.error)}`)
  return parsed.data
}

/** Several files as one; the version changes when any of them does. */
export function merged(texts: readonly string[]): EdsFile {
  const resources = texts.flatMap((text) => parseEds(text).resources)
  return { version_info: versionOf(JSON.stringify(resources)), resources }
}

/**
 * The answer of a REST xDS endpoint that Envoy polls (`api_type: REST`, `/v3/discovery:endpoints`): only the clusters it asked for;
 * null (304) when it has that version already.
 */
export function discoveryResponse(file: EdsFile, { version_info, resource_names }: z.infer<typeof requestShape>) {
  if (version_info !== undefined && version_info === file.version_info) return null
  const resources = file.resources.filter((resource) => resource_names.length === 0 || resource_names.includes(resource.cluster_name))
  return { version_info: file.version_info, type_url: ASSIGNMENT, resources }
}
