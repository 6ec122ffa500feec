import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { type ReferenceReporter, reportReferences } from '../client/index.ts'
import { describeWith } from './live.ts'
import { ORIGIN, readThrough, startEvenkeel } from './liveCache.ts'
import { randomOf } from './random.ts'
import { redisSay, startRedis } from './servers.ts'

const VALUE = 'x'.repeat(500)

/** A read-through application: keys of a Zipf law. */
function traffic(url: string, perSecond: number, reporter?: ReferenceReporter) {
  const random = randomOf(7)
  const key = () => `product:${Math.floor(8_000 ** random() - 1)}`
  return readThrough({ url, perSecond, key, ttlMs: () => 120_000, value: VALUE, ...(reporter && { reporter }) })
}

const curvesOf = (name: string, rest: object = { sizes: { bytes: [2_000_000, 4_000_000] } }) => ({ source: { target: name }, ...rest })

type Answer = {
  status: number
  body: {
    detail?: string
    points: { hitRatio: number; low: number; high: number }[]
    present: { model: number; measured: number }
    samplingRate: number
  }
}
/** A curve as soon as enough is known. */
async function answered(ask: () => Promise<unknown>): Promise<Answer> {
  let answer = (await ask()) as Answer
  for (const end = Date.now() + 45_000; answer.status !== 200 && Date.now() < end; answer = (await ask()) as Answer) await sleep(1_000)
  expect(answer.body.detail).toBeUndefined()
  expect(answer.status).toBe(200)
  return answer
}

async function until(done: () => Promise<boolean>, tries = 100): Promise<void> {
  for (let i = 0; i < tries && !(await done()); i++) await sleep(100)
  expect(await done()).toBe(true)
}

describeWith(['redis-server'], 'references of a live cache', () => {
  test('an application reports, across a restart: curves with the model beside what is measured', async () => {
    await using cache = await startRedis({ config: ['maxmemory 2200kb', 'maxmemory-policy allkeys-lru'] })
    await using evenkeel = await startEvenkeel(
      `targets: [{ kind: redis, name: cache, url: "${cache.about.url}", references: { from: report } }]`,
    )
    const reporter = reportReferences({ url: ORIGIN, target: 'cache', rate: 1, everyMs: 500, fetch: evenkeel.send })
    using _ = traffic(cache.about.url, 600, reporter)
    const ask = () => evenkeel.call('POST', 'curves', curvesOf('cache'))
    expect(await ask()).toMatchObject({ status: 422, body: { code: 'too_little' } })
    await sleep(8_000)
    await evenkeel.restart()
    const answer = await answered(ask)
    const { present, points, samplingRate } = answer.body
    expect(Math.abs(present.model - present.measured)).toBeLessThan(0.03)
    expect(points[0]!.hitRatio).toBeLessThan(points[1]!.hitRatio)
    for (const { low, high } of points) expect(high - low).toBeLessThanOrEqual(0.1)
    expect(samplingRate).toBe(1)
    await reporter.stop()
    expect(reporter.lost()).toBe(0)
  })

  test('MONITOR, once an admin allows it: the model within 3 points of what is measured, by pattern too; it ends with the consent', async () => {
    await using cache = await startRedis({ config: ['maxmemory 2200kb', 'maxmemory-policy allkeys-lru'] })
    await using evenkeel = await startEvenkeel(
      `targets: [{ kind: redis, name: cache, url: "${cache.about.url}", references: { from: monitor } }]`,
    )
    using _ = traffic(cache.about.url, 400)
    const source = async () =>
      (await evenkeel.call('GET', 'targets/cache')).body.capabilities.find(({ feature }: { feature: string }) => feature === 'references')
    const monitors = async () => ((await redisSay(cache, 'CLIENT LIST')).match(/ cmd=monitor /g) ?? []).length
    await until(async () => /admin has not allowed/.test((await source())?.because ?? ''))
    expect(await monitors()).toBe(0)
    expect((await evenkeel.call('POST', 'targets/cache/monitor', { allow: 'hour' })).status).toBe(200)
    const asked = curvesOf('cache', { policy: 'allkeys-lfu', sizes: { bytes: [2_200 * 1_024, 4_000_000] } })
    const answer = await answered(() => evenkeel.call('POST', 'curves', asked))
    const { present, points } = answer.body
    expect(Math.abs(present.model - present.measured)).toBeLessThan(0.03)
    expect(points[0]!.hitRatio).toBeLessThan(points[1]!.hitRatio)
    for (const { low, high } of points) expect(high - low).toBeLessThanOrEqual(0.1 + 1e-9)
    const product = await evenkeel.call('POST', 'curves', { source: { target: 'cache', match: 'product:*' }, sizes: { keys: [1_000] } })
    expect(product).toMatchObject({ status: 200, body: { points: [{ keys: 1_000 }] } })
    const part = { match: 'product:*', ttl: { ms: 3_000 } }
    const parted = await evenkeel.call('POST', 'curves', { source: { target: 'cache' }, parts: [part], sizes: { bytes: [2_200 * 1_024] } })
    const [shorter, asItIs] = [parted.body.points[0].parts[0], parted.body.present.parts[0]]
    expect(asItIs).toMatchObject({ match: 'product:*', readsShare: 1, hitRatio: { value: expect.closeTo(present.model, 1) } })
    expect(shorter.hitRatio.value).toBeLessThan(asItIs.hitRatio.value)
    const none = await evenkeel.call('POST', 'curves', { source: { target: 'cache', match: 'cart:*' }, sizes: { keys: [1_000] } })
    expect(none).toMatchObject({ status: 422, body: { code: 'too_little' } })
    const ofPattern = async () => (await evenkeel.call('GET', 'keys/patterns')).body.items[0]?.hitRatio
    await until(async () => !!(await ofPattern()), 200)
    expect(await ofPattern()).toMatchObject({ value: expect.closeTo(present.measured, 1), readsShare: 1 })
    expect((await evenkeel.call('POST', 'targets/cache/monitor', { allow: 'no' })).status).toBe(200)
    await until(async () => (await monitors()) === 0)
  })
})
