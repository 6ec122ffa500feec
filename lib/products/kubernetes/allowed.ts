import { z } from 'zod'
import { looked } from '../prerequisites.ts'
import type { Client } from './client.ts'
import { refusalError } from './refused.ts'
import { qualified, type Resource } from './resources.ts'

const PATH = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'
const WITHIN_MS = 5_000
const reviewShape = z.looseObject({ status: z.looseObject({ allowed: z.boolean() }) })

/** True, or why weights of this resource could not be applied, by a `SelfSubjectAccessReview`, which everybody who is signed in may ask for. */
export async function mayPatch(
  client: Client,
  resource: Resource,
  namespaces: readonly (string | undefined)[] = [undefined],
): Promise<true | string> {
  for (const namespace of namespaces) {
    const found = await asked(client, resource, namespace)
    if (found !== true) return found
  }
  return true
}

async function asked(client: Client, resource: Resource, namespace: string | undefined): Promise<true | string> {
  const { group, plural } = resource
  const spec = { resourceAttributes: { verb: 'patch', group, resource: plural, ...(namespace === undefined ? {} : { namespace }) } }
  let allowed = false
  const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec }
  const found = await looked(
    client
      .post(PATH, review, AbortSignal.timeout(WITHIN_MS))
      .then((answer) => {
        allowed = reviewShape.parse(answer).status.allowed
      })
      .catch((error: unknown) => {
        throw refusalError(error, { verb: 'patch', resource, namespace })
      }),
  )
  if (found !== true) return found
  return allowed || `RBAC does not allow "patch" on ${qualified(resource)}${namespace === undefined ? '' : ` in ${namespace}`}`
}
