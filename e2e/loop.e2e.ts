import type { Page, ProposalView } from '../lib/model/views.ts'
import { ask } from '../test/servers.ts'
import { change, found, proposed, weightAtHaproxy } from './api.ts'
import { until } from './house.ts'
import { expect, test } from './test.ts'

const SLOW = { target: 'edge', pool: 'app', server: 'app4' }

test('a slow server is found, its weight lowered by one call, the effect measured, and rolled back', async ({ house }) => {
  const finding = (await found(house, 'balancer/slow-server', SLOW, 75)).value
  expect(finding.summary).toContain('app4')
  const proposal = (await proposed(house, finding)).value
  const step = proposal.steps.find(({ setting }) => setting.name === 'app/app4/weight')!
  expect(step.before).toBe('100')
  expect(Number(step.after)).toBeLessThan(60)
  expect(await weightAtHaproxy(house, 'app', 'app4')).toBe(100)

  const dry = await house.post(`proposals/${proposal.id}/apply`, { dryRun: true })
  expect([200, 202]).toContain(dry.status)
  expect(await weightAtHaproxy(house, 'app', 'app4')).toBe(100)

  const meanBefore = house.fleet.traffic.meanSeconds(15_000)!
  const applied = await house.post(`proposals/${proposal.id}/apply`)
  expect(applied.status).toBe(202)
  const id = applied.body.change as string
  await until('HAProxy has the new weight', 10, async () => (await weightAtHaproxy(house, 'app', 'app4')) === Number(step.after))

  const ended = (
    await until('the verdict', 130, async () => {
      const now = await change(house, id)
      return now.state === 'watching' || now.state === 'applying' ? null : now
    })
  ).value
  expect(ended).toMatchObject({ state: 'kept', verdict: 'improved' })
  const meanAfter = house.fleet.traffic.meanSeconds(15_000)!
  expect(meanAfter).toBeLessThan(0.8 * meanBefore)
  // What was predicted and what was measured are what the clients felt.
  expect(Math.abs(ended.prediction!.after - meanAfter)).toBeLessThan(0.35 * meanAfter)
  expect(Math.abs(ended.measured!.after - meanAfter)).toBeLessThan(0.35 * meanAfter)

  const back = await house.post(`changes/${id}/roll-back`)
  expect(back.status).toBe(202)
  await until('the old weight', 10, async () => (await weightAtHaproxy(house, 'app', 'app4')) === 100)
  await until('the change says so', 10, async () => (await change(house, id)).state === 'rolled_back')
  expect((await house.post(`changes/${id}/roll-back`)).status).toBe(409)
})

test('after kill -9 in the middle of a watch the change is known, and ends well', async ({ house }) => {
  const finding = (await found(house, 'balancer/slow-server', SLOW, 75)).value
  const proposal = (await proposed(house, finding, 75)).value
  const applied = await house.post(`proposals/${proposal.id}/apply`)
  expect(applied.status).toBe(202)
  const id = applied.body.change as string
  await until('it is watched', 15, async () => (await change(house, id)).state === 'watching')
  await house.kill9()
  await house.start()
  await until('the change is known again', 30, () => change(house, id))
  const ended = (
    await until('its end', 240, async () => {
      const now = await change(house, id)
      return now.state === 'watching' || now.state === 'applying' ? null : now
    })
  ).value
  const step = ended.steps.find(({ setting }) => setting.name === 'app/app4/weight')!
  expect(await weightAtHaproxy(house, 'app', 'app4')).toBe(Number(ended.state === 'kept' ? step.after : step.before))
  if (ended.state === 'kept') await house.post(`changes/${id}/roll-back`)
  await until('the old weight', 15, async () => (await weightAtHaproxy(house, 'app', 'app4')) === 100)
})

test('whoever moves a weight in between keeps it: drift is refused and nothing written', async ({ house }) => {
  const finding = (await found(house, 'balancer/slow-server', SLOW, 75)).value
  const open = async () => {
    const { items } = await house.get<Page<ProposalView>>('proposals')
    return items.find(({ finding: of, state }) => of === finding.id && state === 'open')
  }
  const proposal = (await until('a proposal', 75, open)).value
  await ask(house.fleet.haproxy.about.adminPort, 'set weight app/app4 90\n')
  const refused = await house.post(`proposals/${proposal.id}/apply`)
  expect(refused.status).toBe(409)
  expect(refused.body.code).toBe('drift')
  expect(await weightAtHaproxy(house, 'app', 'app4')).toBe(90)
  await ask(house.fleet.haproxy.about.adminPort, 'set weight app/app4 100\n')
})
