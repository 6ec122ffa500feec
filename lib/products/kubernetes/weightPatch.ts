import { EvenkeelError } from '../../model/error.ts'
import { annotationField, annotationKey, canaryWeights, isCanary, TOTAL } from './canaries.ts'
import type { KubeObject } from './objects.ts'
import { ownedText, ownerOf } from './owner.ts'
import { RULES_FIELD, rulesOf } from './routes.ts'
import type { KubeSetting } from './settings.ts'

export type Operation = { op: 'test' | 'add' | 'replace'; path: string; value: string | number }
export type WeightEdit = { setting: KubeSetting; value: string }

const missing = (text: string) => new EvenkeelError('not_found', text, { written: 'none' })

/** What the object holds, as text. Throws `not_found` naming what it lacks. */
export function heldValue(object: KubeObject, setting: KubeSetting): string {
  if (setting.kind === 'HTTPRoute') return String(backendOf(object, setting).weight)
  if (!isCanary(object))
    throw missing(`Ingress ${setting.namespace}/${setting.name} is no canary: its annotation ${annotationKey('canary')} is not true`)
  const found = object.metadata.annotations?.[annotationKey(setting.annotation)]
  if (found !== undefined) return found
  if (setting.annotation === 'canary-weight-total') return TOTAL
  throw missing(
    `Ingress ${setting.namespace}/${setting.name} has no annotation ${annotationKey('canary-weight')}: it is a canary by header or cookie`,
  )
}

/**
 * The JSON Patch of these edits. It holds for exactly the object that was read: a `test` of its resource version, and of each value beside, so
 * that what another writer has changed is a conflict and not overwritten.
 */
export function patchOf(object: KubeObject, edits: readonly WeightEdit[]): Operation[] {
  const { resourceVersion } = object.metadata
  if (!resourceVersion) throw new EvenkeelError('malformed', `${object.metadata.name} has no resourceVersion`, { written: 'none' })
  assertWithinTotal(object, edits)
  return [
    { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
    ...edits.flatMap(({ setting, value }) =>
      setting.kind === 'HTTPRoute' ? routeOperations(object, setting, value) : annotationOperations(object, setting, value),
    ),
  ]
}

/** `not_allowed` where somebody else owns a field that is to be set. */
export function refuseOwned(object: KubeObject, settings: readonly KubeSetting[]): void {
  for (const setting of settings) {
    const field = setting.kind === 'HTTPRoute' ? RULES_FIELD : annotationField(setting.annotation)
    const owner = ownerOf(object, field)
    if (owner)
      throw new EvenkeelError('not_allowed', ownedText(owner, `${setting.kind} ${setting.namespace}/${setting.name}`), {
        written: 'none',
      })
  }
}

/** A rule goes by its name or by its place. */
function backendOf(route: KubeObject, { namespace, name, rule, backend }: Extract<KubeSetting, { kind: 'HTTPRoute' }>) {
  const rules = rulesOf(route)
  const found = rules?.find((one) => one.name === rule) ?? rules?.find((one) => String(one.index) === rule)
  if (!found)
    throw missing(
      `HTTPRoute ${namespace}/${name} has no rule ${rule} with backends; it has ${rules?.map((one) => one.name).join(', ') || 'none'}`,
    )
  const at = found.backends.get(backend)
  if (!at)
    throw missing(
      `rule ${rule} of HTTPRoute ${namespace}/${name} has no backend ${backend}; it has ${[...found.backends.keys()].join(', ')}`,
    )
  return { ...at, path: `/spec/rules/${found.index}/backendRefs/${at.index}` }
}

function routeOperations(route: KubeObject, setting: Extract<KubeSetting, { kind: 'HTTPRoute' }>, value: string): Operation[] {
  const { path, ref } = backendOf(route, setting)
  const weight = `${path}/weight`
  return [
    // A list has no keys: the place must still be this backend's.
    { op: 'test', path: `${path}/name`, value: ref.name },
    ...(ref.weight === undefined
      ? [{ op: 'add' as const, path: weight, value: Number(value) }]
      : [
          { op: 'test' as const, path: weight, value: ref.weight },
          { op: 'replace' as const, path: weight, value: Number(value) },
        ]),
  ]
}

function annotationOperations(ingress: KubeObject, { annotation }: Extract<KubeSetting, { kind: 'Ingress' }>, value: string): Operation[] {
  const key = annotationKey(annotation)
  // RFC 6901: a slash of a key is ~1.
  const path = `/metadata/annotations/${key.replace('/', '~1')}`
  const found = ingress.metadata.annotations?.[key]
  if (found === undefined) return [{ op: 'add', path, value }]
  return [
    { op: 'test', path, value: found },
    { op: 'replace', path, value },
  ]
}

/** Ingress-NGINX refuses nothing: a weight above the total would send all to the canary. */
function assertWithinTotal(object: KubeObject, edits: readonly WeightEdit[]): void {
  const before = canaryWeights(object)
  if (!before || edits.some(({ setting }) => setting.kind !== 'Ingress')) return
  const after = { ...before }
  for (const { setting, value } of edits)
    if (setting.kind === 'Ingress') after[setting.annotation === 'canary-weight' ? 'weight' : 'total'] = Number(value)
  if (after.weight > after.total)
    throw new EvenkeelError('invalid', `canary-weight would be ${after.weight} of a canary-weight-total of ${after.total}`, {
      written: 'none',
    })
}
