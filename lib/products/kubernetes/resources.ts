/** A resource type of the API, and what a cluster lacks that does not serve it. */
export type Resource = { group: string; version: string; plural: string; missing: string }

const CORE = 'it is no Kubernetes API server'

export const SERVICES: Resource = { group: '', version: 'v1', plural: 'services', missing: CORE }
export const SECRETS: Resource = { group: '', version: 'v1', plural: 'secrets', missing: CORE }
export const SLICES: Resource = {
  group: 'discovery.k8s.io',
  version: 'v1',
  plural: 'endpointslices',
  missing: 'Kubernetes has them from 1.21 on',
}
export const ROUTES: Resource = {
  group: 'gateway.networking.k8s.io',
  version: 'v1',
  plural: 'httproutes',
  missing: 'the CRDs of the Gateway API (1.0 or newer) are not installed',
}
export const INGRESSES: Resource = {
  group: 'networking.k8s.io',
  version: 'v1',
  plural: 'ingresses',
  missing: 'Kubernetes has them from 1.19 on',
}

/** As RBAC and kubectl name it: `httproutes.gateway.networking.k8s.io`. */
export const qualified = ({ group, plural }: Resource): string => (group === '' ? plural : `${plural}.${group}`)

const base = ({ group, version }: Resource) => (group === '' ? `/api/${version}` : `/apis/${group}/${version}`)

/** The collection of one namespace, or of all. */
export const collectionPath = (resource: Resource, namespace?: string): string =>
  `${base(resource)}${namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`}/${resource.plural}`

export const objectPath = (resource: Resource, namespace: string, name: string): string =>
  `${collectionPath(resource, namespace)}/${encodeURIComponent(name)}`
