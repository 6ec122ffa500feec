import { z } from 'zod'
import type { KubeObject } from './objects.ts'

/** Who owns a field besides Evenkeel. `moves`: a controller that sets it all the time; else it is put back when somebody deploys. */
export type Owner = { name: string; sign: string; moves?: true }

/** Whose consent counts more than any sign: the object's own manifest says that Evenkeel may set its weights. */
const CONSENT = 'evenkeel.io/weights'

const entryShape = z.looseObject({
  manager: z.string().default(''),
  operation: z.string().default(''),
  subresource: z.string().optional(),
  fieldsV1: z.record(z.string(), z.unknown()).optional(),
})

/** Persons' own tools, whose writes nobody repeats. */
const BY_HAND = /^(evenkeel|before-first-apply|k9s|lens|openlens|headlamp|kubectl-(edit|patch|annotate|label|replace|create|set))$/i

/** By manager, as the programs call themselves. */
const MANAGERS: [pattern: RegExp, owner: string, moves?: true][] = [
  [/^argocd\b/i, 'Argo CD'],
  [/^(kustomize-controller|helm-controller|fluxcd?)\b/i, 'Flux'],
  [/^helm$/i, 'Helm'],
  [/^(terraform|hashicorp)/i, 'Terraform'],
  [/^pulumi/i, 'Pulumi'],
  [/^flagger$/i, 'Flagger', true],
  [/rollouts/i, 'Argo Rollouts', true],
]

/** What the same programs mark their objects with: a write of ours takes a field from its manager, until that puts it back. */
const MARKS: [in_: 'labels' | 'annotations', key: string, owner: string][] = [
  ['annotations', 'argocd.argoproj.io/tracking-id', 'Argo CD'],
  ['labels', 'kustomize.toolkit.fluxcd.io/name', 'Flux'],
  ['labels', 'helm.toolkit.fluxcd.io/name', 'Flux'],
  ['annotations', 'meta.helm.sh/release-name', 'Helm'],
]

/** The owner of the field at this path of `fieldsV1` (`f:spec`, `f:rules`), or null: Evenkeel may set it. */
export function ownerOf({ metadata }: KubeObject, path: readonly string[]): Owner | null {
  if (metadata.annotations?.[CONSENT] === 'apply') return null
  const managers = (metadata.managedFields ?? []).flatMap((value) => {
    const entry = entryShape.safeParse(value)
    return entry.success && entry.data.subresource === undefined && holds(entry.data.fieldsV1, path) ? [entry.data] : []
  })
  const owners = managers.flatMap(({ manager }) => ownerNamed(manager) ?? [])
  const mark = MARKS.find(([in_, key]) => metadata[in_]?.[key] !== undefined)
  return owners.find(({ moves }) => moves) ?? owners[0] ?? (mark ? { name: mark[2], sign: mark[1] } : null)
}

/** Whether somebody applies a manifest with kubectl: the next time its values are back. */
export const isApplied = ({ metadata }: KubeObject): boolean =>
  metadata.annotations?.['kubectl.kubernetes.io/last-applied-configuration'] !== undefined ||
  (metadata.managedFields ?? []).some((value) => {
    const entry = entryShape.safeParse(value)
    return entry.success && /^kubectl(-client-side-apply)?$/.test(entry.data.manager)
  })

function ownerNamed(manager: string): Owner | null {
  if (BY_HAND.test(manager) || /^kubectl(-client-side-apply)?$/.test(manager)) return null
  const known = MANAGERS.find(([pattern]) => pattern.test(manager))
  const sign = `managedFields: ${manager.slice(0, 60)}`
  if (known) return { name: known[1], sign, ...(known[2] ? { moves: true } : {}) }
  // Nobody whom we know: a controller may put it back at once.
  return { name: manager.slice(0, 60) || 'a manager without a name', sign }
}

function holds(fields: Record<string, unknown> | undefined, [first, ...rest]: readonly string[]): boolean {
  if (first === undefined) return true
  const below = fields?.[first]
  if (below === null || typeof below !== 'object') return false
  // A list that is owned as a whole (`atomic`) has nothing below.
  return Object.keys(below).length === 0 || holds(below as Record<string, unknown>, rest)
}

/** Why a weight is offered as a patch, in the middle of a sentence. */
export const ownedText = ({ name, sign }: Owner, object: string): string =>
  `${name} owns the weights of ${object} (${sign}) and would put its own back: change them where it takes them from, or allow it with the annotation ${CONSENT}: apply`
