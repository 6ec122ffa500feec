import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { KillableEvenkeel } from '../../test/killableEvenkeel.ts'
import { describeWith } from '../../test/live.ts'
import { type RedisServer, startRedis } from '../../test/servers.ts'
import type { Change } from '../model/change.ts'
import { expiryName, type Span, spanText } from '../model/expiry.ts'
import type { Job } from '../model/job.ts'
import type { TargetConfig } from '../model/product.ts'
import type { Proposal } from '../model/proposal.ts'
import { type Command, createRedisClient } from '../products/redis/client.ts'
import { redis as redisProduct } from '../products/redis/product.ts'

const KEYS = 20_000
/** Far enough that no key ends before its test on a machine that is slow. */
const FAR_S = 240
const never = new AbortController().signal

/** A Redis with keys that all end in one second, `seconds` from now, and some that are nobody's business. */
async function cliff(redis: RedisServer, seconds: number) {
  const client = createRedisClient({ url: redis.about.url })
  async function all<T>(commands: Command[]): Promise<T[]> {
    const out: unknown[] = []
    for (let i = 0; i < commands.length; i += 2_000) out.push(...(await client.pipeline(commands.slice(i, i + 2_000), never)))
    return out as T[]
  }
  const at = Math.ceil(Date.now() / 1_000 + seconds) * 1_000
  const keys = Array.from({ length: KEYS }, (_, i) => `promo:${i}`)
  const ends = keys.map((_, i) => at + (i % 1_000))
  const others = Array.from({ length: 500 }, (_, i) => `news:${i}`)
  await all(keys.map((key, i): Command => ['SET', key, `value ${i}`, 'PXAT', ends[i]!]))
  await all(others.map((key): Command => ['SET', key, 'x', 'PXAT', at]))
  await all([
    ['SET', 'promo:lasting', 'x'],
    ['SET', 'promo:later', 'x', 'PXAT', at + 3_600_000],
  ])
  const span: Span = { from: at - 1_000, to: at + 2_000 }
  return {
    client,
    all,
    at,
    keys,
    ends,
    others,
    span,
    endsNow: (of: readonly string[]) => all<number>(of.map((key): Command => ['PEXPIRETIME', key])),
  }
}

/** The most that end in one second. */
function peak(ends: readonly number[]): number {
  const seconds = new Map<number, number>()
  for (const end of ends) if (end > 0) seconds.set(Math.floor(end / 1_000), (seconds.get(Math.floor(end / 1_000)) ?? 0) + 1)
  return Math.max(...seconds.values())
}

const proposal = (id: string, span: Span, after: Span, predicted: number): Proposal => ({
  id,
  finding: 'f',
  advisor: 'expiry-spread',
  steps: [{ setting: { target: 'cache', name: expiryName(span, 'promo:*') }, before: spanText(span), after: spanText(after) }],
  because: 'a test',
  prediction: {
    metric: 'cache_expiration_peak_rate',
    where: { target: 'cache' },
    unit: 'perSecond',
    before: KEYS,
    after: predicted,
    low: predicted,
    high: 2 * predicted,
    basis: 'a test',
  },
  guards: [],
  risk: 'low',
  riskBecause: '',
  commands: [],
  state: 'open',
  createdAt: Date.now(),
})

describeWith(['redis-server'], 'a cliff of keys on a real Redis', () => {
  test('is spread beside other writers, paused and resumed, and put back to the millisecond', async () => {
    await using redis = await startRedis()
    await using evenkeel = new KillableEvenkeel([{ kind: 'redis', name: 'cache', url: redis.about.url, role: 'cache' } as TargetConfig], {})
    await evenkeel.start()
    await evenkeel.up()
    const { client, all, at, keys, ends, others, span, endsNow } = await cliff(redis, FAR_S)
    const after = { from: span.to - 60_000, to: span.to }
    const own = { steps: [{ setting: { target: 'cache', name: expiryName(span, 'promo:*') }, after: spanText(after) }] }
    await expect(evenkeel.ask('create', own)).rejects.toMatchObject({ code: 'not_allowed' })
    const elsewhere = { from: span.from - 600_000, to: span.from - 590_000 }
    await expect(evenkeel.ask('apply', { proposal: proposal('p0', elsewhere, after, 400) })).rejects.toMatchObject({ code: 'drift' })

    const { change } = await evenkeel.ask<{ change: string }>('apply', { proposal: proposal('p1', span, after, 400) })
    const { job } = await evenkeel.change(change)
    const look = () => evenkeel.ask<Job>('job', { job })
    await evenkeel.until(look, ({ done }) => done >= 1_000)
    expect(await evenkeel.ask('steer', { job, steer: 'pause' })).toMatchObject({ state: 'paused' })
    const paused = await endsNow(keys)
    const touched = paused.filter((end, i) => end !== ends[i]).length
    expect(touched).toBeGreaterThanOrEqual(1_000)
    expect(touched).toBeLessThan(KEYS)
    await sleep(500)
    expect(await endsNow(keys)).toEqual(paused)
    await expect(evenkeel.ask('steer', { job, steer: 'pause' })).rejects.toMatchObject({ code: 'not_allowed' })

    // Somebody writes every hundredth key anew: some were spread already, some were not yet.
    const theirs = new Map(keys.flatMap((key, i) => (i % 100 === 0 ? [[key, at + 120_000 + i] as const] : [])))
    await all([...theirs].map(([key, end]): Command => ['SET', key, 'theirs', 'PXAT', end]))
    await evenkeel.ask('steer', { job, steer: 'resume' })
    const done = await evenkeel.until(look, ({ state }) => state !== 'running', 60)
    expect(done).toMatchObject({ state: 'done', rate: 0, total: done.done })
    expect(done.undoRecorded).toBeGreaterThanOrEqual(done.done)

    const spread = await endsNow(keys)
    expect(peak(spread.filter((_, i) => i % 100 !== 0))).toBeLessThan(KEYS / 5)
    for (const [i, end] of spread.entries()) {
      const kept = theirs.get(keys[i]!)
      if (kept !== undefined) expect(end).toBe(kept)
      else {
        expect(end).toBeLessThanOrEqual(ends[i]!)
        expect(end).toBeGreaterThanOrEqual(after.from)
      }
    }
    expect(await endsNow(others)).toEqual(others.map(() => at))
    expect(await endsNow(['promo:lasting', 'promo:later'])).toEqual([-1, at + 3_600_000])
    const values = await all<string>(keys.map((key): Command => ['GET', key]))
    expect(values.every((value, i) => value === (i % 100 === 0 ? 'theirs' : `value ${i}`))).toBe(true)

    const begun = Date.now()
    await evenkeel.ask('rollBack', { change })
    expect(Date.now() - begun).toBeLessThan(10_000)
    expect(await evenkeel.change(change)).toMatchObject({ state: 'rolled_back' })
    expect(await endsNow(keys)).toEqual(ends.map((end, i) => theirs.get(keys[i]!) ?? end))
    await client.close()
  }, 150_000)

  test('is spread on after kill -9, ends by itself, and is judged by what really ended in a second', async () => {
    await using redis = await startRedis()
    await using evenkeel = new KillableEvenkeel([{ kind: 'redis', name: 'cache', url: redis.about.url, role: 'cache' } as TargetConfig], {})
    await evenkeel.start()
    await evenkeel.up()
    const { client, keys, ends, span, endsNow } = await cliff(redis, 40)
    const after = { from: span.to - 26_000, to: span.to }
    const { change } = await evenkeel.ask<{ change: string }>('apply', { proposal: proposal('p1', span, after, 900) })
    const { job } = await evenkeel.change(change)
    const look = () => evenkeel.ask<Job>('job', { job })
    await evenkeel.until(look, ({ done }) => done >= 1_000)
    await evenkeel.kill()
    const killed = await endsNow(keys)
    const left = killed.filter((end, i) => end === ends[i]).length
    expect(left).toBeGreaterThan(0)
    expect(left).toBeLessThan(KEYS)
    await evenkeel.start()
    expect(await evenkeel.until(look, ({ state }) => state !== 'running', 25)).toMatchObject({ state: 'done' })
    const spread = await endsNow(keys)
    expect(peak(spread)).toBeLessThan(KEYS / 5)
    const ended = await evenkeel.ended(change, 90)
    expect(ended).toMatchObject({ state: 'kept', verdict: 'improved' } satisfies Partial<Change>)
    expect(ended.measured).toMatchObject({ before: KEYS })
    expect(ended.measured!.after).toBeGreaterThan(500)
    expect(ended.measured!.after).toBeLessThan(KEYS / 5)
    await client.close()
  }, 150_000)

  test('needs no more than the rights that the doctor names; without scripts nothing is written', async () => {
    await using redis = await startRedis()
    const { client, keys, ends, span, endsNow } = await cliff(redis, FAR_S)
    // Commands of newer servers are unknown to this one.
    const newer = /^\+(hotkeys|commandlog|cluster\|slot-stats)/
    const rights: string[] = redisProduct.rights!.match(/[~+-][^\s;,]+|resetchannels/g)!.filter((right) => !newer.test(right))
    const without = rights.filter((right) => right !== '+eval')
    const user = async (name: string, rights: string[]) => {
      expect(await client.call(['ACL', 'SETUSER', name, 'on', '>secret', ...rights], never)).toBe('OK')
      return { kind: 'redis', name, url: redis.about.url, username: name, password: 'secret', role: 'cache' } as TargetConfig
    }
    const targets = [await user('cache', rights), await user('least', without)]
    await using evenkeel = new KillableEvenkeel(targets, {})
    await evenkeel.start()
    await evenkeel.up()
    const after = { from: span.to - 60_000, to: span.to }
    const on = (target: string): Proposal => {
      const whole = proposal(target, span, after, 400)
      return { ...whole, steps: whole.steps.map((step) => ({ ...step, setting: { ...step.setting, target } })) }
    }
    const refused = await evenkeel.ask<{ change: string }>('apply', { proposal: on('least') })
    const ended = await evenkeel.ended(refused.change, 15)
    expect(ended).toMatchObject({ state: 'rolled_back', automatic: true, outcome: expect.stringMatching(/EVAL.*NOPERM/) })
    expect(await endsNow(keys)).toEqual(ends)
    const { change } = await evenkeel.ask<{ change: string }>('apply', { proposal: on('cache') })
    const { job } = await evenkeel.change(change)
    await evenkeel.until(
      () => evenkeel.ask<Job>('job', { job }),
      ({ done }) => done > 0,
    )
    await client.close()
  }, 60_000)

  test('is left half spread by a cancel, and put back by a roll-back after another kill -9', async () => {
    await using redis = await startRedis()
    await using evenkeel = new KillableEvenkeel([{ kind: 'redis', name: 'cache', url: redis.about.url, role: 'cache' } as TargetConfig], {})
    await evenkeel.start()
    await evenkeel.up()
    const { client, keys, ends, span, endsNow } = await cliff(redis, FAR_S)
    const after = { from: span.to - 60_000, to: span.to }
    const { change } = await evenkeel.ask<{ change: string }>('apply', { proposal: proposal('p1', span, after, 400) })
    const { job } = await evenkeel.change(change)
    await evenkeel.until(
      () => evenkeel.ask<Job>('job', { job }),
      ({ done }) => done >= 1_000,
    )
    expect(await evenkeel.ask('steer', { job, steer: 'cancel' })).toMatchObject({ state: 'cancelled' })
    const half = await endsNow(keys)
    await expect(evenkeel.ask('steer', { job, steer: 'resume' })).rejects.toMatchObject({ code: 'not_allowed' })
    await evenkeel.kill()
    await evenkeel.start()
    await evenkeel.up()
    expect(await endsNow(keys)).toEqual(half)
    await evenkeel.ask('rollBack', { change })
    expect(await evenkeel.change(change)).toMatchObject({ state: 'rolled_back' })
    expect(await endsNow(keys)).toEqual(ends)
    await client.close()
  }, 150_000)
})
