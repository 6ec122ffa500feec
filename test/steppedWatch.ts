import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import type { TargetConfig } from '../lib/model/product.ts'
import type { Proposal } from '../lib/model/proposal.ts'
import { fakedClock } from './fakedClock.ts'
import { KillableEvenkeel } from './killableEvenkeel.ts'
import { redisSay, startRedis } from './servers.ts'

const proposal = (id: string, before: string): Proposal => ({
  id,
  finding: 'f1',
  advisor: 'cache-memory',
  steps: [{ setting: { target: 'cache', name: 'config/maxmemory' }, before, after: '64000000' }],
  because: 'a test',
  prediction: null,
  guards: [{ metric: 'cache_items', where: { target: 'cache' }, unit: 'count', op: '>', limit: 500, forMs: 2_000, why: 'too many keys' }],
  risk: 'low',
  riskBecause: 'exact',
  commands: [],
  state: 'open',
  createdAt: 0,
})

type Told = { at: number; steps: number[]; tickedAt: number; newestAt: number }

/**
 * Evenkeel and a Redis with a wall clock that is set by the given seconds, one step each two seconds, while a change is watched. Samples continue
 * at the new time, each step is reported once, the watch lasts as long as planned, and a guard still works.
 */
export async function steppedWatch(steps: number[], { restart = false } = {}): Promise<void> {
  const clock = fakedClock()
  // Each step with its checks takes a few seconds.
  const watchMs = 8_000 + 7_000 * steps.length
  await using redis = await startRedis({ config: ['maxmemory 100000000'] })
  await using evenkeel = new KillableEvenkeel([{ kind: 'redis', name: 'cache', url: redis.about.url, role: 'cache' } as TargetConfig], { ownMs: watchMs, lookMs: 500, guardMs: 4_000 }, clock.env) // biome-ignore format: one line
  await evenkeel.start()
  await evenkeel.up()
  await sleep(3_000)

  const { change } = await evenkeel.ask<{ change: string }>('apply', { proposal: proposal('p1', '100000000') })
  const begun = performance.now()
  for (const [i, seconds] of steps.entries()) {
    await sleep(2_000)
    if (restart && i === steps.length - 1) await evenkeel.kill()
    clock.set(seconds)
    if (restart && i === steps.length - 1) await evenkeel.start()
    // By the wall clock's dates there are new samples, as many as seconds have passed.
    await evenkeel.until(() => evenkeel.ask<[number, number][]>('series', { metric: 'cache_items' }), (points) => points.length >= 4, 8) // biome-ignore format: one line
    const told = await evenkeel.until(
      () => evenkeel.ask<Told>('clock'),
      ({ at, newestAt, tickedAt }) => Math.abs(at - newestAt) < 2_500 && Math.abs(at - tickedAt) < 2_500,
      3,
    )
    expect(Math.abs(told.at - Date.now() - seconds * 1_000)).toBeLessThan(1_500)
  }
  const ended = await evenkeel.ended(change, 100)
  const took = performance.now() - begun
  expect(ended).toMatchObject({ state: 'kept', verdict: 'unjudged' })
  // After a restart a watch goes on for a while, at most for its whole length.
  expect(took).toBeGreaterThan(watchMs - 1_500)
  expect(took).toBeLessThan(watchMs + (restart ? watchMs : 0) + 4_000)
  const { steps: told } = await evenkeel.ask<Told>('clock')
  if (!restart) expect(told.map((ms) => Math.round(ms / 1_000))).toEqual(steps.map((seconds, i) => seconds - (steps[i - 1] ?? 0)))

  const second = await evenkeel.ask<{ change: string }>('apply', { proposal: { ...proposal('p2', '64000000'), steps: [{ setting: { target: 'cache', name: 'config/maxmemory' }, before: '64000000', after: '80000000' }] } }) // biome-ignore format: one line
  clock.set(steps.at(-1)! + 1_800)
  await redisSay(redis, ...Array.from({ length: 600 }, (_, i) => `SET key:${i} x`))
  expect(await evenkeel.ended(second.change, 25)).toMatchObject({ state: 'rolled_back', verdict: 'regressed', automatic: true })
  expect(await redisSay(redis, 'CONFIG GET maxmemory')).toContain('64000000')
}
