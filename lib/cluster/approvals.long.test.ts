import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../../test/live.ts'
import { randomOf } from '../../test/random.ts'
import { type Replica, Replicas } from '../../test/replicas.ts'
import { redisSay } from '../../test/servers.ts'
import type { ApprovalView } from '../model/answers/approval.ts'
import type { ChangeView } from '../model/answers/change.ts'
import type { Page } from '../model/answers/shape.ts'

const AUTH = `auth: { mode: proxy, trusted: [127.0.0.1], roles: { operator: ["*"] } }
changes: { secondApprover: high }`
const ROUNDS = Number(process.env.EVENKEEL_FAULTS ?? 20)
const SEED = Number(process.env.EVENKEEL_SEED ?? (Date.now() % 2_147_483_646) + 1)
const OVER = ['kept', 'rolled_back', 'failed']

describeWith(['postgres', 'redis-server'], 'approvals with three replicas, of which one is killed', () => {
  const random = randomOf(SEED)
  const oneOf = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!
  let fleet: Replicas
  beforeAll(async () => {
    console.log(`EVENKEEL_SEED=${SEED}`)
    fleet = await Replicas.start({ replicas: 3, caches: 3, extra: AUTH })
    await fleet.dealt(fleet.all)
  })
  afterAll(() => fleet[Symbol.asyncDispose]())

  /** How often the server was told to set something. */
  const writesOf = async (cache: string) =>
    Number(/cmdstat_config\|set:calls=(\d+)/.exec(await redisSay(fleet.caches.get(cache)!, 'INFO commandstats'))?.[1] ?? 0)
  const limitOf = async (cache: string) => /\b\d{6,}\b/.exec(await redisSay(fleet.caches.get(cache)!, 'CONFIG GET maxmemory'))?.[0]
  const changesOf = async (asked: Replica) => (await asked.get<Page<ChangeView>>('changes?limit=200')).items
  const overOn = (asked: Replica) =>
    asked.until(
      () => changesOf(asked),
      (items) => items.every(({ state }) => OVER.includes(state)),
      200,
    )
  const approve = (one: Replica, id: string) => one.call('POST', `approvals/${id}/approve`, undefined, 'bob')

  it(`what a second person has approved is carried out once or not at all (${ROUNDS} kills)`, async () => {
    const ends: Record<string, number> = {}
    for (let round = 0; round < ROUNDS; round++) {
      const cache = oneOf([...fleet.caches.keys()])
      const before = await limitOf(cache)
      const after = String(60_000_000 + round)
      const owner = fleet.named((await fleet.owners(fleet.all[0]!)).get(cache)!)
      const [asks, approves] = fleet.all.filter((one) => one !== owner) as [Replica, Replica]
      const body = { steps: [{ setting: { target: cache, name: 'config/maxmemory' }, after }], because: 'a kill' }
      const { status, body: asked } = await asks.call('POST', 'approvals', body)
      expect(status, JSON.stringify(asked)).toBe(201)
      const { id } = asked as ApprovalView
      const writes = await writesOf(cache)
      const call = approve(approves, id).catch(() => ({ status: 0 }))
      const waitMs = Math.round(random() ** 2 * 250)
      await sleep(waitMs)
      await owner.end('SIGKILL')
      const answer = await call
      await fleet.dealt([asks, approves], 20)
      const stands = ({ state }: ApprovalView) => state !== 'applying'
      const [here, there] = await Promise.all([asks, approves].map((one) => one.until(() => one.get<ApprovalView>(`approvals/${id}`), stands, 20))) as [ApprovalView, ApprovalView] // biome-ignore format: one line
      expect(there.state).toBe(here.state)
      if (answer.status === 202) expect(here.state).toBe('approved')
      const made = (await changesOf(asks)).filter(({ steps }) => steps[0]!.after === after)
      expect(made.length, `changes of round ${round}`).toBeLessThanOrEqual(1)
      if (here.state === 'approved') expect(here.change).toBe(made[0]!.id)
      else {
        expect(here.state).toBe('pending')
        expect(made.filter(({ state }) => state !== 'failed')).toEqual([])
      }
      const seen = `${here.state}, ${made[0]?.state ?? 'no change'}`
      ends[seen] = (ends[seen] ?? 0) + 1
      console.log(`${round}: ${owner.name} killed ${waitMs} ms after the approval: ${answer.status}, ${seen}`)
      // Whoever approves again carries out nothing that was carried out.
      await asks.until(() => changesOf(asks), (items) => items.every(({ state }) => state !== 'applying'), 30) // biome-ignore format: one line
      for (const { id: open, state } of await changesOf(asks))
        if (state === 'watching') await asks.call('POST', `changes/${open}/roll-back`)
      await overOn(asks)
      expect(await limitOf(cache), `the value after round ${round}`).toBe(before)
      expect((await writesOf(cache)) - writes, `writes of round ${round}`).toBeLessThanOrEqual(2)
      const again = await approves.until(() => approve(approves, id), ({ status, body }) => status !== 503 && (body as { code?: string }).code !== 'busy', 60) // biome-ignore format: one line
      expect(again.status, JSON.stringify(again.body)).toBe(here.state === 'approved' ? 409 : 202)
      if (again.status === 202) {
        const { change } = again.body as ApprovalView
        await asks.until(() => asks.call('POST', `changes/${change}/roll-back`), ({ status }) => status === 202, 20) // biome-ignore format: one line
        await overOn(asks)
      }
      expect((await writesOf(cache)) - writes, `writes of round ${round}`).toBeLessThanOrEqual(2)
      await owner.start()
      await fleet.dealt(fleet.all, 30)
    }
    console.log(JSON.stringify(ends))
  }, 1_800_000)
})

describeWith(['postgres', 'redis-server'], 'an approval with three replicas whose time ends', () => {
  it('is carried out by nobody, though it is given when the replica that has it is just dead, and the next is', async () => {
    const extra = AUTH.replace('high }', 'high, approveWithin: 1m }')
    await using fleet = await Replicas.start({ replicas: 3, caches: 3, extra })
    await fleet.dealt(fleet.all)
    const cache = 'cache-1'
    const owner = fleet.named((await fleet.owners(fleet.all[0]!)).get(cache)!)
    const [asks, approves] = fleet.all.filter((one) => one !== owner) as [Replica, Replica]
    const body = { steps: [{ setting: { target: cache, name: 'config/maxmemory' }, after: '60000000' }], because: 'a test' }
    const approve = (id: string) => approves.call('POST', `approvals/${id}/approve`, undefined, 'bob')
    const asked = (await asks.call('POST', 'approvals', body)).body as ApprovalView
    await sleep(Math.max(0, Date.parse(asked.until) - Date.now() - 3_000))
    await owner.end('SIGKILL')
    // It waits for the heir, which has it when its time is over.
    const late = await approve(asked.id)
    expect([late.status, JSON.stringify(late.body)]).toEqual([409, expect.stringContaining('it is expired')])
    for (const one of [asks, approves]) expect(await one.get<ApprovalView>(`approvals/${asked.id}`)).toMatchObject({ state: 'expired' })
    expect((await asks.get<Page<ChangeView>>('changes')).items).toEqual([])
    const again = (await asks.call('POST', 'approvals', body)).body as ApprovalView
    expect((await approve(again.id)).status).toBe(202)
    expect((await asks.get<Page<ChangeView>>('changes')).items).toMatchObject([{ state: 'watching', approvedBy: 'bob' }])
  }, 200_000)
})
