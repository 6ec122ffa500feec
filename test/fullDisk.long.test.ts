import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Change } from '../lib/model/change.ts'
import { expiryName, type Span, spanText } from '../lib/model/expiry.ts'
import type { Job } from '../lib/model/job.ts'
import type { TargetConfig } from '../lib/model/product.ts'
import type { SavingFailure } from '../lib/model/store.ts'
import { type Command, createRedisClient } from '../lib/products/redis/client.ts'
import { webToApp } from './haproxyCfg.ts'
import { KillableEvenkeel } from './killableEvenkeel.ts'
import { describeWith } from './live.ts'
import { randomOf } from './random.ts'
import { ask, startHaproxy, startRedis } from './servers.ts'
import { describeOnSmallDisk, SmallDisk } from './smallDisk.ts'

const ROUNDS = 56
const cfg = webToApp('server a 127.0.0.1:1 weight 100', 'server b 127.0.0.1:1 weight 100')
const failing = (evenkeel: KillableEvenkeel) => evenkeel.ask<SavingFailure | null>('failing')
const told = (error: unknown) => error as { code?: string }

/** The moment at which the disk becomes full, and what is done then. */
const PHASES = ['applying', 'keep', 'roll back', 'the watch ends', 'killed while watched', 'killed in a roll-back', 'killed as it is kept']

describeOnSmallDisk('a full disk in every phase of a change', () =>
  describeWith(['haproxy', 'redis-server'], 'on real servers', () => {
    test(`${ROUNDS} changes of a weight: the journal agrees with HAProxy, through kills and after the disk has space again`, async () => {
      const random = randomOf(11)
      await using haproxy = await startHaproxy({ cfg })
      using disk = new SmallDisk(32)
      await using evenkeel = new KillableEvenkeel(
        [{ kind: 'haproxy', name: 'edge', socket: `tcp://127.0.0.1:${haproxy.about.adminPort}` } as TargetConfig],
        { ownMs: 3_000, lookMs: 500, undoMs: 20_000 },
        {},
        disk.path,
      )
      const weight = async () => /^(\d+)/.exec(await ask(haproxy.about.adminPort, 'get weight app/a\n'))![1]!
      const create = (after: string) => evenkeel.ask<{ change: string }>('create', { steps: [{ setting: { target: 'edge', name: 'app/a/weight' }, after }] }) // biome-ignore format: one line
      await evenkeel.start()
      await evenkeel.up()
      let failed = 0
      for (let round = 0; round < ROUNDS; round++) {
        const phase = PHASES[round % PHASES.length]!
        const where = `round ${round}, ${phase}`
        const before = await weight()
        const after = String(10 + ((round * 7) % 90))
        let id: string | undefined
        let cannotWrite = false
        if (phase === 'applying') {
          const applied = create(after).catch(told)
          await sleep(random() * 8)
          disk.fill()
          const answer = await applied
          if ('code' in answer) expect([where, answer.code]).toEqual([where, 'unavailable'])
          else id = (answer as { change: string }).change
        } else {
          id = (await create(after)).change
          disk.fill()
          // The store's log is written over from its start: on a full disk it has space for a while, and then nothing fails.
          if (random() < 0.7) cannotWrite = await evenkeel.until(() => failing(evenkeel), (found) => found !== null, 2).then(() => true, () => false) // biome-ignore format: one line
          if (cannotWrite) failed++
        }
        const killedLater = async () => {
          await sleep(random() * 12)
          await evenkeel.kill()
        }
        if (phase === 'keep') await evenkeel.ask('keep', { change: id })
        if (phase === 'roll back') await evenkeel.ask('rollBack', { change: id })
        if (phase === 'killed while watched') await killedLater()
        if (phase === 'killed in a roll-back') {
          void evenkeel.ask('rollBack', { change: id }).catch(told)
          await killedLater()
        }
        if (phase === 'killed as it is kept') {
          void evenkeel.ask('keep', { change: id }).catch(told)
          await killedLater()
        }
        if (phase.startsWith('killed')) {
          await evenkeel.start()
          await evenkeel.up()
        }
        const ended = id === undefined ? null : await evenkeel.ended(id, 60)
        const holds = (change: Change | null) => (change?.state === 'kept' ? after : before)
        expect([where, await weight()]).toEqual([where, holds(ended)])
        if (ended) expect([where, ended.state]).toEqual([where, expect.stringMatching(/^(kept|rolled_back)$/)])
        if (cannotWrite && (phase === 'roll back' || phase === 'keep')) expect(await failing(evenkeel)).not.toBeNull()

        // With space again, and after one more kill, the same holds.
        if (random() < 0.5) {
          disk.free()
          await evenkeel.until(() => failing(evenkeel), (found) => found === null, 40) // biome-ignore format: one line
        }
        await evenkeel.kill()
        await evenkeel.start()
        await evenkeel.up()
        if (id !== undefined) expect([where, (await evenkeel.change(id)).state]).toEqual([where, ended!.state])
        expect([where, await weight()]).toEqual([where, holds(ended)])
        if (disk.freeBytes === 0) disk.free()
        await evenkeel.until(() => failing(evenkeel), (found) => found === null, 40) // biome-ignore format: one line
      }
      expect(failed).toBeGreaterThan(ROUNDS / 4)
    })

    test('a job waits while its undo cannot be recorded, is rolled back to the millisecond on a full disk, and continues with free space', async () => {
      await using redis = await startRedis()
      using disk = new SmallDisk(32)
      await using evenkeel = new KillableEvenkeel([{ kind: 'redis', name: 'cache', url: redis.about.url, role: 'cache' } as TargetConfig], {}, {}, disk.path) // biome-ignore format: one line
      await evenkeel.start()
      await evenkeel.up()
      const client = createRedisClient({ url: redis.about.url })
      const never = new AbortController().signal
      async function all<T>(commands: Command[]): Promise<T[]> {
        const out: unknown[] = []
        for (let i = 0; i < commands.length; i += 2_000) out.push(...(await client.pipeline(commands.slice(i, i + 2_000), never)))
        return out as T[]
      }
      const keys = Array.from({ length: 20_000 }, (_, i) => `promo:${i}`)
      const endsNow = () => all<number>(keys.map((key): Command => ['PEXPIRETIME', key]))
      for (const end of ['roll back', 'go on'] as const) {
        const at = Math.ceil(Date.now() / 1_000 + 150) * 1_000
        const ends = keys.map((_, i) => at + (i % 1_000))
        await all(keys.map((key, i): Command => ['SET', key, 'x', 'PXAT', ends[i]!]))
        const span: Span = { from: at - 1_000, to: at + 2_000 }
        const proposal = {
          id: end,
          finding: 'f',
          advisor: 'expiry-spread',
          steps: [{ setting: { target: 'cache', name: expiryName(span, 'promo:*') }, before: spanText(span), after: spanText({ from: span.to - 100_000, to: span.to }) }], // biome-ignore format: one line
          because: 'a test',
          prediction: null,
          guards: [],
          risk: 'low',
          riskBecause: '',
          commands: [],
          state: 'open',
          createdAt: Date.now(),
        }
        const { change } = await evenkeel.ask<{ change: string }>('apply', { proposal })
        const { job } = await evenkeel.change(change)
        const look = () => evenkeel.ask<Job>('job', { job })
        await evenkeel.until(look, ({ done }) => done >= 1_000)
        disk.fill()
        await evenkeel.until(look, ({ waiting }) => waiting?.includes('disk of the data folder is full') === true)
        const written = (await endsNow()).filter((end, i) => end !== ends[i]).length
        expect(written).toBeGreaterThan(0)
        expect(written).toBeLessThan(keys.length)
        if (end === 'roll back') {
          await evenkeel.ask('rollBack', { change })
          expect((await evenkeel.ended(change, 60)).state).toBe('rolled_back')
          expect(await endsNow()).toEqual(ends)
          await evenkeel.kill()
          await evenkeel.start()
          expect((await evenkeel.change(change)).state).toBe('rolled_back')
          disk.free()
          await evenkeel.until(() => failing(evenkeel), (found) => found === null, 40) // biome-ignore format: one line
        } else {
          disk.free()
          expect(await evenkeel.until(look, ({ state }) => state !== 'running', 90)).toMatchObject({ state: 'done', left: 0 })
        }
      }
      await client.close()
    })
  }),
)
