import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { drifted, EvenkeelError, malformed } from '../../model/error.ts'
import type { Actuator, Edit } from '../../model/product.ts'
import type { Client } from './client.ts'
import { type KubernetesConfig, writerOf } from './config.ts'
import { linkOf } from './link.ts'
import { type KubeObject, objectShape } from './objects.ts'
import { Refused, refusalError, type Verb } from './refused.ts'
import { INGRESSES, objectPath, qualified, ROUTES } from './resources.ts'
import { WEIGHT_MAX } from './routes.ts'
import { type KubeSetting, readSettingName } from './settings.ts'
import { heldValue, type Operation, patchOf, refuseOwned } from './weightPatch.ts'

const SLASH = '(?:/|%2F)'
const PERSISTENCE = 'for good: it stands in the cluster, until somebody applies the manifest again'

const integer = (least: number, most: number) =>
  z
    .string()
    .regex(/^(0|[1-9]\d{0,8})$/, `a whole number from ${least} to ${most}`)
    .refine((text) => Number(text) >= least && Number(text) <= most, `from ${least} to ${most}`)

/** Weights of Gateway API routes and of Ingress-NGINX canaries, by a JSON Patch that only the object that was read takes. */
export const kubernetesActuator: Actuator<KubernetesConfig> = {
  kind: 'kubernetes',
  settings: [
    {
      pattern: new RegExp(`^HTTPRoute(?:${SLASH}[^/%]+){4}/weight$`),
      value: integer(0, WEIGHT_MAX),
      reversal: 'exact',
      persistence: PERSISTENCE,
    },
    { pattern: /^Ingress\/[^/]+\/[^/]+\/canary-weight$/, value: integer(0, 999_999_999), reversal: 'exact', persistence: PERSISTENCE },
    {
      pattern: /^Ingress\/[^/]+\/[^/]+\/canary-weight-total$/,
      value: integer(1, 999_999_999),
      reversal: 'exact',
      persistence: PERSISTENCE,
    },
  ],
  async get(config, names, signal) {
    const { client } = linkOf(config).cluster
    const found = await Promise.all([...byObject(names.map((name) => ({ name })))].map(([, own]) => valuesOf(client, own, signal)))
    return Object.assign({}, ...found)
  },
  async write(config, edits, signal) {
    const client = linkOf(config).writer
    const done: Own<Edit>[][] = []
    for (const [, own] of byObject(edits)) {
      try {
        await patch(client, own, signal)
        done.push(own)
      } catch (error) {
        await putBack(client, done, signal)
        throw error
      }
    }
  },
  commands(config, edits) {
    const { cluster } = linkOf(config)
    const { context: given } = writerOf(config)
    const context = given === undefined ? '' : ` --context ${quoted(given)}`
    return [...byObject(edits)].map(([, own]) => {
      const { kind, namespace, name } = own[0]!.setting
      const resource = resourceOf(own[0]!.setting)
      const object = cluster.object(resource, namespace, name)
      const operations = object && operationsOf(object, own)
      return operations
        ? `kubectl${context} -n ${namespace} patch ${qualified(resource)} ${name} --type=json -p ${quoted(JSON.stringify(operations))}`
        : own.map((one) => `${kind} ${namespace}/${name}: ${one.name} = ${one.value}`).join('\n')
    })
  },
}

type Own<T> = T & { setting: KubeSetting }

/** All edits of one object are one patch. */
function byObject<T extends { name: string }>(all: readonly T[]): Map<string, Own<T>[]> {
  const own = all.map((one) => ({ ...one, setting: readSettingName(one.name) }))
  return Map.groupBy(own, ({ setting: { kind, namespace, name } }) => `${kind}/${namespace}/${name}`)
}

const resourceOf = ({ kind }: KubeSetting) => (kind === 'HTTPRoute' ? ROUTES : INGRESSES)

async function ask(client: Client, setting: KubeSetting, signal: AbortSignal, operations?: readonly Operation[]): Promise<KubeObject> {
  const resource = resourceOf(setting)
  const path = objectPath(resource, setting.namespace, setting.name)
  const parsed = objectShape.safeParse(await (operations ? client.patch(path, operations, signal) : client.get(path, {}, signal)))
  if (!parsed.success) throw malformed(`${qualified(resource)} ${setting.name} is no object`, '')
  return parsed.data
}

const inWords = (error: unknown, setting: KubeSetting, verb: Verb) =>
  refusalError(error, { verb, resource: resourceOf(setting), namespace: setting.namespace, name: setting.name })

const read = (client: Client, setting: KubeSetting, signal: AbortSignal): Promise<KubeObject> =>
  ask(client, setting, signal).catch((error: unknown) => {
    throw inWords(error, setting, 'get')
  })

async function valuesOf(client: Client, own: readonly Own<{ name: string }>[], signal: AbortSignal): Promise<Record<string, string>> {
  const object = await read(client, own[0]!.setting, signal)
  return Object.fromEntries(own.map(({ name, setting }) => [name, heldValue(object, setting)]))
}

/** Controllers write the status of a route all the time, and each makes another version. */
const TRIES = 5

/** Compare-and-set of one object: what was read is what is patched, or nothing is. */
async function patch(client: Client, edits: readonly Own<Edit>[], signal: AbortSignal): Promise<void> {
  const { setting } = edits[0]!
  let object = await read(client, setting, signal)
  for (let tries = 1; ; tries++) {
    assertExpected(object, edits)
    refuseOwned(
      object,
      edits.map((one) => one.setting),
    )
    try {
      assertWritten(await ask(client, setting, signal, patchOf(object, edits)), edits)
      return
    } catch (error) {
      if (!isConflict(error)) throw inWords(error, setting, 'patch')
      const now = await read(client, setting, signal)
      // A value or a version that differs, and an invalid object, are both 422.
      if (now.metadata.resourceVersion === object.metadata.resourceVersion) throw inWords(error, setting, 'patch')
      assertExpected(now, edits)
      if (!isSame(now, object) || tries === TRIES)
        throw drifted(
          `${setting.kind} ${setting.namespace}/${setting.name} was changed by another writer between the read and the write; nothing was written`,
        )
      object = now
    }
  }
}

/** A failed `test` of a JSON Patch is 422, an update of another version 409 (apiserver, handlers/patch.go). */
const isConflict = (error: unknown) => error instanceof Refused && (error.status === 409 || error.status === 422)

/** But for its status and who wrote that. */
const isSame = (a: KubeObject, b: KubeObject) =>
  isDeepStrictEqual(a.spec, b.spec) &&
  isDeepStrictEqual(a.metadata.annotations, b.metadata.annotations) &&
  isDeepStrictEqual(a.metadata.labels, b.metadata.labels)

function assertExpected(object: KubeObject, edits: readonly Own<Edit>[]): void {
  for (const { name, expect, setting } of edits) {
    const found = heldValue(object, setting)
    if (found !== expect) throw drifted(`${name} is ${found}, not ${expect}: another writer has set it`)
  }
}

/** An admission webhook may have changed what was sent. */
function assertWritten(object: KubeObject, edits: readonly Own<Edit>[]): void {
  for (const { name, value, setting } of edits) {
    const found = heldValue(object, setting)
    if (found !== value)
      throw new EvenkeelError(
        'drift',
        `${name} is ${found} after the write, not ${value}: another writer or an admission webhook has set it`,
      )
  }
}

/** A change is whole or not at all. */
async function putBack(client: Client, done: readonly Own<Edit>[][], signal: AbortSignal): Promise<void> {
  for (const own of [...done].reverse()) {
    const back = own.map((one) => ({ ...one, expect: one.value, value: one.expect }))
    await patch(client, back, signal).catch((error: Error) => {
      throw new EvenkeelError(
        'unreachable',
        `another object of this change could not be patched, and ${own[0]!.name} not be put back: ${error.message}`,
      )
    })
  }
}

/** Null where the mirror holds another object than the edits are of. */
function operationsOf(object: KubeObject, edits: readonly Own<Edit>[]): Operation[] | null {
  try {
    return patchOf(object, edits)
  } catch {
    return null
  }
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`
