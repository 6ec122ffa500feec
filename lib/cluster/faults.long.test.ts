import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../../test/live.ts'
import { type Replica, Replicas } from '../../test/replicas.ts'
import { redisSay } from '../../test/servers.ts'
import type { ChangeView } from '../model/answers/change.ts'
import type { FindingView } from '../model/answers/finding.ts'
import type { Page } from '../model/answers/shape.ts'

/** Park and Miller's generator: a run is repeated by its seed. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}

const BEFORE = '52428800'
const ROUNDS = Number(process.env.EVENKEEL_FAULTS ?? 20)

describeWith(['postgres', 'redis-server'], 'three replicas under faults at random', () => {
  const seed = Number(process.env.EVENKEEL_SEED ?? (Date.now() % 2_147_483_646) + 1)
  const random = generator(seed)
  const oneOf = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!
  let fleet: Replicas
  beforeAll(async () => {
    console.log(`EVENKEEL_SEED=${seed}`)
    fleet = await Replicas.start({ replicas: 3, caches: 6 })
    await fleet.dealt(fleet.all)
  })
  afterAll(() => fleet[Symbol.asyncDispose]())

  /** How often a server was told to set something: each change writes once, and once at most takes it back. */
  const writesOf = async (cache: string) => {
    const stats = await redisSay(fleet.caches.get(cache)!, 'INFO commandstats')
    return Number(/cmdstat_config\|set:calls=(\d+)/.exec(stats)?.[1] ?? 0)
  }
  const limitOf = async (cache: string) => /\b\d{6,}\b/.exec(await redisSay(fleet.caches.get(cache)!, 'CONFIG GET maxmemory'))?.[0]

  const faults: Record<string, (one: Replica, ms: number) => Promise<void>> = {
    async killed(one, ms) {
      await one.end('SIGKILL')
      await sleep(ms)
      await one.start()
    },
    async stopped(one, ms) {
      one.freeze('SIGSTOP')
      await sleep(ms)
      one.freeze('SIGCONT')
    },
    async withoutDatabase(_, ms) {
      await fleet.database.stop('SIGINT')
      await sleep(ms)
      await fleet.database.start()
    },
    /** Packets vanish between it and the database; nobody is told. */
    async cutOff(one, ms) {
      one.line.hold()
      await sleep(ms)
      one.line.release()
    },
    /** The same for all: a database whose host is gone. */
    async allCutOff(_, ms) {
      for (const { line } of fleet.all) line.hold()
      await sleep(ms)
      for (const { line } of fleet.all) line.release()
    },
    async ended(one) {
      await one.end('SIGTERM')
      await one.start()
    },
  }

  it(`nothing is written twice, forgotten or announced again (${ROUNDS} faults)`, async () => {
    const given = new Map<string, { cache: string; after: string }>()
    for (let round = 0; round < ROUNDS; round++) {
      const cache = oneOf([...fleet.caches.keys()])
      const victim = oneOf(fleet.all)
      const asked = oneOf(fleet.all.filter((one) => one !== victim))
      const [name, fault] = oneOf(Object.entries(faults))
      const after = String(60_000_000 + round)
      const waitMs = Math.round(random() * 300)
      const lastsMs = Math.round(2_000 + random() * 18_000)
      console.log(`${round}: ${victim.name} ${name} for ${lastsMs} ms, ${waitMs} ms after a change of ${cache} through ${asked.name}`)
      const writes = await writesOf(cache)
      const call = asked.call('POST', 'changes', {
        steps: [{ setting: { target: cache, name: 'config/maxmemory' }, after }],
        because: 'a fault',
      })
      await sleep(waitMs)
      await fault(victim, lastsMs)
      const { status, body } = await call.catch(() => ({ status: 0, body: null }))
      const id = status === 202 ? (body as { change: string }).change : null
      if (id) given.set(id, { cache, after })

      await fleet.dealt(fleet.all, 45)
      for (const one of fleet.all)
        for (const known of given.keys())
          await one.until(() => one.get<ChangeView>(`changes/${known}`), ({ state }) => state !== undefined && state !== 'applying', 30) // biome-ignore format: one line
      for (const known of given.keys()) {
        const change = await asked.get<ChangeView>(`changes/${known}`)
        if (change.state === 'watching') await asked.call('POST', `changes/${known}/roll-back`)
      }
      // Of a call that was refused nobody knows the change: when the database went between its journal and the answer, it is seen to be watched a while later.
      const rolledBack = async () => {
        const page = await asked.get<Page<ChangeView>>('changes?limit=200')
        for (const { id: open, state } of page.items) if (state === 'watching') await asked.call('POST', `changes/${open}/roll-back`)
        return page
      }
      await asked.until(rolledBack, ({ items }) => items.every(({ state }) => ['kept', 'rolled_back', 'failed'].includes(state)), 200)
      for (const one of fleet.caches.keys()) expect(await limitOf(one), `${one} after round ${round}`).toBe(BEFORE)
      // What one wrote, no other wrote again.
      expect((await writesOf(cache)) - writes, `writes on ${cache} in round ${round}`).toBeLessThanOrEqual(2)
      for (const change of (await asked.get<Page<ChangeView>>('changes?limit=200')).items) {
        const written = change.journal.filter(({ what, text }) => what === 'written' && text.includes('holds the new values')).length
        expect(written, change.id).toBeLessThanOrEqual(1)
      }
      const lists = await Promise.all(fleet.all.map((one) => one.get<Page<FindingView>>('findings?state=firing&limit=200')))
      const idsOf = (page: Page<FindingView>) => page.items.map((finding) => `${finding.rule} ${JSON.stringify(finding.subject)}`).sort()
      for (const list of lists) expect(new Set(idsOf(list)).size).toBe(idsOf(list).length)
      given.clear()
    }
    expect(fleet.all.length).toBe(3)
  }, 1_800_000)
})
