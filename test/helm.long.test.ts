import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor'
import { Ajv } from 'ajv'
import { StatefulSet } from 'kubernetes-models/apps/v1/StatefulSet'
import { Ingress } from 'kubernetes-models/networking.k8s.io/v1/Ingress'
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy'
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget'
import { ClusterRole } from 'kubernetes-models/rbac.authorization.k8s.io/v1/ClusterRole'
import { ClusterRoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1/ClusterRoleBinding'
import { Role } from 'kubernetes-models/rbac.authorization.k8s.io/v1/Role'
import { RoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1/RoleBinding'
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap'
import { Service } from 'kubernetes-models/v1/Service'
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { parseConfig } from '../lib/config/parse.ts'
import { schemas } from '../lib/server/schemas.ts'
import { ensureBuild } from '../scripts/boot/build.mjs'
import { root } from '../scripts/boot/stamp.mjs'
import { freePort } from './daemon.ts'
import { readyAt, startImage } from './image.ts'
import { describeWith } from './live.ts'
import { startPostgres } from './postgres.ts'

const MODELS = { ServiceMonitor, StatefulSet, Ingress, NetworkPolicy, PodDisruptionBudget, ClusterRole, ClusterRoleBinding, Role, RoleBinding, ConfigMap, Service, ServiceAccount } // biome-ignore format: one line
type Kind = keyof typeof MODELS
// biome-ignore lint/suspicious/noExplicitAny: any kind of object.
type Manifest = { kind: Kind; metadata: { name: string }; [member: string]: any }

const chart = join(root, 'deploy', 'helm', 'evenkeel')

/** The chart, rendered by a small Go program with the template engine and functions of Helm, for Debian has no Helm. */
describeWith(['go'], 'the Helm chart', () => {
  const home = mkdtempSync(join(tmpdir(), 'evenkeel-helm-'))
  const program = join(home, 'render')
  beforeAll(() => {
    const env = { ...process.env, GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOCACHE: join(home, 'cache'), GOFLAGS: '' }
    execFileSync('go', ['build', '-o', program, join(import.meta.dirname, 'helm', 'main.go')], {
      env,
      stdio: ['ignore', 'inherit', 'inherit'],
    })
  }, 300_000)
  afterAll(() => rmSync(home, { recursive: true, force: true }))

  const accepts = new Ajv({ strict: false }).compile(JSON.parse(readFileSync(join(chart, 'values.schema.json'), 'utf8')) as object)
  function rendered(values: object, release = 'keel'): Manifest[] {
    expect(accepts(values), JSON.stringify(accepts.errors)).toBe(true)
    const file = join(home, 'values.json')
    writeFileSync(file, JSON.stringify(values))
    const text = execFileSync(program, [chart, release, 'prod', file], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
    const manifests = text
      .split(/^---$/m)
      .filter((part) => !part.includes('# Source: NOTES.txt'))
      .flatMap((part) => parseAllDocuments(part).map((one) => one.toJS() as Manifest | null))
      .filter((one) => one !== null)
    for (const manifest of manifests) {
      expect(Object.keys(MODELS), manifest.kind).toContain(manifest.kind)
      expect(
        () => new (MODELS[manifest.kind] as new (data: object) => { validate(): void })(manifest).validate(),
        manifest.kind,
      ).not.toThrow()
    }
    return manifests
  }
  const one = (manifests: Manifest[], kind: Kind) => manifests.find((manifest) => manifest.kind === kind)!

  test('its own values: valid objects, a rootless read-only container, a configuration that Evenkeel starts on', () => {
    const manifests = rendered({})
    expect(manifests.map(({ kind }) => kind).sort()).toEqual(['ConfigMap', 'NetworkPolicy', 'PodDisruptionBudget', 'Service', 'ServiceAccount', 'StatefulSet']) // biome-ignore format: one line
    const pod = one(manifests, 'StatefulSet').spec.template.spec
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } })
    expect(pod.containers[0].securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
    expect(pod.automountServiceAccountToken).toBe(false)
    const config = one(manifests, 'ConfigMap').data['evenkeel.yaml'] as string
    expect(parseConfig(config, {}, schemas(), { file: '/etc/evenkeel/evenkeel.yaml', readFile: () => '' })).toMatchObject({
      listen: { host: '0.0.0.0', port: 3000 },
      data: '/data',
      auth: { mode: 'local' },
    })
  })

  test('everything on', () => {
    const manifests = rendered({
      replicas: 3,
      config: { auth: { mode: 'local' }, state: 'postgres://evenkeel@db/evenkeel', targets: [] },
      secret: 'evenkeel-secrets',
      env: [{ name: 'REGION', value: 'eu' }],
      imagePullSecrets: [{ name: 'registry' }],
      ingress: {
        enabled: true,
        className: 'nginx',
        host: 'keel.example',
        annotations: { a: 'b' },
        tls: [{ hosts: ['keel.example'], secretName: 'tls' }],
      },
      serviceMonitor: { enabled: true, labels: { release: 'prometheus' }, bearerSecret: { name: 'token' } },
      networkPolicy: { from: [{ namespaceSelector: {} }], egress: [{ to: [{ podSelector: {} }] }] },
      rbac: { discover: true, write: true, clusterWide: true },
      service: { annotations: { a: 'b' } },
      serviceAccount: { annotations: { a: 'b' } },
      persistence: { storageClass: 'fast' },
      nodeSelector: { disk: 'ssd' },
      tolerations: [{ key: 'a', operator: 'Exists' }],
      affinity: { nodeAffinity: {} },
      podAnnotations: { a: 'b' },
      podLabels: { a: 'b' },
    })
    const set = one(manifests, 'StatefulSet')
    expect(set.spec.replicas).toBe(3)
    expect(set.spec.template.spec.volumes.map(({ name }: { name: string }) => name).sort()).toEqual(['config', 'secrets', 'tmp'])
    expect(one(manifests, 'NetworkPolicy').spec.policyTypes).toEqual(['Ingress', 'Egress'])
    expect(one(manifests, 'ServiceMonitor').spec.endpoints[0].authorization).toEqual({ credentials: { name: 'token', key: 'token' } })
    const selector = one(manifests, 'Service').spec.selector
    expect(set.spec.template.metadata.labels).toMatchObject(selector)
    expect(one(manifests, 'ClusterRoleBinding').subjects).toEqual([{ kind: 'ServiceAccount', name: 'keel-evenkeel', namespace: 'prod' }])
  })

  test('three replicas start from what it renders, with the environment of the container, and its probes answer', async () => {
    await ensureBuild()
    await using database = await startPostgres()
    const manifests = rendered({
      replicas: 3,
      config: { auth: { mode: 'local' }, state_file: '/run/secrets/evenkeel/state', targets: [] },
      secret: 'evenkeel-secrets',
      env: [{ name: 'REGION', value: 'eu' }],
    })
    const { replicas, template } = one(manifests, 'StatefulSet').spec
    const [container] = template.spec.containers
    const env = Object.fromEntries(container.env.map(({ name, value }: { name: string; value: string }) => [name, value]))
    await using ends = new AsyncDisposableStack()
    const state = join(home, 'state')
    writeFileSync(state, database.about.url)
    for (let pod = 0; pod < replicas; pod++) {
      const port = await freePort()
      const config = join(home, `pod-${pod}.yaml`)
      const mounted = (one(manifests, 'ConfigMap').data['evenkeel.yaml'] as string)
        .replace('0.0.0.0:3000', `0.0.0.0:${port}`)
        .replace('/run/secrets/evenkeel/state', state)
        .replace(/\/data\b/, join(home, `data-${pod}`))
      writeFileSync(config, mounted)
      ends.use(startImage(config, { host: `keel-evenkeel-${pod}`, env }))
      for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe'])
        await readyAt(`http://127.0.0.1:${port}${container[probe].httpGet.path}`)
    }
    const names = await database.about.replicas()
    expect(names.sort()).toEqual(Array.from({ length: replicas }, () => expect.stringMatching(/\d$/)))
  }, 300_000)

  test('its rights are those that the documentation names', () => {
    const page = readFileSync(join(root, 'docs', 'products', 'kubernetes.md'), 'utf8')
    const documented = [...page.matchAll(/```yaml rbac\n([\s\S]*?)```/g)]
      .flatMap(([, text]) => parseAllDocuments(text!).map((doc) => doc.toJS() as Manifest))
      .flatMap(({ rules = [] }) => rules as { resources: string[]; verbs: string[] }[])
    const may = (rules: { resources: string[]; verbs: string[] }[]) =>
      new Set(rules.flatMap(({ resources, verbs }) => resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}`))))
    const chartRules = one(rendered({ rbac: { discover: true, write: true } }), 'Role').rules
    // Secrets are named one by one, which the chart cannot know.
    expect([...may(chartRules)].sort()).toEqual([...may(documented)].filter((right) => !right.endsWith(' secrets')).sort())
    expect([...may(one(rendered({ rbac: { discover: true } }), 'Role').rules)].filter((right) => !/^(list|watch) /.test(right))).toEqual([])
  })

  test('what cannot work is refused', () => {
    expect(() => rendered({ replicas: 2 })).toThrow(/needs `config\.state` on PostgreSQL/)
    expect(() => rendered({ ingress: { enabled: true } })).toThrow(/ingress\.host/)
    for (const values of [
      { replica: 2 },
      { config: { listen: '1.2.3.4:80' } },
      { service: { port: 0 } },
      { persistence: { size: 'much' } },
    ])
      expect(accepts(values), JSON.stringify(values)).toBe(false)
    expect(accepts(parse(readFileSync(join(chart, 'values.yaml'), 'utf8'))), JSON.stringify(accepts.errors)).toBe(true)
  })
})
