import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { startEngine } from '../../../test/engine.ts'
import { startKubernetesApi } from '../../../test/kubernetesApi.ts'
import { describeWith } from '../../../test/live.ts'
import { redisSay, startRedis } from '../../../test/servers.ts'
import { products } from '../sources.ts'

const WITHIN = { timeout: 15_000, interval: 100 }

describeWith(['redis-server'], 'a Redis behind a Service of Kubernetes', () => {
  it('is found by its annotation, read with the password of its Secret', async () => {
    await using ends = new AsyncDisposableStack()
    const api = ends.use(await startKubernetesApi())
    const redis = ends.use(await startRedis({ password: 'sesame' }))
    const folder = await mkdtemp(join(tmpdir(), 'evenkeel-kubernetes-'))
    ends.defer(() => rm(folder, { recursive: true }))
    const kubeconfig = join(folder, 'kubeconfig')
    await writeFile(kubeconfig, api.kubeconfig)
    api.put('services', {
      metadata: { name: 'sessions', namespace: 'shop', annotations: { 'evenkeel.io/kind': 'redis', 'evenkeel.io/role': 'store' } },
      spec: { ports: [{ port: 6379, protocol: 'TCP' }] },
    })
    api.put('endpointslices', {
      metadata: { name: 'sessions-x1', namespace: 'shop', labels: { 'kubernetes.io/service-name': 'sessions' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['127.0.0.1'], conditions: { ready: true }, targetRef: { kind: 'Pod', name: 'sessions-0' } }],
      ports: [{ name: '', port: redis.about.port, protocol: 'TCP' }],
    })
    api.put('secrets', { metadata: { name: 'auth', namespace: 'shop' }, data: { pw: Buffer.from('sesame').toString('base64') } })

    const product = products.find(({ kind }) => kind === 'kubernetes')!
    const secrets = [{ service: 'shop/sessions', secret: 'auth', password: 'pw' }]
    const config = product.config.parse({ kind: 'kubernetes', name: 'prod', kubeconfig, secrets })
    const engine = ends.use(startEngine([{ config, product }]))
    const name = `prod:shop:sessions-0:${redis.about.port}`
    const fact = () => engine.topology().targets.find((target) => target.name === name)

    await vi.waitUntil(() => fact()?.state === 'up', WITHIN)
    expect(fact()).toMatchObject({ kind: 'redis', role: 'store', version: expect.stringMatching(/^\d+\./) })
    await redisSay(redis, 'SET a v', 'SET b v', 'SET c v')
    await vi.waitUntil(() => engine.window(30_000).series('cache_items', { target: name })[0]?.points.at(-1)?.[1] === 3, WITHIN)
    expect(JSON.stringify(engine.topology())).not.toContain('sesame')
  })
})
