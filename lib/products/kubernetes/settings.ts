import { EvenkeelError } from '../../model/error.ts'
import { serverPart } from '../../model/setting.ts'

/** What a setting of this product is of: a backend of a rule of an HTTPRoute, or the annotations of a canary Ingress. */
export type KubeSetting =
  | { kind: 'HTTPRoute'; namespace: string; name: string; rule: string; backend: string }
  | { kind: 'Ingress'; namespace: string; name: string; annotation: 'canary-weight' | 'canary-weight-total' }

export const routePool = (namespace: string, name: string, rule: string) => `HTTPRoute/${namespace}/${name}/${rule}`
export const canaryPool = (namespace: string, name: string) => `Ingress/${namespace}/${name}`

/**
 * Takes the wire form apart: `HTTPRoute/NAMESPACE/NAME/RULE/BACKEND/weight`, its slashes escaped or not, and
 * `Ingress/NAMESPACE/NAME/canary-weight`. No name of Kubernetes holds a slash.
 */
export function readSettingName(text: string): KubeSetting {
  const part = serverPart(text)
  if (part?.what === 'weight') {
    const [kind, namespace, name, rule, backend, ...more] = `${part.pool}/${part.server}`.split('/')
    if (kind === 'HTTPRoute' && namespace && name && rule && backend && more.length === 0) return { kind, namespace, name, rule, backend }
  }
  const [kind, namespace, name, annotation, ...more] = text.split('/')
  if (
    kind === 'Ingress' &&
    namespace &&
    name &&
    more.length === 0 &&
    (annotation === 'canary-weight' || annotation === 'canary-weight-total')
  )
    return { kind, namespace, name, annotation }
  throw new EvenkeelError(
    'not_found',
    `${JSON.stringify(text.slice(0, 80))} is no setting: HTTPRoute/NAMESPACE/NAME/RULE/BACKEND/weight or Ingress/NAMESPACE/NAME/canary-weight`,
  )
}
