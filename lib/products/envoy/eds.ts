import { createHash } from 'node:crypto'
import { z } from 'zod'
import { EvenkeelError, malformed } from '../../model/error.ts'
import { parseJson } from '../../model/json.ts'
import { firstWrong } from '../answers.ts'
import { addressShape, addressText } from './client.ts'

const endpointShape = z.looseObject({
  endpoint: z.looseObject({ address: addressShape.optional() }).optional(),
  health_status: z.string().optional(),
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
    json = parseJson(text)
  } catch {
    throw malformed('the EDS file is not JSON', text)
  }
  const parsed = fileShape.safeParse(json)
  if (!parsed.success) throw malformed(`the EDS file: ${firstWrong(parsed.error)}`, text)
  return parsed.data
}

/** The names under which assignments stand in the file: a cluster's own, or its `service_name`. */
export const assigned = (file: EdsFile): string[] =>
  file.resources.flatMap((resource) => (resource['@type'] === ASSIGNMENT ? [resource.cluster_name] : []))

/** What the file says of one endpoint; Envoy takes weight 1 where none is written. Throws `not_found`. */
export function edsEndpoint(file: EdsFile, assignment: string, server: string): { weight: number; draining: boolean } {
  const { load_balancing_weight = 1, health_status } = endpointOf(file, assignment, server)
  return { weight: load_balancing_weight, draining: health_status === 'DRAINING' }
}

export type EdsEdit = { assignment: string; server: string; weight?: number; draining?: boolean }

/** The file's text with other weights and states; `version_info` is made anew so that a consumer sees a new version. */
export function withEdits(file: EdsFile, edits: readonly EdsEdit[]): string {
  const next = structuredClone(file)
  for (const { assignment, server, weight, draining } of edits) {
    const endpoint = endpointOf(next, assignment, server)
    if (weight !== undefined) endpoint.load_balancing_weight = weight
    if (draining === true) endpoint.health_status = 'DRAINING'
    // UNKNOWN, which Envoy takes for healthy.
    if (draining === false && endpoint.health_status === 'DRAINING') delete endpoint.health_status
  }
  next.version_info = versionOf(next.resources)
  return `${JSON.stringify(next, null, 2)}\n`
}

const versionOf = (resources: unknown) => createHash('sha256').update(JSON.stringify(resources)).digest('hex').slice(0, 12)

function endpointOf(file: EdsFile, assignment: string, server: string) {
  const found = file.resources.find((resource) => resource['@type'] === ASSIGNMENT && resource.cluster_name === assignment)
  if (!found) throw new EvenkeelError('not_found', `the EDS file has no assignment for the cluster ${assignment}`)
  for (const { lb_endpoints } of found.endpoints)
    for (const endpoint of lb_endpoints)
      if (endpoint.endpoint?.address && addressText(endpoint.endpoint.address) === server) return endpoint
  throw new EvenkeelError('not_found', `the EDS file has no endpoint ${server} in the cluster ${assignment}`)
}

const requestShape = z.looseObject({
  version_info: z.string().default(''),
  resource_names: z.array(z.string()).default([]),
  node: z.looseObject({ id: z.string().default(''), cluster: z.string().default('') }).default({ id: '', cluster: '' }),
  /** `google.rpc.Status` of a response that Envoy has refused. */
  error_detail: z.looseObject({ message: z.string().default('') }).optional(),
})
export type DiscoveryRequest = z.infer<typeof requestShape>

/** The body of a DiscoveryRequest. Throws `bad_request`. */
export function discoveryRequest(body: unknown): DiscoveryRequest {
  const parsed = requestShape.safeParse(body)
  if (!parsed.success) throw new EvenkeelError('bad_request', `a DiscoveryRequest: ${firstWrong(parsed.error)}`)
  return parsed.data
}

/**
 * The answer of a REST xDS endpoint that Envoy polls (`api_type: REST`, `/v3/discovery:endpoints`): only the clusters it asked for; null (304)
 * when it has them already. The version is of what is answered, so that a change of one cluster causes no update for consumers of another.
 */
export function discoveryResponse(files: readonly EdsFile[], { version_info, resource_names }: DiscoveryRequest) {
  const asked = new Set(resource_names)
  const wanted = files.flatMap((file) => file.resources).filter((resource) => asked.size === 0 || asked.has(resource.cluster_name))
  const known = new Set<string>()
  const twice = wanted.map((resource) => resource.cluster_name).find((name) => known.size === known.add(name).size)
  if (twice) throw new EvenkeelError('invalid', `two files hold the cluster ${twice}: name each Envoy's own \`eds: { node: … }\``)
  const version = versionOf(wanted)
  return version_info === version ? null : { version_info: version, type_url: ASSIGNMENT, resources: wanted }
}
