import { Agent, request } from 'node:http'
import { expect, test } from 'vitest'
import { reportReferences } from '../client/index.ts'
import { describeWith } from './live.ts'
import { found, ORIGIN, startEvenkeel } from './liveCache.ts'
import { startLoggedCache } from './loggedCache.ts'
import { randomOf } from './random.ts'

const PER_SECOND = 400
const TICK_MS = 20

function visitors(url: string): Disposable {
  const agent = new Agent({ keepAlive: true, maxSockets: 32 })
  const random = randomOf(7)
  const visit = () => {
    const asked = request(`${url}/product/${Math.floor(20_000 ** random() - 1)}`, { agent }, (answer) => answer.resume())
    asked.on('error', () => {}).end()
  }
  const timer = setInterval(() => {
    for (let i = 0; i < (PER_SECOND * TICK_MS) / 1_000; i++) visit()
  }, TICK_MS)
  return {
    [Symbol.dispose]() {
      clearInterval(timer)
      agent.destroy()
    },
  }
}

type Curve = { points: { hitRatio: number }[]; present: { model: number; measured: number } }

describeWith(['redis-server', 'nginx', 'haproxy'], 'references of one traffic from several sources', () => {
  test('the curves of the logs are those that the application reports', async () => {
    let report: typeof fetch | null = null
    const reporter = reportReferences({
      url: ORIGIN,
      target: 'reported',
      rate: 1,
      everyMs: 500,
      fetch: (...asked) => (report ? report(...asked) : Promise.reject(new Error('not yet'))),
    })
    await using site = await startLoggedCache({ redis: ['maxmemory 3000kb', 'maxmemory-policy allkeys-lru'], reporter })
    const cache = (name: string, references: string) =>
      `  - { kind: redis, name: ${name}, url: "${site.cache.about.url}", references: { ${references} } }`
    await using evenkeel = await startEvenkeel(`targets:
${cache('reported', 'from: report')}
${cache('web-file', 'from: log, log: { targets: [web-file-log], key: cache_key, pool: app }')}
${cache('web-syslog', 'from: log, log: { targets: [web-syslog-log], key: cache_key }')}
${cache('edge-syslog', 'from: log, log: { targets: [edge], pool: web }')}
  - { kind: nginx, name: web-file-log, status: "${site.nginx.about.statusUrl}", accessLog: "file://${site.logs.nginxFile}" }
  - { kind: nginx, name: web-syslog-log, status: "${site.nginx.about.statusUrl}", accessLog: "${site.logs.nginx}" }
  - { kind: haproxy, name: edge, socket: "${site.haproxy.about.socket}", accessLog: "${site.logs.haproxy}" }`)
    report = evenkeel.send
    using _ = visitors(site.url)
    const sizes = { bytes: [2_400_000, 3_000 * 1_024, 5_000_000] }
    const ratios: Record<string, number[]> = {}
    for (const target of ['reported', 'web-file', 'web-syslog', 'edge-syslog']) {
      const { present, points } = await found(
        `the curve of ${target}`,
        async () => {
          const { body } = (await evenkeel.call('POST', 'curves', { source: { target }, sizes })) as { body: Curve | { detail: string } }
          return 'points' in body && body
        },
        240_000,
      )
      expect(Math.abs(present.model - present.measured), target).toBeLessThan(0.03)
      ratios[target] = points.map(({ hitRatio }) => hitRatio)
    }
    console.info(ratios)
    for (const [target, of] of Object.entries(ratios))
      for (const [i, ratio] of of.entries()) expect(Math.abs(ratio - ratios.reported![i]!), `${target}, size ${i}`).toBeLessThan(0.015)
    await reporter.stop()
  })
})
