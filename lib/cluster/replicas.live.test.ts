import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../../test/live.ts'
import { Replicas } from '../../test/replicas.ts'
import type { ChangeView } from '../model/answers/change.ts'
import type { FindingView } from '../model/answers/finding.ts'
import type { Page } from '../model/answers/shape.ts'

const own = (target: string, after: string) => ({ steps: [{ setting: { target, name: 'config/maxmemory' }, after }], because: 'a test' })

describeWith(['postgres', 'redis-server'], 'three replicas', () => {
  let fleet: Replicas
  beforeAll(async () => {
    fleet = await Replicas.start({ replicas: 3, caches: 6 })
  })
  afterAll(() => fleet[Symbol.asyncDispose]())

  it('are one: dealt evenly, each change made once, and what a killed one had goes on', async () => {
    const [asked] = fleet.all
    const owners = await fleet.dealt(fleet.all)
    const victim = fleet.all[2]!
    const [left, right] = fleet.all as [(typeof fleet.all)[0], (typeof fleet.all)[0]]
    const [changed, dead] = [...owners].filter(([, owner]) => owner === victim.name).map(([name]) => name) as [string, string]

    // Two that do not have the target are asked at the same moment.
    await asked!.until(
      () => left.get<Page<{ name: string; state: string }>>('targets'),
      ({ items }) => items.length === 6 && items.every(({ state }) => state === 'up'),
    )
    const answers = await Promise.all([left, right].map((one) => one.call('POST', 'changes', own(changed, '60000000'))))
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409])
    const { change: id } = answers.find(({ status }) => status === 202)!.body as { change: string }
    for (const one of fleet.all) await one.until(() => one.get<ChangeView>(`changes/${id}`), ({ state }) => state === 'watching', 5) // biome-ignore format: one line

    await fleet.caches.get(dead)!.stop('SIGKILL')
    const down = ({ items }: Page<FindingView>) => items.find(({ subject, state }) => subject.target === dead && state === 'firing')
    const before = down(
      await left.until(
        () => left.get<Page<FindingView>>(`findings?target=${dead}`),
        (page) => down(page) !== undefined,
      ),
    )!
    const told = () => fleet.all.flatMap(({ notices }) => notices).filter((body) => body.includes(dead)).length
    await left.until(told, (count) => count > 0)

    await victim.end('SIGKILL')
    const after = await fleet.dealt([left, right], 15)
    expect(after.get(changed)).not.toBe(victim.name)
    for (const one of [left, right]) {
      const findings = await one.get<Page<FindingView>>(`findings?target=${dead}`)
      expect(findings.items.filter(({ rule }) => rule === before.rule)).toMatchObject([{ id: before.id, state: 'firing' }])
    }
    expect(told()).toBe(1)
    const other = [left, right].find(({ name }) => name !== after.get(changed))!
    const watched = await other.until(() => other.get<ChangeView>(`changes/${id}`), ({ journal }) => journal.some(({ what }) => what === 'recovered')) // biome-ignore format: one line
    expect(watched.state).toBe('watching')
    expect((await other.call('POST', `changes/${id}/keep`)).status).toBe(202)
    for (const one of [left, right]) await one.until(() => one.get<ChangeView>(`changes/${id}`), ({ state }) => state === 'kept', 5) // biome-ignore format: one line
  }, 60_000)
})
