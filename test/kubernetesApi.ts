import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createSecuredServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { isDeepStrictEqual } from 'node:util'

/**
 * A Kubernetes API server of tests, written from what is published of the API: "Kubernetes API Concepts" (list in pages, watch, bookmarks, 410),
 * the handlers of apiserver (JSON Patch: 422 where a `test` fails or the result is invalid, 415 for another content type), RBAC, the Gateway
 * API's CRD. It is strict: a request that a real server would refuse is refused, and what it does not know is an error of the test.
 */
export interface KubernetesApi {
  url: string
  /** A kubeconfig for it, with the token of a user that may do what `allow` says; its context `tuner` is of a user that may do everything. */
  kubeconfig: string
  /** All requests, in order. */
  requests: Seen[]
  /** Creates or replaces an object as another writer does. */
  put(plural: string, object: Manifest, manager?: string): Stored
  remove(plural: string, namespace: string, name: string): void
  get(plural: string, namespace: string, name: string): Stored
  /** What the user may do: `list services`, `patch httproutes shop`. All, until it is called. */
  allow(...rules: string[]): void
  /** The next requests of that kind are answered 429. */
  throttle(kind: string, times: number, seconds: number): void
  /** Runs once, between the check of a patch's rights and its work. */
  beforePatch(work: () => void): void
  /** Destroys the connections of all watches. */
  cut(): void
  /** Forgets all events so far: a watch from before is 410. */
  compact(): void
  /** Sends a bookmark to every watch that takes them. */
  bookmark(): void
  watches(): number
  /** As a cluster without its CRD. */
  uninstall(plural: string): void
  install(plural: string): void
  /** No token is valid any more. */
  expire(): void
  [Symbol.asyncDispose](): Promise<void>
}

type Seen = { user: User | null; method: string; path: string; query: Record<string, string>; status: number; body?: unknown }
type User = 'evenkeel' | 'tuner'
type Meta = {
  name: string
  namespace?: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
  resourceVersion?: string
  managedFields?: Managed[]
  uid?: string
  generation?: number
}
type Managed = { manager: string; operation: string; fieldsType?: string; fieldsV1?: object; subresource?: string }
export type Manifest = { metadata: Meta; [key: string]: unknown }
type Stored = Manifest & { metadata: Meta & { resourceVersion: string } }
type Event = { version: number; type: string; object: Stored; plural: string }
type Watch = { plural: string; namespace?: string; selector?: string; bookmarks: boolean; answer: ServerResponse }

const GROUPS: Record<string, { prefix: string; kind: string }> = {
  services: { prefix: '/api/v1', kind: 'Service' },
  secrets: { prefix: '/api/v1', kind: 'Secret' },
  endpointslices: { prefix: '/apis/discovery.k8s.io/v1', kind: 'EndpointSlice' },
  httproutes: { prefix: '/apis/gateway.networking.k8s.io/v1', kind: 'HTTPRoute' },
  ingresses: { prefix: '/apis/networking.k8s.io/v1', kind: 'Ingress' },
}
const QUERY: Record<string, string[]> = {
  list: ['limit', 'continue', 'labelSelector', 'resourceVersion'],
  watch: ['watch', 'labelSelector', 'resourceVersion', 'allowWatchBookmarks', 'timeoutSeconds'],
  get: [],
  patch: ['fieldManager', 'fieldValidation'],
}

class Refusal extends Error {
  readonly code: number
  readonly reason: string
  readonly headers: Record<string, string>
  constructor(code: number, reason: string, message: string, headers: Record<string, string> = {}) {
    super(message)
    this.code = code
    this.reason = reason
    this.headers = headers
  }
}

/** `pageMax`: at most so many objects a page, whatever the limit. */
export async function startKubernetesApi(
  options: { tls?: { cert: string; key: string; ca: string }; pageMax?: number } = {},
): Promise<KubernetesApi> {
  const api = new Api(options.pageMax ?? 500)
  const server = options.tls ? createSecuredServer(options.tls, api.answer) : createServer(api.answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  api.url = `http${options.tls ? 's' : ''}://127.0.0.1:${port}`
  api.ca = options.tls?.ca
  api.close = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return api
}

class Api implements KubernetesApi {
  url = ''
  ca: string | undefined
  close = async () => {}
  requests: Seen[] = []
  readonly #pageMax: number
  readonly #objects = new Map<string, Map<string, Stored>>()
  readonly #snapshots = new Map<string, { version: number; items: Stored[] }>()
  #tokens = new Map<string, User>([
    [randomUUID(), 'evenkeel'],
    [randomUUID(), 'tuner'],
  ])
  #version = 100
  #oldest = 0
  #events: Event[] = []
  #watches: Watch[] = []
  #rules: string[] | null = null
  #throttled: { kind: string; times: number; seconds: number } | null = null
  #absent = new Set<string>()
  #before: (() => void) | null = null

  constructor(pageMax: number) {
    this.#pageMax = pageMax
  }

  get kubeconfig(): string {
    const ca = this.ca === undefined ? '' : `, certificate-authority-data: ${Buffer.from(this.ca).toString('base64')}`
    return `apiVersion: v1
kind: Config
current-context: test
clusters: [{ name: cluster, cluster: { server: "${this.url}"${ca} } }]
users:
${[...this.#tokens].map(([token, name]) => `  - { name: ${name}, user: { token: ${token} } }\n`).join('')}contexts:
  - { name: test, context: { cluster: cluster, user: evenkeel } }
  - { name: tuner, context: { cluster: cluster, user: tuner } }
`
  }

  put(plural: string, object: Manifest, manager = 'kubectl-edit'): Stored {
    const { namespace = 'default', name } = object.metadata
    const before = this.#of(plural).get(`${namespace}/${name}`)
    const changed = !before || !isDeepStrictEqual(before.spec, object.spec)
    const managedFields =
      object.metadata.managedFields ?? (changed && object.spec ? [managed(manager, object.spec as object)] : before?.metadata.managedFields)
    return this.#store(plural, before ? 'MODIFIED' : 'ADDED', {
      ...object,
      metadata: { uid: randomUUID(), ...object.metadata, namespace, ...(managedFields ? { managedFields } : {}) },
    })
  }

  remove(plural: string, namespace: string, name: string): void {
    const object = this.get(plural, namespace, name)
    this.#of(plural).delete(`${namespace}/${name}`)
    this.#tell(plural, 'DELETED', { ...object, metadata: { ...object.metadata, resourceVersion: String(++this.#version) } })
  }

  get(plural: string, namespace: string, name: string): Stored {
    const found = this.#of(plural).get(`${namespace}/${name}`)
    if (!found) throw new Error(`no ${plural} ${namespace}/${name}`)
    return structuredClone(found)
  }

  allow(...rules: string[]): void {
    this.#rules = rules
  }

  throttle(kind: string, times: number, seconds: number): void {
    this.#throttled = { kind, times, seconds }
  }

  beforePatch(work: () => void): void {
    this.#before = work
  }

  cut(): void {
    for (const { answer } of this.#watches) answer.destroy()
    this.#watches = []
  }

  compact(): void {
    this.#events = []
    this.#oldest = ++this.#version
  }

  bookmark(): void {
    for (const { answer, bookmarks, plural } of this.#watches)
      if (bookmarks)
        line(answer, { type: 'BOOKMARK', object: { ...this.#type(plural), metadata: { resourceVersion: String(this.#version) } } })
  }

  watches = () => this.#watches.length

  uninstall(plural: string): void {
    this.#absent.add(plural)
    for (const { answer } of this.#watches.filter((one) => one.plural === plural)) answer.end()
  }

  install(plural: string): void {
    this.#absent.delete(plural)
  }

  expire(): void {
    this.#tokens.clear()
  }

  [Symbol.asyncDispose] = () => this.close()

  answer = (request: IncomingMessage, answer: ServerResponse): void => {
    const url = new URL(request.url!, this.url || 'http://127.0.0.1')
    const user = this.#tokens.get(/^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '') ?? null
    const seen: Seen = { user, method: request.method!, path: url.pathname, query: Object.fromEntries(url.searchParams), status: 200 }
    this.requests.push(seen)
    bodyOf(request)
      .then((body) => {
        if (body !== '') seen.body = JSON.parse(body)
        this.#route(request, seen, body, answer)
      })
      .catch((error: unknown) => {
        const refusal = error instanceof Refusal ? error : new Refusal(500, 'InternalError', String(error))
        seen.status = refusal.code
        refuse(answer, refusal)
      })
  }

  #route(request: IncomingMessage, seen: Seen, body: string, answer: ServerResponse): void {
    if (seen.user === null) throw new Refusal(401, 'Unauthorized', 'Unauthorized')
    if (request.headers.accept !== 'application/json') throw new Refusal(406, 'NotAcceptable', 'only application/json')
    const review = seen.path === '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'
    if (seen.path === '/version' && seen.method === 'GET') json(answer, { major: '1', minor: '34', gitVersion: 'v1.34.1' })
    else if (review) this.#review(seen, answer)
    else this.#serve(request, seen, body, answer)
  }

  #serve(request: IncomingMessage, seen: Seen, body: string, answer: ServerResponse): void {
    const found = Object.keys(GROUPS).flatMap((plural) => placeIn(plural, seen.path) ?? [])[0]
    // What no group serves is text, not a Status.
    if (!found || this.#absent.has(found.plural)) {
      seen.status = 404
      answer.writeHead(404, { 'content-type': 'text/plain' }).end('404 page not found\n')
      return
    }
    const verb = verbOf(seen, found.name)
    const odd = Object.keys(seen.query).find((key) => !QUERY[verb]!.includes(key))
    if (odd) throw new Refusal(400, 'BadRequest', `a test's server knows no query ${odd} of ${verb}`)
    this.#authorize(seen.user, verb, found)
    this.#slow(`${verb} ${found.plural}`)
    const stored = this.#of(found.plural).get(`${found.namespace}/${found.name}`)
    if (found.name !== undefined && !stored) throw new Refusal(404, 'NotFound', `${found.plural} "${found.name}" not found`)
    if (verb === 'list') json(answer, this.#list(found, seen.query))
    else if (verb === 'watch') this.#watch(found, seen.query, answer)
    else json(answer, verb === 'get' ? stored! : this.#patch(found, request, seen, body))
  }

  #may = (user: User | null, forms: readonly string[]) =>
    user === 'tuner' || this.#rules === null || forms.some((form) => this.#rules!.includes(form))

  #authorize(user: User | null, verb: string, { plural, namespace, name }: Place): void {
    const forms = [`${verb} ${plural}`, `${verb} ${plural} ${namespace}`, `${verb} ${plural} ${namespace}/${name}`]
    if (this.#may(user, forms)) return
    const { prefix } = GROUPS[plural]!
    const group = prefix === '/api/v1' ? '' : prefix.split('/')[2]
    const scope = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`
    const what = name === undefined ? plural : `${plural} "${name}"`
    throw new Refusal(
      403,
      'Forbidden',
      `${what} is forbidden: User "evenkeel" cannot ${verb} resource "${plural}" in API group "${group}" ${scope}`,
    )
  }

  #slow(kind: string): void {
    if (this.#throttled?.kind !== kind || this.#throttled.times-- <= 0) return
    throw new Refusal(429, 'TooManyRequests', 'the server has received too many requests and has asked us to try again later', {
      'retry-after': String(this.#throttled.seconds),
    })
  }

  #review({ user, method, body }: Seen, answer: ServerResponse): void {
    const { spec } = body as { spec: { resourceAttributes: { verb: string; resource: string; namespace?: string } } }
    if (method !== 'POST') throw new Refusal(405, 'MethodNotAllowed', 'POST')
    const { verb, resource, namespace } = spec.resourceAttributes
    const forms = [`${verb} ${resource}`, ...(namespace === undefined ? [] : [`${verb} ${resource} ${namespace}`])]
    json(answer, { ...(body as object), status: { allowed: this.#may(user, forms) } })
  }

  /** Pages of one consistent snapshot; its token ends when events are forgotten. */
  #list({ plural, namespace }: Place, query: Record<string, string>): object {
    const [id, from] = query.continue ? (query.continue.split('.') as [string, string]) : [randomUUID(), '0']
    const kept = this.#snapshots.get(id)
    if (query.continue && (!kept || kept.version < this.#oldest))
      throw new Refusal(410, 'Expired', 'The provided continue parameter is too old to display a consistent list result.')
    const { version, items } = kept ?? { version: this.#version, items: this.#matching(plural, namespace, query.labelSelector) }
    this.#snapshots.set(id, { version, items })
    const limit = Math.min(this.#pageMax, Number(query.limit ?? items.length) || items.length)
    const end = Number(from) + limit
    const more = end < items.length
    return {
      ...this.#type(plural, 'List'),
      metadata: { resourceVersion: String(version), ...(more ? { continue: `${id}.${end}`, remainingItemCount: items.length - end } : {}) },
      items: items.slice(Number(from), end).map(({ kind: _, apiVersion: __, ...item }) => item),
    }
  }

  #watch({ plural, namespace }: Place, query: Record<string, string>, answer: ServerResponse): void {
    const { resourceVersion = '', labelSelector } = query
    if (!/^[1-9]\d*$/.test(resourceVersion)) throw new Refusal(400, 'BadRequest', 'a watch of tests begins at a resourceVersion')
    if (!/^[1-9]\d*$/.test(query.timeoutSeconds ?? '')) throw new Refusal(400, 'BadRequest', 'timeoutSeconds')
    answer.writeHead(200, { 'content-type': 'application/json', 'transfer-encoding': 'chunked' })
    answer.flushHeaders()
    if (Number(resourceVersion) < this.#oldest) {
      const message = `too old resource version: ${resourceVersion} (${this.#oldest})`
      line(answer, {
        type: 'ERROR',
        object: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason: 'Expired', code: 410 },
      })
      answer.end()
      return
    }
    const watch: Watch = {
      plural,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labelSelector === undefined ? {} : { selector: labelSelector }),
      bookmarks: query.allowWatchBookmarks === 'true',
      answer,
    }
    for (const event of this.#events) if (event.version > Number(resourceVersion)) send(watch, event)
    this.#watches.push(watch)
    answer.on('close', () => {
      this.#watches = this.#watches.filter((one) => one !== watch)
    })
  }

  #patch({ plural, namespace, name }: Place, request: IncomingMessage, { query }: Seen, body: string): Stored {
    if (request.headers['content-type'] !== 'application/json-patch+json')
      throw new Refusal(415, 'UnsupportedMediaType', 'the body of the request was in an unknown format')
    if (query.fieldValidation !== undefined && !['Ignore', 'Warn', 'Strict'].includes(query.fieldValidation))
      throw new Refusal(422, 'Invalid', 'fieldValidation')
    this.#before?.()
    this.#before = null
    const before = this.get(plural, namespace!, name!)
    const after = patched(before, JSON.parse(body) as Operation[])
    if (after.metadata.resourceVersion !== before.metadata.resourceVersion)
      throw new Refusal(409, 'Conflict', 'the object has been modified; please apply your changes to the latest version and try again')
    if (plural === 'httproutes') assertWeights(after)
    if (isDeepStrictEqual(before, after)) return before
    const fields = isDeepStrictEqual(before.spec, after.spec) ? annotated(before, after) : { 'f:spec': { 'f:rules': {} } }
    // A manager that changes a field takes it from the others.
    const others = (before.metadata.managedFields ?? []).filter(({ fieldsV1 = {} }) => !('f:spec' in fields && 'f:spec' in fieldsV1))
    const own = { manager: query.fieldManager ?? 'unknown', operation: 'Update', fieldsType: 'FieldsV1', fieldsV1: fields }
    return this.#store(plural, 'MODIFIED', { ...after, metadata: { ...after.metadata, managedFields: [...others, own] } })
  }

  #store(plural: string, type: string, object: Manifest): Stored {
    const version = ++this.#version
    const stored: Stored = {
      ...this.#type(plural),
      ...structuredClone(object),
      metadata: { ...structuredClone(object.metadata), resourceVersion: String(version) },
    }
    this.#of(plural).set(`${stored.metadata.namespace}/${stored.metadata.name}`, stored)
    this.#tell(plural, type, stored)
    return structuredClone(stored)
  }

  #tell(plural: string, type: string, object: Stored): void {
    const event = { version: Number(object.metadata.resourceVersion), type, object: structuredClone(object), plural }
    this.#events.push(event)
    for (const watch of this.#watches) send(watch, event)
  }

  #matching = (plural: string, namespace: string | undefined, selector: string | undefined): Stored[] =>
    [...this.#of(plural).values()].filter(
      ({ metadata }) => (namespace === undefined || metadata.namespace === namespace) && selects(selector, metadata.labels),
    )

  #of(plural: string): Map<string, Stored> {
    const own = this.#objects.get(plural) ?? new Map<string, Stored>()
    this.#objects.set(plural, own)
    return own
  }

  #type(plural: string, suffix = ''): { kind: string; apiVersion: string } {
    const { prefix, kind } = GROUPS[plural]!
    return { kind: `${kind}${suffix}`, apiVersion: prefix.replace(/^\/apis?\//, '') }
  }
}

type Place = { plural: string; namespace?: string; name?: string }

function placeIn(plural: string, path: string): Place | null {
  const { prefix } = GROUPS[plural]!
  const [, namespace, name] = new RegExp(`^${prefix}(?:/namespaces/([^/]+))?/${plural}(?:/([^/]+))?$`).exec(path) ?? []
  if (!new RegExp(`^${prefix}(?:/namespaces/[^/]+)?/${plural}(?:/[^/]+)?$`).test(path)) return null
  return { plural, ...(namespace === undefined ? {} : { namespace }), ...(name === undefined ? {} : { name }) }
}

function verbOf({ method, query }: Seen, name: string | undefined): string {
  if (method === 'PATCH' && name !== undefined) return 'patch'
  if (method !== 'GET') throw new Refusal(405, 'MethodNotAllowed', `${method} is not supported on resources of kind`)
  if (name !== undefined) return 'get'
  return query.watch === 'true' || query.watch === '1' ? 'watch' : 'list'
}

/** Equality alone: what a test needs of label selectors. */
const selects = (selector: string | undefined, labels: Record<string, string> = {}): boolean =>
  selector === undefined || selector.split(',').every((part) => labels[part.split('=')[0]!] === part.split('=').at(-1))

function send({ plural, namespace, selector, answer }: Watch, { type, object, ...event }: Event): void {
  if (
    event.plural !== plural ||
    (namespace !== undefined && object.metadata.namespace !== namespace) ||
    !selects(selector, object.metadata.labels)
  )
    return
  line(answer, { type, object })
}

const line = (answer: ServerResponse, value: object) => answer.write(`${JSON.stringify(value)}\n`)
const json = (answer: ServerResponse, value: object) =>
  void answer.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))

function refuse(answer: ServerResponse, { code, reason, message, headers }: Refusal): void {
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code }
  answer.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(status))
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request) body += chunk
  return body
}

type Operation = { op: string; path: string; value?: unknown }

/** RFC 6902, of what the server's library does with these three: any failure is 422. */
function patched(object: Stored, operations: readonly Operation[]): Stored {
  const after = structuredClone(object)
  const fail = (text: string) => new Refusal(422, 'Invalid', text)
  for (const { op, path, value } of operations) {
    const keys = path
      .split('/')
      .slice(1)
      .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
    const last = keys.pop()!
    let at = after as unknown as Record<string, unknown>
    for (const key of keys) {
      if (at === null || typeof at !== 'object' || !Object.hasOwn(at, key)) throw fail(`the path ${path} does not exist`)
      at = at[key] as Record<string, unknown>
    }
    if (op === 'test') {
      if (!isDeepStrictEqual(at[last], value)) throw fail(`testing value ${path} failed`)
    } else if (op === 'replace') {
      if (!Object.hasOwn(at, last)) throw fail(`replace operation does not apply: doc is missing key: ${path}`)
      at[last] = value
    } else if (op === 'add') at[last] = value
    else throw fail(`unexpected kind: ${op}`)
  }
  return after
}

/** The CRD's schema of a weight. */
function assertWeights(route: Manifest): void {
  const { rules = [] } = route.spec as { rules?: { backendRefs?: { weight?: unknown }[] }[] }
  for (const { weight = 1 } of rules.flatMap((rule) => rule.backendRefs ?? []))
    if (!Number.isInteger(weight) || (weight as number) < 0 || (weight as number) > 1_000_000)
      throw new Refusal(422, 'Invalid', `spec.rules[0].backendRefs[0].weight: Invalid value: ${JSON.stringify(weight)}`)
}

const managed = (manager: string, spec: object): Managed => ({
  manager,
  operation: 'Update',
  fieldsType: 'FieldsV1',
  fieldsV1: { 'f:spec': Object.fromEntries(Object.keys(spec).map((key) => [`f:${key}`, {}])) },
})

const annotated = (before: Manifest, after: Manifest) => {
  const { annotations = {} } = after.metadata
  const changed = Object.keys(annotations).filter((key) => annotations[key] !== before.metadata.annotations?.[key])
  return { 'f:metadata': { 'f:annotations': Object.fromEntries(changed.map((key) => [`f:${key}`, {}])) } }
}
