import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { EndpointSlice } from 'kubernetes-models/discovery.k8s.io/v1/EndpointSlice'
import { Ingress } from 'kubernetes-models/networking.k8s.io/v1/Ingress'
import { ClusterRole } from 'kubernetes-models/rbac.authorization.k8s.io/v1/ClusterRole'
import { ClusterRoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1/ClusterRoleBinding'
import { Role } from 'kubernetes-models/rbac.authorization.k8s.io/v1/Role'
import { RoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1/RoleBinding'
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount'
import { afterEach, beforeAll, beforeEach, describe, expect, it, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { createAuthority } from '../../../test/certificates.ts'
import { type KubernetesApi, startKubernetesApi } from '../../../test/kubernetesApi.ts'
import type { Cause } from '../../model/product.ts'
import { products } from '../sources.ts'
import { kubernetesActuator } from './actuator.ts'
import { kubernetesConfig } from './config.ts'
import type { KubernetesLink } from './link.ts'

const kubernetes = products.find(({ kind }) => kind === 'kubernetes')!
const page = readFileSync(fileURLToPath(new URL('../../../docs/products/kubernetes.md', import.meta.url)), 'utf8')

type Rule = { apiGroups: string[]; resources: string[]; verbs: string[]; resourceNames?: string[] }
type Manifest = { kind: string; metadata: { namespace?: string; name: string }; rules?: Rule[]; roleRef?: { kind: string; name: string } }
const manifests = [...page.matchAll(/```yaml rbac\n([\s\S]*?)```/g)].flatMap(([, text]) =>
  parseAllDocuments(text!).map((one) => one.toJS() as Manifest),
)

// It takes seconds on a busy machine, which no deadline below is meant for.
beforeAll(() => import('@kubernetes/client-node').then(() => {}))

let ends: AsyncDisposableStack
let folder: string
beforeEach(async () => {
  ends = new AsyncDisposableStack()
  folder = await mkdtemp(join(tmpdir(), 'evenkeel-kubernetes-'))
  ends.defer(() => rm(folder, { recursive: true }))
})
afterEach(() => ends.disposeAsync())

async function started(options: Parameters<typeof startKubernetesApi>[0] = {}): Promise<KubernetesApi> {
  const api = ends.use(await startKubernetesApi(options))
  const route = { rules: [{ backendRefs: [{ name: 'a', port: 80, weight: 9 }] }] }
  for (const namespace of ['shop', 'other']) api.put('httproutes', { metadata: { name: 'web', namespace }, spec: route })
  return api
}

async function configOf(kubeconfig: string, more: object = {}) {
  const file = join(folder, 'kubeconfig')
  await writeFile(file, kubeconfig)
  return kubernetesConfig.parse({ kind: 'kubernetes', name: 'prod', kubeconfig: file, ...more })
}

async function poolsWith(config: object): Promise<string[]> {
  const link = kubernetes.open(config) as KubernetesLink
  ends.defer(() => kubernetes.close(link))
  const probe = kubernetes.probes[0]!
  const { topology } = probe.parse(await probe.read(link, null, AbortSignal.timeout(5_000)), { cursor: null, at: 0 })
  return (topology.pools ?? []).map(({ name }) => name)
}

describe('the rights that the page tells', () => {
  it.each(manifests.map((one) => [`${one.kind} ${one.metadata.name}`, one] as const))('are what Kubernetes takes: %s', (_, manifest) => {
    const kinds = { ServiceAccount, ClusterRole, ClusterRoleBinding, Role, RoleBinding }
    const Model = kinds[manifest.kind as keyof typeof kinds]
    const known = ['apiVersion', 'kind', 'metadata', 'rules', 'roleRef', 'subjects']
    expect(Object.keys(manifest).filter((key) => !known.includes(key))).toEqual([])
    expect(() => new Model(manifest as never).validate()).not.toThrow()
  })

  it('are bound, each', () => {
    const bound = manifests.flatMap(({ roleRef }) => (roleRef ? [`${roleRef.kind} ${roleRef.name}`] : []))
    expect(
      manifests
        .filter(({ rules }) => rules)
        .map(({ kind, metadata }) => `${kind} ${metadata.name}`)
        .sort(),
    ).toEqual(bound.sort())
  })

  it('are enough to read all and to write in that namespace, and no more', async () => {
    const api = await started()
    api.allow(
      ...manifests.flatMap(({ kind, metadata: { namespace }, rules = [] }) =>
        rules.flatMap(({ resources, verbs, resourceNames }) =>
          verbs.map(
            (verb) => `${verb} ${resources[0]}${kind === 'Role' ? ` ${namespace}${resourceNames ? `/${resourceNames[0]}` : ''}` : ''}`,
          ),
        ),
      ),
    )
    api.put('secrets', {
      metadata: { name: 'sessions-auth', namespace: 'shop' },
      data: { 'redis-password': Buffer.from('pw').toString('base64') },
    })
    api.put('services', {
      metadata: { name: 'sessions', namespace: 'shop', annotations: { 'evenkeel.io/kind': 'redis' } },
      spec: { ports: [{ port: 6379 }] },
    })
    api.put('endpointslices', {
      metadata: { name: 'sessions-1', namespace: 'shop', labels: { 'kubernetes.io/service-name': 'sessions' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.0.0.1'] }],
      ports: [{ name: '', port: 6379 }],
    })
    const secrets = [{ service: 'shop/sessions', secret: 'sessions-auth', password: 'redis-password' }]
    const config = await configOf(api.kubeconfig, { secrets })
    const link = kubernetes.open(config) as KubernetesLink
    ends.defer(() => kubernetes.close(link))
    expect(await kubernetes.discover!(link, AbortSignal.timeout(5_000))).toMatchObject([{ password: 'pw' }])
    const cause: Cause = { change: 'c' }
    const write = (namespace: string) =>
      kubernetesActuator.write(
        config,
        [{ name: `HTTPRoute/${namespace}/web/0/a/weight`, expect: '9', value: '7' }],
        AbortSignal.timeout(5_000),
        cause,
      )
    await write('shop')
    await expect(write('other')).rejects.toThrow(
      /RBAC must allow "patch" on httproutes.gateway.networking.k8s.io web in the namespace other/,
    )
    const used = new Set(api.requests.filter(({ status }) => status === 200).map(({ method, path }) => `${method} ${path}`))
    expect([...used].some((one) => one.includes('/secrets/sessions-auth'))).toBe(true)
  })
})

test('what the tests take for a slice and an Ingress is one', () => {
  const meta = { name: 'x', namespace: 'shop' }
  const slice = { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: meta, addressType: 'IPv4', endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready: true, serving: true, terminating: false }, targetRef: { kind: 'Pod', name: 'x-0' } }], ports: [{ name: '', port: 6379, protocol: 'TCP' }] } as const // biome-ignore format: one line
  expect(() => new EndpointSlice(slice as never).validate()).not.toThrow()
  const ingress = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: meta, spec: { rules: [{ host: 'h', http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'a', port: { number: 80 } } } }] } }] } } as const // biome-ignore format: one line
  expect(() => new Ingress(ingress as never).validate()).not.toThrow()
})

describe('a kubeconfig', () => {
  it('with a certificate authority is read over TLS; without it the server is not believed', async () => {
    const authority = createAuthority(folder, 'authority')
    const { cert, key } = authority.sign({ name: 'api', for: 'IP:127.0.0.1' })
    const api = await started({ tls: { cert, key, ca: authority.ca } })
    expect(await poolsWith(await configOf(api.kubeconfig))).toHaveLength(2)
    const bare = api.kubeconfig.replace(/, certificate-authority-data: \S+/, '')
    await expect(poolsWith(await configOf(bare))).rejects.toThrow(
      /TLS certificate of the API server is not accepted .* certificate-authority-data/,
    )
  })

  it('may name a token file, which is read anew, and a credential plugin', async () => {
    const api = await started()
    const token = /token: (\S+) \}/.exec(api.kubeconfig)![1]!
    await writeFile(join(folder, 'token'), token)
    expect(await poolsWith(await configOf(api.kubeconfig.replace(/token: \S+ \}/, 'tokenFile: token }')))).toHaveLength(2)
    const answer = JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token } })
    const plugin = `exec: { apiVersion: client.authentication.k8s.io/v1, command: printf, args: ['%s', '${answer}'] } }`
    expect(await poolsWith(await configOf(api.kubeconfig.replace(/token: \S+ \}/, plugin)))).toHaveLength(2)
    const none = 'exec: { apiVersion: client.authentication.k8s.io/v1, command: /no/such/plugin } }'
    await expect(poolsWith(await configOf(api.kubeconfig.replace(/token: \S+ \}/, none)))).rejects.toThrow(
      /credential plugin of the kubeconfig cannot be run \(ENOENT\)/,
    )
  })

  it.each([
    ['no file', null, {}, /kubeconfig cannot be read: ENOENT/],
    ['no YAML', 'users: [{ name: a, user: { token: s3cret', {}, /it is no kubeconfig in YAML/],
    [
      'no such context',
      'contexts: [{ name: a, context: { cluster: c, user: u } }]\ncurrent-context: a',
      { context: 'b' },
      /has no context "b"; it has a/,
    ],
    [
      'no such cluster',
      'contexts: [{ name: a, context: { cluster: c, user: u } }]\ncurrent-context: a',
      {},
      /names a cluster that it does not hold/,
    ],
  ])('that cannot be used is told without what is in it: %s', async (_, text, more, words) => {
    const config = await configOf(text ?? '', more)
    if (text === null) await rm(config.kubeconfig!)
    const error = await poolsWith(config).catch((one: Error) => one)
    expect(error).toMatchObject({ message: expect.stringMatching(words) })
    expect(String(error)).not.toContain('s3cret')
  })

  it('is needed outside of a pod', async () => {
    const config = kubernetesConfig.parse({ kind: 'kubernetes', name: 'prod' })
    await expect(poolsWith(config)).rejects.toThrow(/this is no pod/)
  })
})
