import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { launch } from '../scripts/launch.ts'
import { startAws } from '../test/aws/cloud.ts'
import { shop } from '../test/aws/shop.ts'
import { checkout } from '../test/checkout.ts'
import { freePort } from '../test/daemon.ts'
import { startCloudflare, TOKEN } from '../test/fakeCloudflare.ts'
import { HaproxyReloads } from '../test/haproxyReloads.ts'
import { type Manifest, startKubernetesApi } from '../test/kubernetesApi.ts'
import { startHaproxy } from '../test/servers.ts'

const FILE = 'haproxy.cfg'
const BACKENDS = `defaults
  mode http
  timeout client 5s
  timeout connect 1s
  timeout server 5s
backend app
  server one 127.0.0.1:1 weight 100
  server two 127.0.0.1:1 weight 100
`
const CREDENTIALS = {
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'secret+of/the=tests',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
}

const inShop = (name: string, annotations: Record<string, string> = {}) => ({ name, namespace: 'shop', annotations })

/** Two routes of a cluster, one of them Argo CD's, and a canary. */
function manifests(): [plural: string, object: Manifest, manager?: string][] {
  const services = ['web-blue', 'web-green', 'stable', 'canary'].flatMap((name): [string, Manifest][] => [
    ['services', { metadata: inShop(name), spec: { ports: [{ port: 80, protocol: 'TCP' }] } }],
    [
      'endpointslices',
      {
        metadata: { name: `${name}-x1`, namespace: 'shop', labels: { 'kubernetes.io/service-name': name } },
        addressType: 'IPv4',
        endpoints: [{ addresses: ['127.0.0.1'], conditions: { ready: name !== 'canary' }, targetRef: { kind: 'Pod', name: `${name}-0` } }],
        ports: [{ name: '', port: 80, protocol: 'TCP' }],
      },
    ],
  ])
  const route = (name: string): Manifest => ({
    metadata: inShop(name),
    spec: {
      parentRefs: [{ name: 'edge' }],
      rules: [
        {
          backendRefs: [
            { name: 'web-blue', port: 80, weight: 9 },
            { name: 'web-green', port: 80, weight: 1 },
          ],
        },
      ],
    },
  })
  const key = 'nginx.ingress.kubernetes.io/canary'
  const ingress = (name: string, service: string, annotations: Record<string, string> = {}): Manifest => ({
    metadata: inShop(name, annotations),
    spec: {
      ingressClassName: 'nginx',
      rules: [
        { host: 'www.shop.example', http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: service, port: { number: 80 } } } }] } }, // biome-ignore format: one line
      ],
    },
  })
  return [
    ...services,
    ['httproutes', route('web')],
    ['httproutes', route('web-of-the-deployment-tool'), 'argocd-controller'],
    ['ingresses', ingress('web', 'stable')],
    ['ingresses', ingress('web-canary', 'canary', { [key]: 'true', [`${key}-weight`]: '10' })],
  ]
}

/** The built server on the stand-ins of AWS, Cloudflare and Kubernetes, and on a real HAProxy whose file in a git checkout owns its settings. */
export async function startManaged() {
  const ends = new AsyncDisposableStack()
  const home = await mkdtemp(join(tmpdir(), 'evenkeel-managed-'))
  ends.defer(() => rm(home, { recursive: true, force: true }))
  try {
    const cloud = ends.use(await startAws(shop()))
    const edge = ends.use(await startCloudflare())
    const cluster = ends.use(await startKubernetesApi())
    for (const object of manifests()) cluster.put(...object)
    const kubeconfig = join(home, 'kubeconfig')
    await writeFile(kubeconfig, cluster.kubeconfig)
    const haproxy = ends.use(await startHaproxy({ cfg: () => BACKENDS }))
    const reloads = ends.use(new HaproxyReloads())
    const own = ends.use(checkout({ [FILE]: await readFile(haproxy.about.config, 'utf8') }))
    const host = '127.0.0.1'
    const port = await freePort()
    const config = join(home, 'evenkeel.yaml')
    const targets = [
      { kind: 'aws', name: 'cloud', region: 'eu-west-1', endpoint: cloud.url, zones: ['shop.example'] },
      { kind: 'cloudflare', name: 'cdn', token: TOKEN, zone: 'example.com', api: edge.url },
      { kind: 'kubernetes', name: 'prod', kubeconfig },
      { kind: 'haproxy', name: 'edge', socket: haproxy.about.socket, owner: 'file', repository: { path: own.path, files: [FILE] } },
    ]
    const whole = { listen: `${host}:${port}`, data: join(home, 'data'), mode: 'tune', targets }
    // JSON is YAML.
    await writeFile(config, JSON.stringify(whole))
    Object.assign(process.env, CREDENTIALS)
    const server = launch({ config, host, port, quiet: true })
    ends.defer(() => server.stop())
    await server.ready(180_000)
    return {
      url: server.url,
      cluster,
      /** What a deployment does: the branch is merged, the file copied, HAProxy reloads. */
      async deploy(branch: string) {
        own.git('merge', '--quiet', branch)
        await writeFile(haproxy.about.config, own.git('show', `main:${FILE}`))
        await reloads.of(haproxy)
      },
      stop: () => ends.disposeAsync(),
    }
  } catch (error) {
    await ends.disposeAsync()
    throw error
  }
}
