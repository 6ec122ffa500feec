import { z } from 'zod'
import type { Pool, PoolServer } from '../../model/topology.ts'
import type { KubeObject } from './objects.ts'
import { ownedText, ownerOf } from './owner.ts'
import { EACH_A_SERVICE, type Serves } from './routes.ts'
import { canaryPool } from './settings.ts'

const PREFIX = 'nginx.ingress.kubernetes.io/'
export const annotationKey = (name: string) => `${PREFIX}${name}`
/** Ingress-NGINX's default of `canary-weight-total`. */
export const TOTAL = '100'
export const annotationField = (name: string) => ['f:metadata', 'f:annotations', `f:${annotationKey(name)}`]

const ingressShape = z.looseObject({
  spec: z.looseObject({
    rules: z
      .array(
        z.looseObject({
          host: z.string().optional(),
          http: z
            .looseObject({
              paths: z.array(
                z.looseObject({
                  path: z.string().optional(),
                  backend: z.looseObject({ service: z.looseObject({ name: z.string().min(1) }).optional() }),
                }),
              ),
            })
            .optional(),
        }),
      )
      .default([]),
  }),
})

export const isCanary = ({ metadata }: KubeObject): boolean => metadata.annotations?.[annotationKey('canary')] === 'true'

/** What an Ingress routes, as `host path`, to which Service. */
function routed(ingress: KubeObject): Map<string, string> {
  const parsed = ingressShape.safeParse(ingress)
  const rules = parsed.success ? parsed.data.spec.rules : []
  return new Map(
    rules.flatMap(({ host = '*', http }) =>
      (http?.paths ?? []).flatMap(({ path = '/', backend }) =>
        backend.service ? [[`${host} ${path}`, backend.service.name] as const] : [],
      ),
    ),
  )
}

/** The weight and the total of a canary; null where it goes by headers or cookies alone, or its weight is none. */
export function canaryWeights({ metadata: { annotations = {} } }: KubeObject): { weight: number; total: number } | null {
  const weight = annotations[annotationKey('canary-weight')]
  const total = annotations[annotationKey('canary-weight-total')] ?? TOTAL
  if (weight === undefined || !/^\d{1,9}$/.test(weight) || !/^[1-9]\d{0,8}$/.test(total)) return null
  return { weight: Number(weight), total: Number(total) }
}

/** A canary Ingress and the one that it takes requests from are a pool of two (ingress-nginx, annotations, "Canary"). */
export function canaryPools(ingresses: readonly KubeObject[], serves: Serves): Omit<Pool, 'target'>[] {
  return ingresses.filter(isCanary).flatMap((canary) => {
    const weights = canaryWeights(canary)
    const [place, service] = [...routed(canary)][0] ?? []
    if (!weights || place === undefined || service === undefined) return []
    const { namespace = '', name, annotations = {} } = canary.metadata
    const main = ingresses.find((one) => !isCanary(one) && one.metadata.namespace === namespace && routed(one).has(place))
    const stable = main && routed(main).get(place)
    const owner = ownerOf(canary, annotationField('canary-weight'))
    const where = `Ingress ${namespace}/${name}`
    const server = (at: string, of: string, id: number, weight: number): PoolServer => {
      const state = serves(namespace, of) === false ? 'down' : 'up'
      const weightEffective = state === 'up' ? weight : 0
      return {
        name: at,
        address: `${of}.${namespace}`,
        id,
        weightSet: weight,
        weightEffective,
        state,
        ...(owner?.moves ? { otherWriter: owner.name } : {}),
      }
    }
    const others = ['canary-by-header', 'canary-by-cookie'].filter((one) => annotations[annotationKey(one)] !== undefined)
    const unknown = [
      ...(stable === undefined ? ['the Ingress that it takes requests from is not found: no other has its host and path'] : []),
      ...others.map((one) => `${one} decides before the weight does`),
      ...(serves(namespace, service) === null ? ['whether its backends have endpoints is not known'] : []),
    ]
    return [
      {
        name: canaryPool(namespace, name),
        algorithm: 'canary weight',
        balances: 'weight' as const,
        can: {
          weight: {
            because: owner
              ? ownedText(owner, where)
              : `a canary has one weight for both: set ${canaryPool(namespace, name)}/canary-weight (of ${weights.total})`,
          },
          state: { because: 'an Ingress has no drain: set canary-weight to 0' },
          slowStart: { because: 'an Ingress does not take a backend out: it has one weight' },
        },
        weightMax: weights.total,
        serversBecause: EACH_A_SERVICE,
        ...(unknown.length > 0 ? { unknown } : {}),
        servers: [
          server('canary', service, 0, Math.min(weights.weight, weights.total)),
          ...(stable === undefined ? [] : [server('stable', stable, 1, Math.max(0, weights.total - weights.weight))]),
        ],
      },
    ]
  })
}
