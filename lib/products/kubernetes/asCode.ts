import { type Document, isMap, isScalar, isSeq, parseAllDocuments, type YAMLMap } from 'yaml'
import { shellLine } from '../../format/shell.ts'
import type { CodeWriter } from '../../model/code.ts'
import { EvenkeelError, malformed } from '../../model/error.ts'
import type { Edit } from '../../model/product.ts'
import { annotationKey } from './canaries.ts'
import { type KubernetesConfig, writerOf } from './config.ts'
import { objectShape } from './objects.ts'
import { INGRESSES, qualified, ROUTES } from './resources.ts'
import { rulesOf } from './routes.ts'
import { type KubeSetting, readSettingName } from './settings.ts'

/** Weights in the manifest of their route or Ingress, and by kubectl. */
export const kubernetesCode: CodeWriter<KubernetesConfig> = {
  kind: 'kubernetes',
  snippets: (config, edits) =>
    [...byObject(edits)].map(([object, own]) => ({
      form: 'kubectl' as const,
      title: `kubectl: ${object}`,
      language: 'shell' as const,
      text: commandOf(config, own),
      notes: [
        'The object is replaced at the version that was read: what another writer sets meanwhile is a conflict, and nothing is written.',
        'Where Argo CD, Flux or Helm own it, change the manifest that they take it from.',
      ],
    })),
  file: {
    read: (text, names, file) =>
      Object.fromEntries(
        names.flatMap((name) => {
          const found = scalarOf(manifests(text, file), readSettingName(name))
          return found?.scalar ? [[name, String(found.scalar.value)]] : []
        }),
      ),
    write: (text, edits, file) => edits.reduce((sum, edit) => withValue(sum, edit, file), text),
  },
}

type Own = Edit & { setting: KubeSetting }

const byObject = (edits: readonly Edit[]): Map<string, Own[]> =>
  Map.groupBy(
    edits.map((edit) => ({ ...edit, setting: readSettingName(edit.name) })),
    ({ setting: { kind, namespace, name } }) => `${kind} ${namespace}/${name}`,
  )

/** Names and values come in as arguments: nothing of them is part of jq's program. The answer of `get` holds the version, which `replace` requires. */
function commandOf(config: KubernetesConfig, edits: readonly Own[]): string {
  const { context } = writerOf(config)
  const { kind, namespace, name } = edits[0]!.setting
  const kubectl = ['kubectl', ...(context === undefined ? [] : [`--context=${context}`]), `--namespace=${namespace}`]
  const resource = qualified(kind === 'HTTPRoute' ? ROUTES : INGRESSES)
  const words = edits.flatMap(({ setting, value }, at) =>
    setting.kind === 'HTTPRoute'
      ? ['--arg', `rule${at}`, setting.rule, ...backendWords(setting.backend, at), '--argjson', `weight${at}`, String(Number(value))]
      : ['--arg', `key${at}`, annotationKey(setting.annotation), '--arg', `value${at}`, value],
  )
  const filters = edits.map(({ setting }, at) =>
    setting.kind === 'HTTPRoute'
      ? `([.spec.rules | to_entries[] | select(.value.name == $rule${at} or (.key | tostring) == $rule${at}) | .key] | first) as $index${at} | .spec.rules[$index${at}].backendRefs |= ${backendFilter(setting.backend, at)}`
      : `.metadata.annotations[$key${at}] = $value${at}`,
  )
  return [
    `${shellLine([...kubectl, 'get', resource, name, '-o', 'json'])} |`,
    `  ${shellLine(['jq', ...words, filters.join(' | ')])} |`,
    `  ${shellLine([...kubectl, 'replace', '-f', '-'])}`,
  ].join('\n')
}

/** `NAME`, `NAME:PORT`, `NAMESPACE:NAME:PORT` or `NAME#PLACE`, as routes name their backends. */
function backendParts(backend: string): { name: string; port?: string; namespace?: string; place?: string } {
  const [, named, place] = /^(.+)#(\d+)$/.exec(backend) ?? []
  if (named !== undefined && place !== undefined) return { name: named, place }
  const parts = backend.split(':')
  if (parts.length === 3) return { namespace: parts[0]!, name: parts[1]!, port: parts[2]! }
  return { name: parts[0]!, ...(parts[1] === undefined ? {} : { port: parts[1] }) }
}

const backendWords = (backend: string, at: number): string[] =>
  Object.entries(backendParts(backend)).flatMap(([key, value]) => ['--arg', `${key}${at}`, value])

function backendFilter(backend: string, at: number): string {
  const { port, namespace, place } = backendParts(backend)
  if (place !== undefined) return `(.[$place${at} | tonumber].weight = $weight${at})`
  const conditions = [
    `.name == $name${at}`,
    ...(port === undefined ? [] : [`(.port // "" | tostring) == $port${at}`]),
    ...(namespace === undefined ? [] : [`(.namespace // "") == $namespace${at}`]),
  ]
  return `map(if ${conditions.join(' and ')} then .weight = $weight${at} else . end)`
}

function manifests(text: string, file: string): Document.Parsed[] {
  const documents = parseAllDocuments(text, { logLevel: 'silent' }) as Document.Parsed[]
  const wrong = documents.flatMap(({ errors }) => errors)[0]
  if (wrong) throw malformed(`${file} cannot be read as YAML: ${wrong.code}`, '')
  return documents
}

type Place = { map: YAMLMap; key: string; scalar: { value: unknown; range: [number, number, number] } | null; last: number }

/** Where the value stands, or where it is to stand; null: the file does not hold the object. */
function scalarOf(documents: readonly Document.Parsed[], setting: KubeSetting): Place | null {
  for (const document of documents) {
    const { kind, metadata } = (document.toJS({ maxAliasCount: 100 }) ?? {}) as {
      kind?: unknown
      metadata?: { name?: unknown; namespace?: unknown }
    }
    // A manifest often leaves out its namespace: the deployment says it.
    if (kind !== setting.kind || metadata?.name !== setting.name || (metadata.namespace ?? setting.namespace) !== setting.namespace)
      continue
    const place = setting.kind === 'HTTPRoute' ? backendMap(document, setting) : annotations(document, setting)
    if (!place) continue
    const found = place.map.get(place.key, true)
    const last = place.map.range?.[1]
    if (last === undefined) return null
    return { ...place, last, scalar: isScalar(found) && found.range ? { value: found.value, range: found.range } : null }
  }
  return null
}

function backendMap(
  document: Document.Parsed,
  { rule, backend }: Extract<KubeSetting, { kind: 'HTTPRoute' }>,
): Pick<Place, 'map' | 'key'> | null {
  const object = objectShape.safeParse(document.toJS({ maxAliasCount: 100 }))
  const rules = object.success ? rulesOf(object.data) : null
  const found = rules?.find((one) => one.name === rule) ?? rules?.find((one) => String(one.index) === rule)
  const index = found?.backends.get(backend)?.index
  if (!found || index === undefined) return null
  const all = document.getIn(['spec', 'rules', found.index, 'backendRefs'], true)
  const map = isSeq(all) ? all.get(index, true) : null
  return isMap(map) ? { map, key: 'weight' } : null
}

function annotations(
  document: Document.Parsed,
  { annotation }: Extract<KubeSetting, { kind: 'Ingress' }>,
): Pick<Place, 'map' | 'key'> | null {
  const map = document.getIn(['metadata', 'annotations'], true)
  return isMap(map) ? { map, key: annotationKey(annotation) } : null
}

/** The text with one value in its place; all else stays byte for byte. */
function withValue(text: string, { name, value }: Edit, file: string): string {
  const setting = readSettingName(name)
  const place = scalarOf(manifests(text, file), setting)
  if (!place) throw new EvenkeelError('not_found', `${file} does not hold ${name}`)
  // An annotation is text: a bare number would be refused.
  const written = setting.kind === 'HTTPRoute' ? value : JSON.stringify(value)
  if (place.scalar) return text.slice(0, place.scalar.range[0]) + written + text.slice(place.scalar.range[1])
  return withKey(text, place, written)
}

/** A key that is not written yet comes after the map's first one, at its column. */
function withKey(text: string, { map, key }: Place, written: string): string {
  const first = map.items[0]?.key
  const from = isScalar(first) ? first.range?.[0] : undefined
  if (from === undefined) throw new EvenkeelError('invalid', `${key} is not written there, and no key is beside which it could be`)
  if (map.flow) return `${text.slice(0, from)}${key}: ${written}, ${text.slice(from)}`
  const column = from - (text.lastIndexOf('\n', from - 1) + 1)
  return `${text.slice(0, from)}${key}: ${written}\n${' '.repeat(column)}${text.slice(from)}`
}
