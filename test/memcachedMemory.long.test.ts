import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { liveSettings, settableSize, stepsOf } from '../components/curves/change.ts'
import { AS_IT_IS } from '../components/curves/rule.ts'
import type { CurvesView } from '../lib/model/answers/curves.ts'
import type { Page } from '../lib/model/answers/shape.ts'
import type { FactView, TargetView } from '../lib/model/answers/target.ts'
import { describeWith } from './live.ts'
import { found, memcachedClient, readThrough, reporterTo, startEvenkeel } from './liveCache.ts'
import { apply, expectPredicted, judged, proposed } from './predictedChange.ts'
import { randomOf } from './random.ts'
import { ask, startMemcached } from './servers.ts'

const MIB = 1_048_576
type Lever = { megabytes: number; keys: number; rules: string; holds: boolean }

const LEVERS: Record<string, Lever> = {
  'more memory': {
    megabytes: 8,
    keys: 12_000,
    rules: 'cache/hit-ratio-low: { low: 0.99, over: 20s, warm: 60s, for: 1s, lookupsMin: 500 }',
    holds: false,
  },
  'less memory': { megabytes: 64, keys: 6_000, rules: 'cache/memory-surplus: { for: 1s, history: 60s }', holds: true },
}

/** `npm run test:long`: about three minutes each. */
describeWith(['memcached'], 'what is predicted of a memcached is what a real one does', () => {
  test.each(Object.entries(LEVERS))('%s', async (_name, { megabytes, keys, rules, holds }) => {
    await using cache = await startMemcached({ megabytes })
    await using evenkeel = await startEvenkeel(`mode: tune
targets: [{ kind: memcached, name: cache, address: "${cache.about.address}", role: cache, references: { from: report } }]
rules: { ${rules} }
watch: { before: 20s, measure: 30s }
`)
    const reporter = reporterTo(evenkeel.send)
    const random = randomOf(7)
    using _ = readThrough({
      url: memcachedClient(cache.about.port),
      perSecond: 500,
      key: () => `item:${Math.floor(keys ** random() - 1)}`,
      ttlMs: () => 600_000,
      value: 'x'.repeat(2_000),
      reporter,
    })
    const proposal = await proposed(evenkeel, 'cache-memory', 240_000)
    const ended = await judged(evenkeel, await apply(evenkeel, proposal), 600_000)
    const line = expectPredicted(proposal, ended)
    console.log(line)
    const bytes = Number(proposal.steps[0]!.after)
    expect(proposal.prediction.holds === true, line).toBe(holds)
    expect(holds ? bytes < megabytes * MIB : bytes > megabytes * MIB, line).toBe(true)
    const settings = await ask(cache.about.port, 'stats settings\r\nquit\r\n', (text) => text.includes('END'))
    expect(settings).toContain(`STAT maxbytes ${bytes}\r`)
    await reporter.stop()
  })

  test('a size marked in the lab is set as the lab asks it, and hits what the lab said', async () => {
    await using cache = await startMemcached({ megabytes: 8 })
    await using evenkeel = await startEvenkeel(`mode: tune
targets: [{ kind: memcached, name: cache, address: "${cache.about.address}", role: cache, references: { from: report } }]
watch: { before: 20s, measure: 30s }
`)
    const { call } = evenkeel
    const reporter = reporterTo(evenkeel.send)
    const random = randomOf(7)
    using _ = readThrough({
      url: memcachedClient(cache.about.port),
      perSecond: 500,
      key: () => `item:${Math.floor(12_000 ** random() - 1)}`,
      ttlMs: () => 600_000,
      value: 'x'.repeat(2_000),
      reporter,
    })
    const { can } = (await call('GET', 'targets/cache')).body as TargetView
    const size = settableSize({ by: 'bytes', value: 16.3 * MIB }, can!)
    const known = await found(
      'the curve',
      async () => {
        const { status, body } = await call('POST', 'curves', { source: { target: 'cache' }, sizes: { bytes: [size.value] } })
        const { points, present, spanMs } = body as CurvesView
        return status === 200 && spanMs! > 60_000 && Math.abs(present!.model - present!.measured) < 0.03 && points[0]
      },
      240_000,
    )
    const facts = (await call('GET', 'targets/cache/facts')).body as Page<FactView>
    const made = stepsOf('cache', liveSettings(facts.items, can), AS_IT_IS, size, '', [])
    if ('because' in made) throw new Error(made.because)
    const steps = made.steps.map(({ setting, after }) => ({ setting, after }))
    const { status, body } = await call('POST', 'changes', { steps, because: 'Set in the memory lab.' })
    expect(status, JSON.stringify(body)).toBe(202)
    const change = (await call('GET', `changes/${body.change}`)).body
    expect(change).toMatchObject({
      state: 'watching',
      steps: [{ before: String(8 * MIB), after: String(16 * MIB), setting: { name: 'limit_maxbytes' } }],
      guards: [{ metric: 'cache_hit_ratio', where: { target: 'cache' } }],
    })
    const told = (text: string) => (what: string) => Number(new RegExp(`STAT ${what} (\\d+)`).exec(text)![1])
    const counted = async () => told(await ask(cache.about.port, 'stats\r\nquit\r\n', (text) => text.includes('END')))
    expect((await counted())('limit_maxbytes')).toBe(16 * MIB)
    // It fills first: until what it holds no longer grows by much, within the lab's words.
    const measured = await found(
      'the hit ratio that was predicted',
      async () => {
        const before = await counted()
        await sleep(20_000)
        const after = await counted()
        const more = (what: string) => after(what) - before(what)
        const ratio = more('get_hits') / (more('get_hits') + more('get_misses'))
        return after('evictions') > before('evictions') && ratio
      },
      300_000,
    )
    const words = `${known.hitRatio} (${known.low} to ${known.high}) of 16 MiB, measured ${measured}`
    console.log(words)
    expect(measured, words).toBeGreaterThanOrEqual(known.low)
    expect(measured, words).toBeLessThanOrEqual(known.high)
    await reporter.stop()
  })
})
