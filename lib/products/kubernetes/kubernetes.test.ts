import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { products } from '../sources.ts'
import { kubernetesActuator } from './actuator.ts'
import { kubernetesCode } from './asCode.ts'
import { kubernetesConfig } from './config.ts'
import { discovered, servicesOf } from './discovered.ts'
import { endpointsOf } from './endpoints.ts'
import type { KubeObject } from './objects.ts'
import { ownerOf } from './owner.ts'
import { RULES_FIELD, routePools, rulesOf } from './routes.ts'
import { readSettingName } from './settings.ts'

const config = (more: object = {}) => kubernetesConfig.parse({ kind: 'kubernetes', name: 'prod', kubeconfig: '/k', ...more })
const route = (rules: object[], metadata: object = {}): KubeObject => ({
  metadata: { name: 'web', namespace: 'shop', ...metadata },
  spec: { rules },
})
const pools = (rules: object[], metadata: object = {}) => routePools(route(rules, metadata), () => true)

describe('the rules of a route', () => {
  it('are named by their place, or by a name that no place could be', () => {
    const backendRefs = [{ name: 'a' }]
    const rules = [{ backendRefs }, { name: 'checkout', backendRefs }, { filters: [] }, { name: '0', backendRefs }]
    expect(rulesOf(route(rules))!.map(({ name, index }) => [name, index])).toEqual([['0', 0], ['checkout', 1], ['3', 3]]) // biome-ignore format: one line
  })

  it('have backends by Service, and by port and namespace where that is not enough', () => {
    const refs = [{ name: 'a', port: 80 }, { name: 'a', port: 81, weight: 0 }, { name: 'b', port: 80 }, { name: 'b', port: 80, namespace: 'x' }, { name: 'c' }, { name: 'c' }] // biome-ignore format: one line
    const [rule] = rulesOf(route([{ backendRefs: refs }]))!
    expect([...rule!.backends].map(([name, { weight }]) => [name, weight])).toEqual([['a:80', 1], ['a:81', 0], [':b:80', 1], ['x:b:80', 1], ['c#4', 1], ['c#5', 1]]) // biome-ignore format: one line
  })

  it('are no pools where the object is no route', () => {
    expect(routePools({ metadata: { name: 'x' }, spec: { rules: 'none' } }, () => true)).toEqual([])
  })

  it('say that their weights do nothing while no Gateway has accepted the route', () => {
    const status = { parents: [{ conditions: [{ type: 'Accepted', status: 'False' }] }] }
    const [pool] = routePools({ ...route([{ backendRefs: [{ name: 'a' }] }]), status }, () => true)
    expect(pool!.unknown).toEqual(['no Gateway has accepted this route: its weights do nothing now'])
  })

  it('do not invent a state: a backend that is no Service, or is not looked at, is told to be unknown', () => {
    const [pool] = routePools(
      route([{ backendRefs: [{ name: 'a' }, { name: 'b', kind: 'ServiceImport', group: 'multicluster.x-k8s.io' }] }]),
      () => true,
    )
    expect(pool!.unknown).toEqual(['whether all of its backends have endpoints is not known'])
  })
})

describe('the owner of a field', () => {
  const owner = (managedFields: object[], metadata: object = {}) => ownerOf(route([], { managedFields, ...metadata }), RULES_FIELD)
  const entry = (manager: string, fieldsV1: object = { 'f:spec': { 'f:rules': {} } }, more: object = {}) => ({
    manager,
    operation: 'Update',
    fieldsV1,
    ...more,
  })

  it('is whoever set it, not whoever set its status or its labels', () => {
    expect(owner([entry('helm'), entry('kubectl-edit')])).toEqual({ name: 'Helm', sign: 'managedFields: helm' })
    expect(owner([entry('envoy-gateway', { 'f:status': {} }, { subresource: 'status' })])).toBeNull()
    expect(owner([entry('helm', { 'f:metadata': { 'f:labels': {} } })])).toBeNull()
    expect(owner([entry('helm', { 'f:spec': { 'f:hostnames': {} } })])).toBeNull()
  })

  it('moves the weights itself where it is made for that', () => {
    expect(owner([entry('argocd-controller'), entry('flagger')])).toMatchObject({ name: 'Flagger', moves: true })
    const [pool] = pools([{ backendRefs: [{ name: 'a' }] }], { managedFields: [entry('flagger')] })
    expect(pool).toMatchObject({
      servers: [{ otherWriter: 'Flagger' }],
      can: { weight: { because: expect.stringContaining('Flagger owns the weights') } },
    })
  })

  it('shows in its marks too, after a write of Evenkeel has taken the field', () => {
    const marked = (metadata: object) => owner([entry('evenkeel')], metadata)?.name
    expect(marked({ annotations: { 'argocd.argoproj.io/tracking-id': 'shop:x' } })).toBe('Argo CD')
    expect(marked({ labels: { 'kustomize.toolkit.fluxcd.io/name': 'shop' } })).toBe('Flux')
    expect(marked({ annotations: { 'meta.helm.sh/release-name': 'shop' } })).toBe('Helm')
    expect(marked({ annotations: { 'meta.helm.sh/release-name': 'shop', 'evenkeel.io/weights': 'apply' } })).toBeUndefined()
    expect(marked({ labels: { 'app.kubernetes.io/instance': 'shop' } })).toBeUndefined()
  })

  it('gives the pool the words of a patch', () => {
    const [applied] = pools([{ backendRefs: [{ name: 'a' }] }], { managedFields: [entry('kubectl-client-side-apply')] })
    expect(applied).toMatchObject({ can: { weight: true }, lasting: { because: expect.stringContaining('applied again') } })
    const [owned] = pools([{ backendRefs: [{ name: 'a' }] }], { managedFields: [entry('argocd-controller')] })
    expect(owned).toMatchObject({ lasting: { section: 'HTTPRoute shop/web, spec.rules[0].backendRefs:' } })
  })
})

test('settings are taken apart with their slashes escaped or not, and nothing else is one', () => {
  const backend = { kind: 'HTTPRoute', namespace: 'shop', name: 'web', rule: '0', backend: 'a:80' }
  expect(readSettingName('HTTPRoute/shop/web/0/a:80/weight')).toEqual(backend)
  expect(readSettingName('HTTPRoute%2Fshop%2Fweb%2F0/a:80/weight')).toEqual(backend)
  expect(readSettingName('Ingress/shop/web/canary-weight-total')).toEqual({
    kind: 'Ingress',
    namespace: 'shop',
    name: 'web',
    annotation: 'canary-weight-total',
  })
  for (const text of [
    'HTTPRoute/shop/web/0/a/state',
    'HTTPRoute/shop/web/0/weight',
    'HTTPRoute/a/b/c/d/e/weight',
    'Ingress/shop/web/weight',
    'Pod/a/b/0/c/weight',
    '',
  ])
    expect(() => readSettingName(text), text).toThrow(/is no setting/)
  const written = (name: string) => kubernetesActuator.settings.filter(({ pattern }) => pattern.test(name)).length
  expect(['HTTPRoute/shop/web/0/a:80/weight', 'HTTPRoute%2Fshop%2Fweb%2F0/a/weight', 'Ingress/shop/web/canary-weight', 'Ingress/shop/web/weight', 'app/a/weight'].map(written)).toEqual([1, 1, 1, 0, 0]) // biome-ignore format: one line
})

describe('what stands behind a Service', () => {
  const programs = new Map(products.flatMap(({ kind, located }) => (located ? [[kind, located] as const] : [])))
  const service = (annotations: object, ports: object[] = [{ port: 80 }], more: object = {}): KubeObject =>
    ({ metadata: { name: 'x', namespace: 'shop', annotations }, spec: { ports, ...more } }) as KubeObject
  const slice = (more: object = {}): KubeObject => ({
    metadata: { name: 'x-1', namespace: 'shop', labels: { 'kubernetes.io/service-name': 'x' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.0.0.1'], targetRef: { kind: 'Pod', name: 'x-0' } }],
    ports: [{ name: '', port: 8080 }],
    ...more,
  })
  const look = (one: KubeObject, slices = [slice()]) => discovered({ services: [one], slices }, programs, { parent: 'prod', labels: true })

  it('is found at the port of the slice that the Service calls by the same name, or at a port of the pod', () => {
    const kind = { 'evenkeel.io/kind': 'scrape' }
    expect(look(service(kind)).found).toMatchObject([
      { kind: 'scrape', name: 'prod:shop:x-0:8080', place: { host: '10.0.0.1', port: 8080 } },
    ])
    expect(look(service({ ...kind, 'evenkeel.io/port': '9121', 'evenkeel.io/path': '/m' })).found).toMatchObject([
      { place: { port: 9121, path: '/m' } },
    ])
    const two = [{ name: 'web', port: 80 }, { name: 'metrics', port: 9000 }] // biome-ignore format: one line
    const slices = [slice({ ports: [{ name: 'web', port: 8080 }, { name: 'metrics', port: 9001 }] })] // biome-ignore format: one line
    for (const port of ['metrics', '9000'])
      expect(look(service({ ...kind, 'evenkeel.io/port': port }, two), slices).found).toMatchObject([{ place: { port: 9001 } }])
  })

  it.each([
    ['a kind that is none', { 'evenkeel.io/kind': 'mysql' }, /is none of envoy, haproxy/],
    ['a port that is none', { 'evenkeel.io/kind': 'redis', 'evenkeel.io/port': 'grpc' }, /port: grpc is no port/],
    ['no port where there are others', { 'evenkeel.io/kind': 'redis' }, /has the TCP ports 80: say which/],
    ['a misspelt annotation', { 'evenkeel.io/kind': 'redis', 'evenkeel.io/prot': '1' }, /evenkeel.io\/prot is not known/],
    ['a value that is none', { 'evenkeel.io/kind': 'scrape', 'evenkeel.io/tls': 'yes' }, /tls is true or false/],
  ])('is told in words where it cannot be watched: %s', (_, annotations, because) => {
    expect(look(service(annotations))).toMatchObject({
      found: [],
      problems: [{ service: 'shop/x', because: expect.stringMatching(because) }],
    })
  })

  it('is not taken by a label where the port does not fit, nor where somebody says none', () => {
    const labelled = (annotations: object, port: number) => {
      const one = service(annotations, [{ port }])
      return look({ ...one, metadata: { ...one.metadata, labels: { 'app.kubernetes.io/name': 'redis' } } })
    }
    expect(labelled({}, 6379).found).toHaveLength(1)
    expect(labelled({}, 9121)).toEqual({ found: [], problems: [] })
    expect(labelled({ 'evenkeel.io/kind': 'none' }, 6379)).toEqual({ found: [], problems: [] })
  })

  it('has no name that leads out of the cluster', () => {
    const external = service({ 'evenkeel.io/kind': 'redis' }, [], { type: 'ExternalName', externalName: 'db.example' })
    expect(look(external).problems[0]!.because).toContain('ExternalName')
    const at = (addressType: string, address: string) =>
      endpointsOf([slice({ addressType, endpoints: [{ addresses: [address] }] })]).get('shop/x') ?? []
    for (const address of ['169.254.169.254', '224.0.0.1', '0.0.0.0', 'host']) expect(at('IPv4', address), address).toEqual([])
    for (const address of ['fe80::1', 'ff02::1', '::']) expect(at('IPv6', address), address).toEqual([])
    expect(at('FQDN', 'db.example')).toEqual([])
    expect(at('IPv6', 'fd00::1')).toMatchObject([{ host: 'fd00::1', name: '[fd00::1]' }])
  })

  it('is a configuration that its product takes, with the address in brackets where it is IPv6', () => {
    const place = { host: 'fd00::1', port: 7000, path: '/p', tls: true, username: 'u', password: 'p' }
    for (const [kind, located] of programs) {
      const product = products.find((one) => one.kind === kind)!
      const parsed = product.config.safeParse({ kind, name: 'x', ...located.at(place) })
      expect(parsed.error?.issues, kind).toBeUndefined()
      expect(product.address(parsed.data), kind).toContain('[fd00::1]:7000')
    }
  })

  it('goes when it is on its way out, and stays while it is not ready', () => {
    const endpoints = [
      { addresses: ['10.0.0.1'], conditions: { ready: false, serving: true, terminating: true } },
      { addresses: ['10.0.0.2'], conditions: { ready: false } },
      { addresses: ['10.0.0.3'], conditions: {} },
    ]
    expect(endpointsOf([slice({ endpoints })]).get('shop/x')).toMatchObject([{ host: '10.0.0.2', ready: false }, { host: '10.0.0.3', ready: true }]) // biome-ignore format: one line
    // What takes over from a balancer among them goes by the same.
    const { found } = look(service({ 'evenkeel.io/kind': 'haproxy', 'evenkeel.io/port': '9000' }), [slice({ endpoints })])
    expect(servicesOf(found)).toEqual([{ name: 'shop/x', members: [{ host: '10.0.0.2', ready: false }, { host: '10.0.0.3', ready: true }] }]) // biome-ignore format: one line
  })
})

describe('a change as code', () => {
  const edit = (name: string, value: string) => ({ name, expect: '', value })
  const MANIFEST = `# the shop
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: web, namespace: shop }
spec:
  rules:
    - backendRefs:
        - name: a   # the old one
          port: 80
          weight: 9 # keep me
        - { name: b, port: 80 }
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: canary
  annotations:
    nginx.ingress.kubernetes.io/canary: 'true'
    nginx.ingress.kubernetes.io/canary-weight: '10'
`
  it('changes the value in the manifest and nothing else', () => {
    const edits = [edit('HTTPRoute/shop/web/0/a/weight', '7'), edit('HTTPRoute/shop/web/0/b/weight', '3'), edit('Ingress/shop/canary/canary-weight', '20'), edit('Ingress/shop/canary/canary-weight-total', '200')] // biome-ignore format: one line
    const after = kubernetesCode.file!.write(MANIFEST, edits, 'web.yaml')
    const lines = (text: string) => text.split('\n')
    expect(lines(after).filter((line) => !lines(MANIFEST).includes(line))).toEqual([
      '          weight: 7 # keep me',
      '        - { weight: 3, name: b, port: 80 }',
      '    nginx.ingress.kubernetes.io/canary-weight-total: "200"',
      '    nginx.ingress.kubernetes.io/canary-weight: "20"',
    ])
    expect(parseAllDocuments(after).flatMap(({ errors }) => errors)).toEqual([])
    const names = edits.map(({ name }) => name)
    expect(kubernetesCode.file!.read(after, names, 'web.yaml')).toEqual(Object.fromEntries(edits.map(({ name, value }) => [name, value])))
    expect(kubernetesCode.file!.read(MANIFEST, names, 'web.yaml')).toEqual({ [names[0]!]: '9', [names[2]!]: '10' })
    expect(() => kubernetesCode.file!.write(MANIFEST, [edit('HTTPRoute/other/web/0/a/weight', '7')], 'web.yaml')).toThrow(/does not hold/)
    expect(() => kubernetesCode.file!.write('a: [', [edit('HTTPRoute/shop/web/0/a/weight', '7')], 'web.yaml')).toThrow(
      /cannot be read as YAML/,
    )
  })

  it('is a pipe of kubectl and jq, in which nothing of a name is a program', () => {
    const [snippet] = kubernetesCode.snippets(config({ context: "it's" }), [edit('HTTPRoute/shop/web/0/a$(reboot)/weight', '7')])
    expect(snippet!.text.split('\n')).toEqual([
      `kubectl '--context=it'\\''s' --namespace=shop get httproutes.gateway.networking.k8s.io web -o json |`,
      expect.stringContaining("--arg rule0 0 --arg name0 'a$(reboot)' --argjson weight0 7"),
      `  kubectl '--context=it'\\''s' --namespace=shop replace -f -`,
    ])
    expect(spawnSync('/bin/sh', ['-n', '-c', snippet!.text]).status).toBe(0)
  })
})

describe('the configuration', () => {
  it.each([
    ['context', { kubeconfig: undefined, context: 'a' }, 'context is for a kubeconfig'],
    ['namespaces', { namespaces: ['Shop'] }, 'the name of a namespace'],
    ['secrets', { secrets: [{ service: 'sessions', secret: 'auth' }] }, 'NAMESPACE/NAME of a Service'],
    ['secrets', { secrets: [{ service: 'shop/sessions', secret: '../auth' }] }, 'the name of a Secret'],
  ])('names the field that is wrong: %s', (key, more, words) => {
    const { error } = kubernetesConfig.safeParse({ kind: 'kubernetes', name: 'prod', kubeconfig: '/k', ...more })
    expect(error!.issues[0]!.path[0]).toBe(key)
    expect(error!.issues[0]!.message).toContain(words)
  })
})

const page = readFileSync(fileURLToPath(new URL('../../../docs/products/kubernetes.md', import.meta.url)), 'utf8')

test('the page names each kind that a Service may be', () => {
  const kinds = products.filter(({ located }) => located).map(({ kind }) => kind)
  const row = page.split('\n').find((line) => line.startsWith('| `evenkeel.io/kind`'))!
  expect(kinds.filter((kind) => !row.includes(`\`${kind}\``))).toEqual([])
})
