import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { type KubernetesApi, type Manifest, startKubernetesApi } from '../../../test/kubernetesApi.ts'
import type { Cause } from '../../model/product.ts'
import { products } from '../sources.ts'
import { kubernetesActuator } from './actuator.ts'
import { type KubernetesConfig, kubernetesConfig } from './config.ts'
import { type KubernetesLink, openLink } from './link.ts'
import type { Pace } from './reflector.ts'

const kubernetes = products.find(({ kind }) => kind === 'kubernetes')!
const WITHIN = { timeout: 8_000, interval: 5 }

// It takes seconds on a busy machine, which no deadline below is meant for.
beforeAll(() => import('@kubernetes/client-node').then(() => {}))

let ends: AsyncDisposableStack
let api: KubernetesApi
let folder: string
beforeEach(async () => {
  ends = new AsyncDisposableStack()
  folder = await mkdtemp(join(tmpdir(), 'evenkeel-kubernetes-'))
  ends.defer(() => rm(folder, { recursive: true }))
  api = ends.use(await startKubernetesApi({ pageMax: 2 }))
})
afterEach(() => ends.disposeAsync())

async function configured(more: object = {}): Promise<KubernetesConfig> {
  const kubeconfig = join(folder, 'kubeconfig')
  await writeFile(kubeconfig, api.kubeconfig)
  return kubernetesConfig.parse({ kind: 'kubernetes', name: 'prod', kubeconfig, ...more })
}

/** The waits that were asked for; each is over at once. */
let waits: number[]
const pace: Pace = {
  sleep(ms) {
    waits.push(ms)
    return sleep(2)
  },
  random: () => 0,
}

async function opened(more: object = {}): Promise<KubernetesLink> {
  waits = []
  const link = openLink(await configured(more), pace)
  ends.defer(() => kubernetes.close(link))
  return link
}

const now = () => AbortSignal.timeout(5_000)
const probe = kubernetes.probes[0]!
const seen = async (link: KubernetesLink) => probe.parse(await probe.read(link, null, now()), { cursor: null, at: 0 }).topology
const pools = async (link: KubernetesLink) =>
  ((await seen(link)).pools ?? []).map(({ name, servers }) => [
    name,
    servers.map((server) => `${server.name} ${server.weightSet} ${server.state}`),
  ])
const because = async (link: KubernetesLink, feature: string) =>
  (await seen(link)).capabilities?.find((one) => one.feature === feature)?.because
const found = async (link: KubernetesLink) =>
  (await kubernetes.discover!(link, now())) as { kind: string; name: string; url?: string; address?: string; password?: string }[]

const route = (weights: Record<string, number>, meta: Partial<Manifest['metadata']> = {}): Manifest => ({
  metadata: { name: 'web', namespace: 'shop', ...meta },
  spec: {
    parentRefs: [{ name: 'edge' }],
    rules: [{ backendRefs: Object.entries(weights).map(([name, weight]) => ({ name, port: 80, weight })) }],
  },
})
const service = (name: string, meta: object = {}, spec: object = {}): Manifest => ({
  metadata: { name, namespace: 'shop', ...meta },
  spec: { ports: [{ port: 6379, protocol: 'TCP' }], ...spec },
})
const slice = (of: string, addresses: string[], more: object = {}): Manifest => ({
  metadata: { name: `${of}-x1`, namespace: 'shop', labels: { 'kubernetes.io/service-name': of } },
  addressType: 'IPv4',
  endpoints: addresses.map((address, i) => ({
    addresses: [address],
    conditions: { ready: true },
    targetRef: { kind: 'Pod', name: `${of}-${i}` },
    ...more,
  })),
  ports: [{ name: '', port: 6379, protocol: 'TCP' }],
})
const cause: Cause = { change: 'c1' }
const SETTING = 'HTTPRoute/shop/web/0/a/weight'
const write = async (config: KubernetesConfig, ...edits: [name: string, expect: string, value: string][]) =>
  kubernetesActuator.write(
    config,
    edits.map(([name, expect, value]) => ({ name, expect, value })),
    now(),
    cause,
  )

test('routes are listed in pages and followed by a watch; their backends go by their endpoints', async () => {
  for (const name of ['a', 'b', 'c', 'd', 'e']) api.put('services', service(name))
  api.put('endpointslices', slice('a', ['10.0.0.1']))
  api.put('endpointslices', slice('b', ['10.0.0.2'], { conditions: { ready: false } }))
  api.put('httproutes', route({ a: 9, b: 1 }))
  const link = await opened()
  expect(await pools(link)).toEqual([['HTTPRoute/shop/web/0', ['a 9 up', 'b 1 down']]])
  const pages = api.requests.filter(({ path, query }) => path === '/api/v1/services' && !query.watch)
  expect(pages.map(({ query }) => query.continue !== undefined)).toEqual([false, true, true])
  // None of these Services is one of a target's.
  expect((await seen(link)).facts).toEqual({ version: '1.34.1', services: [] })

  api.put('httproutes', route({ a: 5, b: 5 }))
  api.put('endpointslices', slice('b', ['10.0.0.2']))
  await vi.waitFor(async () => expect(await pools(link)).toEqual([['HTTPRoute/shop/web/0', ['a 5 up', 'b 5 up']]]), WITHIN)
  api.remove('httproutes', 'shop', 'web')
  await vi.waitFor(async () => expect(await pools(link)).toEqual([]), WITHIN)
  const lists = api.requests.filter(({ path, query }) => path.endsWith('/httproutes') && !query.watch)
  expect(lists).toHaveLength(1)
})

test('a watch that is cut goes on from its version; one that is too old, and a page whose token has ended, are listed anew', async () => {
  api.put('httproutes', route({ a: 1 }))
  const link = await opened()
  await seen(link)
  await vi.waitFor(() => expect(api.watches()).toBe(4), WITHIN)
  api.cut()
  api.put('httproutes', route({ a: 2 }))
  await vi.waitFor(async () => expect(await pools(link)).toEqual([['HTTPRoute/shop/web/0', ['a 2 down']]]), WITHIN)
  const lists = () => api.requests.filter(({ path, query }) => path.endsWith('/httproutes') && !query.watch).length
  expect(lists()).toBe(1)

  await vi.waitFor(() => expect(api.watches()).toBe(4), WITHIN)
  api.cut()
  api.remove('httproutes', 'shop', 'web')
  api.compact()
  await vi.waitFor(async () => expect(await pools(link)).toEqual([]), WITHIN)
  expect(lists()).toBe(2)
  expect(await because(link, 'HTTPRoutes')).toBeUndefined()
})

test('a bookmark moves the version on from which a watch begins again', async () => {
  const link = await opened()
  await seen(link)
  await vi.waitFor(() => expect(api.watches()).toBe(4), WITHIN)
  const before = api.requests.length
  api.put('services', service('a'))
  api.bookmark()
  await sleep(20)
  api.cut()
  await vi.waitFor(() => expect(api.watches()).toBe(4), WITHIN)
  const again = api.requests.slice(before).filter(({ query }) => query.watch)
  expect(again.map(({ query }) => query.resourceVersion)).toEqual(['101', '101', '101', '101'])
  expect(again.every(({ query }) => query.allowWatchBookmarks === 'true')).toBe(true)
})

test('a cluster without the CRDs of the Gateway API is read all the same, and says what is missing', async () => {
  api.uninstall('httproutes')
  const link = await opened()
  expect(await because(link, 'HTTPRoutes')).toBe(
    'this cluster does not serve httproutes.gateway.networking.k8s.io v1: the CRDs of the Gateway API (1.0 or newer) are not installed',
  )
  expect(await because(link, 'Services')).toBeUndefined()
  api.install('httproutes')
  api.put('httproutes', route({ a: 3 }))
  await vi.waitFor(async () => expect(await pools(link)).toEqual([['HTTPRoute/shop/web/0', ['a 3 down']]]), WITHIN)
  // Removed again, its routes are gone.
  api.uninstall('httproutes')
  await vi.waitFor(async () => expect(await pools(link)).toEqual([]), WITHIN)
})

test('what RBAC forbids costs that collection alone, with the verb and the resource that it must allow', async () => {
  api.put('httproutes', route({ a: 1 }))
  api.allow('list services', 'watch services', 'list endpointslices', 'watch endpointslices', 'list httproutes')
  const link = await opened()
  await vi.waitFor(async () => expect(await because(link, 'HTTPRoutes')).toBe(
    'RBAC must allow "watch" on httproutes.gateway.networking.k8s.io in all namespaces (a ClusterRole)',
  ), WITHIN) // biome-ignore format: one line
  expect(await because(link, 'Ingresses')).toBe('RBAC must allow "list" on ingresses.networking.k8s.io in all namespaces (a ClusterRole)')
  expect(await because(link, 'Services')).toBeUndefined()
  expect(waits).toContain(30_000)
})

test('with Roles in some namespaces only these are read', async () => {
  const rights = ['services', 'endpointslices', 'httproutes', 'ingresses'].flatMap((plural) => [
    `list ${plural} shop`,
    `watch ${plural} shop`,
  ])
  api.allow(...rights)
  api.put('httproutes', route({ a: 1 }))
  api.put('httproutes', route({ a: 1 }, { namespace: 'other' }))
  expect(await pools(await opened({ namespaces: ['shop'] }))).toEqual([['HTTPRoute/shop/web/0', ['a 1 down']]])
})

test('Retry-After of a throttled list is kept; nothing is shown that was not read', async () => {
  api.put('httproutes', route({ a: 1 }))
  api.throttle('list httproutes', 2, 7)
  const link = await opened()
  await vi.waitFor(async () => expect(await pools(link)).toEqual([['HTTPRoute/shop/web/0', ['a 1 down']]]), WITHIN)
  expect(waits.filter((ms) => ms === 7_000)).toHaveLength(2)
})

test('credentials that are refused, and a server that is gone, are the whole target: what was read before is not shown', async () => {
  api.put('httproutes', route({ a: 1 }))
  const link = await opened()
  await seen(link)
  await vi.waitFor(() => expect(api.watches()).toBe(4), WITHIN)
  api.expire()
  api.cut()
  await vi.waitFor(() => expect(seen(link)).rejects.toThrow(/does not accept the credentials \(401\)/), WITHIN)
  await api[Symbol.asyncDispose]()
  await vi.waitFor(() => expect(seen(link)).rejects.toThrow(/cannot be reached \(ECONNREFUSED\)/), WITHIN)
})

test('every address behind a Service is a target: by annotation, by label with the port that fits, and not without either', async () => {
  api.put('services', service('sessions', { annotations: { 'evenkeel.io/kind': 'redis', 'evenkeel.io/role': 'store' } }))
  api.put('endpointslices', slice('sessions', ['10.0.0.1', '10.0.0.2']))
  api.put('services', service('pages', { labels: { 'app.kubernetes.io/name': 'memcached' } }, { ports: [{ name: 'mc', port: 11211 }] }))
  api.put('endpointslices', { ...slice('pages', ['10.0.1.1']), ports: [{ name: 'mc', port: 11300, protocol: 'TCP' }] })
  api.put('services', service('plain'))
  api.put('endpointslices', slice('plain', ['10.0.2.1']))
  const link = await opened()
  expect(await found(link)).toMatchObject([
    { kind: 'memcached', name: 'prod:shop:pages-0:11300', address: '10.0.1.1:11300' },
    { kind: 'redis', name: 'prod:shop:sessions-0:6379', url: 'redis://10.0.0.1:6379', role: 'store' },
    { kind: 'redis', name: 'prod:shop:sessions-1:6379', url: 'redis://10.0.0.2:6379', role: 'store' },
  ])
  api.put('endpointslices', slice('sessions', ['10.0.0.9']))
  await vi.waitFor(async () => expect((await found(link)).map(({ url }) => url)).toEqual([undefined, 'redis://10.0.0.9:6379']), WITHIN)
  expect(await because(await opened({ labels: false }), 'discovery')).toBeUndefined()
})

test('a password comes from the Secret that the configuration names for that Service; without the right to it nobody is asked', async () => {
  api.put('services', service('sessions', { annotations: { 'evenkeel.io/kind': 'redis' } }))
  api.put('endpointslices', slice('sessions', ['10.0.0.1']))
  api.put('secrets', { metadata: { name: 'auth', namespace: 'shop' }, data: { pw: Buffer.from('s3cret\n').toString('base64') } })
  const secrets = [{ service: 'shop/sessions', secret: 'auth', password: 'pw' }]
  expect(await found(await opened({ secrets }))).toMatchObject([{ url: 'redis://10.0.0.1:6379', password: 's3cret' }])
  expect(await found(await opened())).not.toMatchObject([{ password: 's3cret' }])

  api.allow('list services', 'watch services', 'list endpointslices', 'watch endpointslices')
  const link = await opened({ secrets })
  expect(await found(link)).toEqual([])
  expect(await because(link, 'targets of shop/sessions')).toBe('RBAC must allow "get" on secrets auth in the namespace shop (a Role)')
  const missing = await opened({ secrets: [{ service: 'shop/sessions', secret: 'auth', password: 'other' }] })
  api.allow('list services', 'watch services', 'list endpointslices', 'watch endpointslices', 'get secrets shop/auth')
  await found(missing)
  expect(await because(missing, 'targets of shop/sessions')).toBe('the Secret shop/auth has no key other')
})

test('a weight is a JSON Patch with tests of version, place and value, under the name of Evenkeel', async () => {
  api.put('httproutes', route({ a: 9, b: 1 }))
  const config = await configured()
  expect(await kubernetesActuator.get(config, [SETTING, 'HTTPRoute%2Fshop%2Fweb%2F0/b/weight'], now())).toEqual({
    [SETTING]: '9',
    'HTTPRoute%2Fshop%2Fweb%2F0/b/weight': '1',
  })
  const version = api.get('httproutes', 'shop', 'web').metadata.resourceVersion
  await write(config, [SETTING, '9', '7'], ['HTTPRoute/shop/web/0/b/weight', '1', '3'])
  const patches = api.requests.filter(({ method }) => method === 'PATCH')
  expect(patches).toHaveLength(1)
  expect(patches[0]).toMatchObject({
    query: { fieldManager: 'evenkeel', fieldValidation: 'Strict' },
    body: [
      { op: 'test', path: '/metadata/resourceVersion', value: version },
      { op: 'test', path: '/spec/rules/0/backendRefs/0/name', value: 'a' },
      { op: 'test', path: '/spec/rules/0/backendRefs/0/weight', value: 9 },
      { op: 'replace', path: '/spec/rules/0/backendRefs/0/weight', value: 7 },
      { op: 'test', path: '/spec/rules/0/backendRefs/1/name', value: 'b' },
      { op: 'test', path: '/spec/rules/0/backendRefs/1/weight', value: 1 },
      { op: 'replace', path: '/spec/rules/0/backendRefs/1/weight', value: 3 },
    ],
  })
  expect(api.get('httproutes', 'shop', 'web').metadata.managedFields).toMatchObject([{ manager: 'evenkeel' }])
})

test('another writer of the weights, before or during the write, is a conflict; the status of a controller is none', async () => {
  api.put('httproutes', route({ a: 9, b: 1 }))
  const config = await configured()
  await expect(write(config, [SETTING, '8', '7'])).rejects.toMatchObject({ code: 'drift', written: 'none' })
  api.beforePatch(() => api.put('httproutes', route({ a: 6, b: 1 })))
  await expect(write(config, [SETTING, '9', '7'])).rejects.toMatchObject({ code: 'drift', written: 'none' })
  // The other backend of the same rule.
  api.beforePatch(() => api.put('httproutes', route({ a: 6, b: 5 })))
  await expect(write(config, [SETTING, '6', '7'])).rejects.toMatchObject({ code: 'drift', written: 'none' })
  expect(await kubernetesActuator.get(config, [SETTING], now())).toEqual({ [SETTING]: '6' })
  const { metadata, ...rest } = api.get('httproutes', 'shop', 'web')
  api.beforePatch(() => api.put('httproutes', { ...rest, metadata, status: { parents: [] } }))
  await write(config, [SETTING, '6', '7'])
  expect(await kubernetesActuator.get(config, [SETTING], now())).toEqual({ [SETTING]: '7' })
})

test('of two objects both are written or none', async () => {
  api.put('httproutes', route({ a: 9 }))
  api.put('httproutes', route({ a: 2 }, { name: 'api' }))
  const config = await configured()
  await expect(write(config, [SETTING, '9', '7'], ['HTTPRoute/shop/api/0/a/weight', '3', '4'])).rejects.toMatchObject({ code: 'drift' })
  expect(await kubernetesActuator.get(config, [SETTING], now())).toEqual({ [SETTING]: '9' })
})

test('a field that Argo CD, Flux, Helm or a controller owns is not written, unless its manifest allows it; a hand-made one is', async () => {
  const config = await configured()
  const owned = (manager: string, annotations = {}) => {
    api.put(
      'httproutes',
      route(
        { a: Math.random() < 2 ? 9 : 0 },
        { annotations, managedFields: [{ manager, operation: 'Update', fieldsV1: { 'f:spec': { 'f:rules': {} } } }] },
      ),
    )
    return write(config, [SETTING, '9', '7'])
  }
  for (const [
    manager,
    owner,
  ] of [['argocd-controller', 'Argo CD'], ['kustomize-controller', 'Flux'], ['helm', 'Helm'], ['my-operator', 'my-operator']]) // biome-ignore format: one line
    await expect(owned(manager!)).rejects.toMatchObject({
      code: 'not_allowed',
      message: expect.stringContaining(`${owner} owns the weights of HTTPRoute shop/web`),
    })
  expect(api.get('httproutes', 'shop', 'web').spec).toEqual(route({ a: 9 }).spec)
  for (const manager of ['kubectl-client-side-apply', 'kubectl-edit', 'evenkeel']) await owned(manager)
  await owned('argocd-controller', { 'evenkeel.io/weights': 'apply' })
  expect(await kubernetesActuator.get(config, [SETTING], now())).toEqual({ [SETTING]: '7' })
})

test('what writes signs in as the user of `write`, which what only reads never does', async () => {
  api.put('httproutes', route({ a: 9 }))
  api.allow('list services', 'list endpointslices', 'list httproutes', 'list ingresses', 'get httproutes')
  const config = await configured({ write: { context: 'tuner' } })
  await write(config, [SETTING, '9', '7'])
  expect(await kubernetesActuator.get(config, [SETTING], now())).toEqual({ [SETTING]: '7' })
  expect(api.requests.map(({ user, method }) => `${user} ${method}`)).toEqual(['tuner GET', 'tuner PATCH', 'evenkeel GET'])
  expect(await kubernetes.prerequisites!(config)).toMatchObject([
    { feature: 'patch HTTPRoutes, as the user of `write`', available: true },
    { feature: 'patch Ingresses, as the user of `write`', available: true },
  ])
  expect(kubernetesActuator.commands(config, [{ name: SETTING, expect: '7', value: '5' }])[0]).toMatch(/^HTTPRoute|--context 'tuner'/)
  expect(() => kubernetesConfig.parse({ kind: 'kubernetes', name: 'prod', write: { context: 'tuner' } })).toThrow('name that too')
  expect(() => kubernetesConfig.parse({ kind: 'kubernetes', name: 'prod', write: {} })).toThrow('a kubeconfig, a context, or both')
})

test('without the right to patch the refusal names it; what the server finds invalid is told in its words', async () => {
  api.put('httproutes', route({ a: 9 }))
  const config = await configured()
  api.allow('get httproutes')
  await expect(write(config, [SETTING, '9', '7'])).rejects.toMatchObject({
    code: 'not_allowed',
    written: 'none',
    message: 'RBAC must allow "patch" on httproutes.gateway.networking.k8s.io web in the namespace shop (a Role)',
  })
  expect(await kubernetes.prerequisites!(config)).toMatchObject([
    { feature: 'patch HTTPRoutes', available: false, because: 'RBAC does not allow "patch" on httproutes.gateway.networking.k8s.io' },
    { feature: 'patch Ingresses', available: false },
  ])
  api.allow('get httproutes', 'patch httproutes', 'patch ingresses')
  expect(await kubernetes.prerequisites!(config)).toMatchObject([{ available: true }, { available: true }])
  await expect(write(config, [SETTING, '9', '1000001'])).rejects.toMatchObject({
    code: 'invalid',
    message: expect.stringContaining('Invalid value: 1000001'),
  })
  await expect(write(config, ['HTTPRoute/shop/none/0/a/weight', '9', '7'])).rejects.toMatchObject({ code: 'not_found' })
  await expect(write(config, ['HTTPRoute/shop/web/4/a/weight', '9', '7'])).rejects.toMatchObject({ code: 'not_found' })
})

test('a canary and its Ingress are a pool; weight and total are annotations', async () => {
  const ingress = (name: string, of: string, annotations = {}): Manifest => ({
    metadata: { name, namespace: 'shop', annotations },
    spec: {
      rules: [
        {
          host: 'shop.example',
          http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: of, port: { number: 80 } } } }] },
        },
      ],
    },
  })
  const key = 'nginx.ingress.kubernetes.io/canary'
  api.put('ingresses', ingress('web', 'v1'))
  api.put('ingresses', ingress('web-canary', 'v2', { [key]: 'true', [`${key}-weight`]: '10' }))
  const link = await opened()
  expect(await pools(link)).toEqual([['Ingress/shop/web-canary', ['canary 10 down', 'stable 90 down']]])
  const config = link.config
  const name = 'Ingress/shop/web-canary/canary-weight'
  await expect(write(config, [name, '10', '101'])).rejects.toMatchObject({ code: 'invalid' })
  await write(config, [name, '10', '150'], [`${name}-total`, '100', '1000'])
  expect(api.get('ingresses', 'shop', 'web-canary').metadata.annotations).toMatchObject({
    [`${key}-weight`]: '150',
    [`${key}-weight-total`]: '1000',
  })
  await vi.waitFor(
    async () => expect(await pools(link)).toEqual([['Ingress/shop/web-canary', ['canary 150 down', 'stable 850 down']]]),
    WITHIN,
  )
  const [command] = kubernetesActuator.commands(config, [{ name, expect: '150', value: '200' }])
  expect(command).toContain(
    'kubectl -n shop patch ingresses.networking.k8s.io web-canary --type=json -p \'[{"op":"test","path":"/metadata/resourceVersion"',
  )
  await expect(write(config, ['Ingress/shop/web/canary-weight', '10', '20'])).rejects.toMatchObject({ code: 'not_found' })
})
