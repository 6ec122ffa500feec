import { expect, test } from 'vitest'
import { describeWith } from './live.ts'
import { found, memcachedClient, readThrough, reporterTo, startEvenkeel } from './liveCache.ts'
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
    const { call } = evenkeel
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
    const proposal = await found(
      'the proposal',
      async () => {
        const { items } = (await call('GET', 'proposals?state=open')).body
        return items.find((one: { advisor: string; prediction: unknown }) => one.advisor === 'cache-memory' && one.prediction)
      },
      240_000,
    )
    const { change } = (await call('POST', `proposals/${proposal.id}/apply`)).body
    const ended = await found(
      'the verdict',
      async () => {
        const { body } = await call('GET', `changes/${change}`)
        return body.verdict && body
      },
      600_000,
    )
    const { before, after, low, high } = proposal.prediction
    const bytes = Number(proposal.steps[0].after)
    const words = `${bytes}: ${before} -> ${after} (${low} to ${high}), measured ${ended.measured?.after}: ${ended.outcome}`
    console.log(words)
    expect(ended, words).toMatchObject({ state: 'kept', verdict: 'improved' })
    expect(holds ? bytes < megabytes * MIB : bytes > megabytes * MIB, words).toBe(true)
    expect(ended.measured.after, words).toBeGreaterThanOrEqual(low)
    if (!holds) expect(ended.measured.after, words).toBeLessThanOrEqual(high)
    const settings = await ask(cache.about.port, 'stats settings\r\nquit\r\n', (text) => text.includes('END'))
    expect(settings).toContain(`STAT maxbytes ${bytes}\r`)
    await reporter.stop()
  })
})
