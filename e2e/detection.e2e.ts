import { setTimeout as sleep } from 'node:timers/promises'
import type { FindingView } from '../lib/model/answers/finding.ts'
import type { Page } from '../lib/model/answers/shape.ts'
import { firing, found } from './api.ts'
import { startEvenkeel, type TestServer, until } from './evenkeel.ts'
import { expect, test } from './test.ts'

/** Faults that do not affect each other's metrics are injected together; other rules that may fire follow from them. */
const ROUNDS: { drill: string; rule: string; subject: Record<string, string>; within: number }[][] = [
  [
    { drill: 'server-down', rule: 'balancer/server-down', subject: { pool: 'app', server: 'app3' }, within: 10 + 2 },
    { drill: 'eviction-storm', rule: 'cache/eviction-storm', subject: { target: 'cache-b' }, within: 15 + 5 },
  ],
  [
    { drill: 'slow-server', rule: 'balancer/slow-server', subject: { pool: 'app', server: 'app2' }, within: 30 },
    { drill: 'hot-key', rule: 'cache/hot-key', subject: { key: 'product:viral' }, within: 30 },
  ],
  [
    { drill: 'error-rate', rule: 'balancer/error-rate', subject: { pool: 'app', server: 'app3' }, within: 25 },
    { drill: 'hit-ratio-drop', rule: 'cache/hit-ratio-drop', subject: {}, within: 20 },
  ],
  [
    { drill: 'flapping-server', rule: 'balancer/server-flapping', subject: { pool: 'app', server: 'app3' }, within: 45 },
    { drill: 'cache-restart', rule: 'cache/restart', subject: { target: 'cache-c' }, within: 10 },
    { drill: 'uneven-ring', rule: 'ring/imbalance', subject: { ring: 'products' }, within: 45 },
  ],
  [{ drill: 'mass-expiry', rule: 'cache/mass-expiry', subject: {}, within: 60 }],
  [{ drill: 'stampede', rule: 'cache/stampede', subject: {}, within: 35 }],
]

test.describe('detection on a healthy fleet', () => {
  test.describe.configure({ mode: 'serial', timeout: 400_000 })
  let evenkeel: TestServer
  test.beforeAll(async () => {
    evenkeel = await startEvenkeel({ fleet: { points: [160, 160, 160], app4Ms: 20 } })
  })
  test.afterAll(() => evenkeel?.stop())

  test('normal traffic raises no finding', async () => {
    await sleep(75_000)
    expect(await alarms(evenkeel)).toEqual([])
  })

  for (const round of ROUNDS)
    test(`found in time: ${round.map(({ rule }) => rule).join(', ')}`, async () => {
      const asked = round.map(({ drill }) => evenkeel.drills.start(drill))
      const times = await Promise.all(
        round.map(async ({ rule, subject, within }) => `${rule} ${(await found(evenkeel, rule, subject, within)).seconds.toFixed(1)} s`),
      )
      console.log(times.join(', '))
      await Promise.all(asked)
      await Promise.all(round.map(({ drill }) => evenkeel.drills.end(drill)))
      for (const { rule, subject } of round)
        await until(`${rule} resolves`, 240, async () => (await firing(evenkeel, rule, subject)) === undefined)
    })
})

/** Firing findings that would wake somebody. */
async function alarms(evenkeel: TestServer): Promise<string[]> {
  const { items } = await evenkeel.get<Page<FindingView>>('findings?state=firing')
  const counts = items.filter(({ severity, rule }) => severity !== 'info' && rule !== 'fleet/single-point-of-failure')
  return counts.map(({ rule, subject, summary }) => `${rule} ${JSON.stringify(subject)} ${summary}`)
}
