import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { KillableEvenkeel } from '../../test/killableEvenkeel.ts'
import { describeWith } from '../../test/live.ts'
import { startSubjects } from '../../test/subjects.ts'
import type { Change } from '../model/change.ts'

const LONG = { ownMs: 60_000, ttlWatchMs: 60_000, slowStartMs: 9_000 }

describeWith(
  ['haproxy', 'nginx', 'nutcracker', 'redis-server', 'memcached'],
  'a start in observe mode with changes of every kind in flight',
  () => {
    test.each([
      ['while the first is written', (changes: Change[]) => changes.length > 0],
      [
        'while one is written, and the others are watched',
        (changes: Change[]) => changes.filter(({ state }) => state === 'watching').length >= 9,
      ],
      ['while they are watched', (changes: Change[]) => changes.length === 11 && changes.every(({ state }) => state === 'watching')],
    ])(
      'writes nothing to any server after kill -9 %s; what it says undoes them, and so does tune mode',
      async (_what, reached) => {
        await using fleet = await startSubjects()
        await using evenkeel = new KillableEvenkeel(fleet.targets, LONG)
        evenkeel.everyMs = 200
        const snapshot = async () =>
          new Map(await Promise.all(fleet.subjects.map(async ({ name, holds }) => [name, await holds()] as const)))
        const of = (change: Change) => fleet.subjects.find((subject) => subject.owns(change))!
        await evenkeel.start()
        await evenkeel.up()
        const begun = fleet.subjects.map((subject) => subject.begin(evenkeel).catch(() => null))
        for (const end = Date.now() + 15_000; !reached(await evenkeel.ask<Change[]>('changes')); await sleep(5))
          expect(Date.now()).toBeLessThan(end)
        await evenkeel.kill()
        await Promise.all(begun)
        const before = await snapshot()
        expect(fleet.subjects).toHaveLength(11)

        evenkeel.mode = 'observe'
        await evenkeel.start()
        const changes = await evenkeel.ask<Change[]>('changes')
        expect(reached(changes.map((change) => ({ ...change, state: 'watching' })))).toBe(true)
        for (const change of changes) {
          expect(change, of(change).name).toMatchObject({ state: expect.stringMatching(/kept|failed/), endedAt: expect.any(Number) })
          if (change.state === 'failed') expect(change.outcome).toMatch(/^Not applied/)
      else expect(change, of(change).name).toMatchObject({ verdict: 'unjudged', needsPerson: expect.stringMatching(/Decide/), undo: expect.arrayContaining([expect.any(String)]) }) // biome-ignore format: one line
        }
        await evenkeel.up()
        for (const end = Date.now() + 2_000; Date.now() < end; await sleep(200)) expect(await snapshot()).toEqual(before)
        for (const { id } of changes) {
          await expect(evenkeel.ask('rollBack', { change: id })).rejects.toMatchObject({ code: 'read_only' })
          await expect(evenkeel.ask('keep', { change: id })).rejects.toMatchObject({ code: 'not_allowed' })
        }
        await expect(fleet.subjects[0]!.begin(evenkeel)).rejects.toMatchObject({ code: 'read_only' })
        expect(await snapshot()).toEqual(before)

        await evenkeel.end()
        evenkeel.mode = 'tune'
        await evenkeel.start()
        await evenkeel.up()
        for (const subject of fleet.subjects) {
          const change = changes.find((one) => subject.owns(one)) ?? null
          if (change?.state === 'kept') {
            await evenkeel.ask('rollBack', { change: change.id })
            expect(await evenkeel.ended(change.id, 30)).toMatchObject({ state: 'rolled_back' })
          }
          expect(await subject.verify(change && (await evenkeel.change(change.id)))).toEqual([])
        }
      },
      120_000,
    )
  },
)
