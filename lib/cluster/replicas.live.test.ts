import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { describeWith } from '../../test/live.ts'
import { type Replica, Replicas } from '../../test/replicas.ts'
import { redisSay } from '../../test/servers.ts'
import type { ApprovalView } from '../model/answers/approval.ts'
import type { ChangeView } from '../model/answers/change.ts'
import type { FindingView } from '../model/answers/finding.ts'
import type { Page } from '../model/answers/shape.ts'

const BRAKES = `auth: { mode: proxy, trusted: [127.0.0.1], roles: { operator: ["*"] } }
changes: { secondApprover: high, inFlight: 2 }`
const own = (target: string, name: string, after: number) => ({
  steps: [{ setting: { target, name: `config/${name}` }, after: String(after) }],
  because: 'a test',
})
/** Of low risk, and of high risk. */
const samples = (target: string, after: number) => own(target, 'maxmemory-samples', after)
const memory = (target: string, mb: number) => own(target, 'maxmemory', mb * 1024 * 1024)
const statuses = (answers: readonly { status: number }[]) => answers.map(({ status }) => status).sort()

describeWith(['postgres', 'redis-server'], 'three replicas', () => {
  let fleet: Replicas
  beforeAll(async () => {
    fleet = await Replicas.start({ replicas: 3, caches: 9, extra: BRAKES })
  })
  // Of a try before this one a replica or a cache may be dead, and a change in flight.
  beforeEach(async () => {
    await fleet.whole()
    const [one] = fleet.all as [Replica]
    await one.until(
      () => one.get<Page<{ name: string; state: string }>>('targets'),
      ({ items }) => items.length === 9 && items.every(({ state }) => state === 'up'),
    )
    await rolledBack(one)
  })
  afterAll(() => fleet[Symbol.asyncDispose]())

  /** Rolls back whatever is in flight. */
  async function rolledBack(one: Replica): Promise<void> {
    const inFlight = async () => (await one.get<Page<ChangeView>>('changes?state=watching')).items
    for (const { id } of await inFlight()) await one.call('POST', `changes/${id}/roll-back`)
    await one.until(inFlight, (items) => items.length === 0)
  }
  const approve = (one: Replica, id: string) => one.call('POST', `approvals/${id}/approve`, undefined, 'bob')
  const approval = (one: Replica, id: string) => one.get<ApprovalView>(`approvals/${id}`)
  /** How often a cache was told to set something. */
  const writesOf = async (name: string) =>
    Number(/cmdstat_config\|set:calls=(\d+)/.exec(await redisSay(fleet.caches.get(name)!, 'INFO commandstats'))?.[1] ?? 0)

  it('approve as one: asked for on one, given on another, carried out once by the third; limits are of the fleet', async () => {
    const [a, b, c] = fleet.all as [Replica, Replica, Replica]
    const owners = await fleet.dealt(fleet.all)
    const of = (one: Replica) => [...owners].filter(([, owner]) => owner === one.name).map(([name]) => name) as [string, string, string]
    const [cache] = of(c)
    const writes = await writesOf(cache)
    const asked = await Promise.all([a, b].map((one) => one.call('POST', 'approvals', memory(cache, 60))))
    expect(statuses(asked)).toEqual([201, 409])
    const { id } = asked.find(({ status }) => status === 201)!.body as ApprovalView
    for (const one of fleet.all) await one.until(() => approval(one, id), ({ state }) => state === 'pending', 5) // biome-ignore format: one line
    expect((await a.call('POST', `approvals/${id}/approve`)).status).toBe(409)
    const given = await Promise.all([a, b].map((one) => approve(one, id)))
    expect(statuses(given)).toEqual([202, 409])
    const { change } = given.find(({ status }) => status === 202)!.body as ApprovalView
    for (const one of fleet.all) {
      const made = await one.until(() => one.get<ChangeView>(`changes/${change}`), ({ state }) => state === 'watching', 5) // biome-ignore format: one line
      expect(made).toMatchObject({ by: 'ann', approvedBy: 'bob' })
      await one.until(
        () => approval(one, id),
        ({ state }) => state === 'approved',
        5,
      )
    }
    expect(await writesOf(cache)).toBe(writes + 1)

    // One more may be in flight, whichever replica begins it.
    const begun = await Promise.all([a, b].map((one) => one.call('POST', 'changes', samples(of(one)[0], 7))))
    expect(statuses(begun)).toEqual([202, 409])
    expect(JSON.stringify(begun)).toContain('changes.inFlight')
    await rolledBack(a)
    expect(await writesOf(cache)).toBe(writes + 2)
  }, 60_000)

  it('are one: dealt evenly, each change made once, and what a killed one had goes on', async () => {
    const owners = await fleet.dealt(fleet.all)
    const victim = fleet.all[2]!
    const [left, right] = fleet.all as [Replica, Replica]
    const of = [...owners].filter(([, owner]) => owner === victim.name).map(([name]) => name)
    const [changed, dead, hung] = of as [string, string, string]

    // Two that do not have the target are asked at the same moment.
    const answers = await Promise.all([left, right].map((one) => one.call('POST', 'changes', samples(changed, 8))))
    expect(statuses(answers)).toEqual([202, 409])
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
    const told = () => fleet.all.flatMap(({ notices }) => notices).filter((body) => body.includes(before.id)).length
    await left.until(told, (count) => count > 0)

    // Killed between an approval and its write: the cache does not answer until it is dead.
    const asked = (await left.call('POST', 'approvals', memory(hung, 61))).body as ApprovalView
    const writes = await writesOf(hung)
    fleet.caches.get(hung)!.freeze()
    const cutOff = approve(right, asked.id)
    await left.until(() => approval(left, asked.id), ({ state }) => state === 'applying', 5) // biome-ignore format: one line
    await victim.end('SIGKILL')
    fleet.caches.get(hung)!.thaw()

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

    expect((await cutOff).status).toBe(503)
    for (const one of [left, right]) await one.until(() => approval(one, asked.id), ({ state }) => state === 'pending', 10) // biome-ignore format: one line
    expect(await writesOf(hung)).toBe(writes)
    await left.until(() => approve(left, asked.id), ({ status }) => status === 202, 10) // biome-ignore format: one line
    expect(await writesOf(hung)).toBe(writes + 1)

    expect((await other.call('POST', `changes/${id}/keep`)).status).toBe(202)
    for (const one of [left, right]) await one.until(() => one.get<ChangeView>(`changes/${id}`), ({ state }) => state === 'kept', 5) // biome-ignore format: one line
  }, 60_000)
})
