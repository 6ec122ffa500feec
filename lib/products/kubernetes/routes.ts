import { z } from 'zod'
import type { Pool, PoolServer } from '../../model/topology.ts'
import type { KubeObject } from './objects.ts'
import { isApplied, ownedText, ownerOf } from './owner.ts'
import { routePool } from './settings.ts'

/** `BackendRef` of the Gateway API: a Service unless it says otherwise, of weight 1 unless it says otherwise. */
const backendShape = z.looseObject({
  group: z.string().optional(),
  kind: z.string().optional(),
  name: z.string().min(1),
  namespace: z.string().optional(),
  port: z.number().optional(),
  weight: z.number().int().min(0).optional(),
})
export type BackendRef = z.output<typeof backendShape>

const routeShape = z.looseObject({
  spec: z.looseObject({
    rules: z.array(z.looseObject({ name: z.string().optional(), backendRefs: z.array(backendShape).default([]) })).default([]),
  }),
  status: z
    .looseObject({
      parents: z.array(z.looseObject({ conditions: z.array(z.looseObject({ type: z.string(), status: z.string() })).default([]) })),
    })
    .optional()
    .catch(undefined),
})

export const WEIGHT_MAX = 1_000_000
const DEFAULT_WEIGHT = 1
/** One backend is no single point of failure. */
export const EACH_A_SERVICE = 'each backend is a Service, with any number of pods behind it'
export const RULES_FIELD = ['f:spec', 'f:rules']

/** A rule of a route: its name in settings, where it stands, and its backends by the names that settings give them. */
export type Rule = { name: string; index: number; backends: Map<string, { index: number; ref: BackendRef; weight: number }> }

/** The rules that have backends; null for an object that is no route. */
export function rulesOf(route: KubeObject): Rule[] | null {
  const parsed = routeShape.safeParse(route)
  if (!parsed.success) return null
  const { rules } = parsed.data.spec
  const given = rules.map(({ name }) => name)
  return rules.flatMap(({ name, backendRefs }, index) => {
    if (backendRefs.length === 0) return []
    // A name of digits alone could be taken for the place of another rule.
    const named = name !== undefined && !/^\d+$/.test(name) && given.indexOf(name) === given.lastIndexOf(name)
    const names = backendNames(backendRefs)
    const backends = backendRefs.map((ref, at) => [names[at]!, { index: at, ref, weight: ref.weight ?? DEFAULT_WEIGHT }] as const)
    return [{ name: named ? name : String(index), index, backends: new Map(backends) }]
  })
}

/** By Service alone where that tells them apart, else with port, namespace and place. */
function backendNames(refs: readonly BackendRef[]): string[] {
  const forms = [
    ({ name }: BackendRef) => name,
    ({ name, port }: BackendRef) => `${name}:${port ?? ''}`,
    ({ namespace, name, port }: BackendRef) => `${namespace ?? ''}:${name}:${port ?? ''}`,
  ]
  return refs.map((ref, index) => {
    const form = forms.find((one) => refs.filter((other) => one(other) === one(ref)).length === 1)
    return form ? form(ref) : `${ref.name}#${index}`
  })
}

/** Whether a Service has an endpoint that takes requests; null where that is not known. */
export type Serves = (namespace: string, service: string) => boolean | null

/** Each rule with backends is a pool: the API splits its requests by weight (`BackendRef.weight`). */
export function routePools(route: KubeObject, serves: Serves): Omit<Pool, 'target'>[] {
  const { namespace = '', name } = route.metadata
  const rules = rulesOf(route)
  if (rules === null) return []
  const owner = ownerOf(route, RULES_FIELD)
  const where = `HTTPRoute ${namespace}/${name}`
  const notAccepted = isAccepted(route) ? [] : ['no Gateway has accepted this route: its weights do nothing now']
  const lasting = owner
    ? `${owner.name} owns these weights (${owner.sign})`
    : isApplied(route)
      ? 'a weight set here is lost when the manifest of the route is applied again'
      : null
  return rules.map((rule) => {
    const servers = [...rule.backends].map(([backend, at]) => serverOf(backend, at, namespace, serves))
    const unseen = servers.some(({ known }) => !known) ? ['whether all of its backends have endpoints is not known'] : []
    const unknown = [...notAccepted, ...unseen]
    return {
      name: routePool(namespace, name, rule.name),
      algorithm: 'weighted backends',
      balances: 'weight',
      can: {
        weight: owner === null || { because: ownedText(owner, where) },
        state: { because: 'a route has no drain: set the weight to 0' },
        slowStart: { because: 'a route does not take a backend out: it has weights alone' },
      },
      weightMax: WEIGHT_MAX,
      serversBecause: EACH_A_SERVICE,
      ...(lasting === null
        ? {}
        : {
            lasting: {
              because: lasting,
              section: `${where}, spec.rules[${rule.index}].backendRefs:`,
              line: '- { name: NAME, weight: WEIGHT } # its other keys stay',
            },
          }),
      ...(unknown.length > 0 ? { unknown } : {}),
      servers: servers.map(({ server }) => (owner?.moves ? { ...server, otherWriter: owner.name } : server)),
    }
  })
}

function serverOf(
  name: string,
  { index, ref, weight }: { index: number; ref: BackendRef; weight: number },
  namespace: string,
  serves: Serves,
): { server: PoolServer; known: boolean } {
  const isService = (ref.kind ?? 'Service') === 'Service' && (ref.group ?? '') === ''
  const serving = isService ? serves(ref.namespace ?? namespace, ref.name) : null
  const state = serving === false ? 'down' : 'up'
  const address = `${ref.name}.${ref.namespace ?? namespace}${ref.port === undefined ? '' : `:${ref.port}`}`
  return {
    server: { name, address, id: index, weightSet: weight, weightEffective: state === 'up' ? weight : 0, state },
    known: serving !== null,
  }
}

/** True too where no controller has written a status yet. */
function isAccepted(route: KubeObject): boolean {
  const parents = routeShape.safeParse(route).data?.status?.parents
  if (!parents || parents.length === 0) return true
  return parents.some(({ conditions }) => conditions.find(({ type }) => type === 'Accepted')?.status !== 'False')
}
