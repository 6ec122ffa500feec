import { change, found, SLOW, slowProposal, weightAtHaproxy } from './api.ts'
import { until } from './evenkeel.ts'
import { expect, test } from './test.ts'

test.describe.configure({ mode: 'serial', timeout: 300_000 })

test('a slow server is on the first page; one click lowers its weight, the verdict arrives, and another click takes it back', async ({
  evenkeel,
  page,
}) => {
  const finding = (await found(evenkeel, 'balancer/slow-server', SLOW, 75)).value
  await slowProposal(evenkeel, finding, 60)

  await page.goto(evenkeel.url)
  const row = page.getByRole('listitem').filter({ hasText: 'app4' }).first()
  await expect(row).toContainText('app4')
  const apply = row.getByRole('button', { name: /^Apply/ })
  await expect(apply).toBeVisible()
  expect(await weightAtHaproxy(evenkeel, 'app', 'app4')).toBe(100)
  const felt = evenkeel.fleet.traffic.meanSeconds(15_000)!
  await apply.click()
  await until('HAProxy has another weight', 10, async () => (await weightAtHaproxy(evenkeel, 'app', 'app4')) < 60)

  await expect(page).toHaveURL(/\/changes\//)
  const id = decodeURIComponent(new URL(page.url()).pathname.split('/').at(-1)!)
  const sheet = page.getByRole('region', { name: 'Change' })
  await expect(sheet.getByRole('heading', { name: /watching/ })).toBeVisible()
  await expect(sheet.getByRole('progressbar')).toBeVisible()
  await expect(sheet.getByRole('heading', { name: /kept: improved/ })).toBeVisible({ timeout: 130_000 })

  const ended = await change(evenkeel, id)
  const feel = () => evenkeel.fleet.traffic.meanSeconds(15_000)!
  // Predicted and measured are what the clients feel.
  const near = (figure: number, feels: number) => Math.abs(figure - feels) < 0.35 * feels
  const feels = feel()
  expect(near(ended.measured!.after, feels), `measured ${ended.measured!.after} s, the clients feel ${feels} s`).toBe(true)
  // A machine that is busy with something else slows every server for a while.
  await until(`the clients feel what was predicted: ${ended.prediction!.after} s after ${felt} s`, 60, async () => {
    const now = feel()
    return now < 0.8 * felt && near(ended.prediction!.after, now)
  })

  await sheet.getByRole('button', { name: 'Roll back' }).click()
  await until('the old weight', 10, async () => (await weightAtHaproxy(evenkeel, 'app', 'app4')) === 100)
  await expect(sheet.getByRole('heading', { name: /rolled back/ })).toBeVisible()
  expect((await evenkeel.post(`changes/${id}/roll-back`)).status).toBe(409)
})

test('a dry run writes nothing, and a weight that somebody else has changed since is kept', async ({ evenkeel }) => {
  const finding = (await found(evenkeel, 'balancer/slow-server', SLOW, 75)).value
  const proposal = await slowProposal(evenkeel, finding)
  const dry = await evenkeel.post(`proposals/${proposal.id}/apply`, { dryRun: true })
  expect([200, 202]).toContain(dry.status)
  expect(await weightAtHaproxy(evenkeel, 'app', 'app4')).toBe(100)

  await evenkeel.atHaproxy('set weight app/app4 90')
  const refused = await evenkeel.post(`proposals/${proposal.id}/apply`)
  expect(refused).toMatchObject({ status: 409, body: { code: 'drift' } })
  expect(await weightAtHaproxy(evenkeel, 'app', 'app4')).toBe(90)
  await evenkeel.atHaproxy('set weight app/app4 100')
})

test('a server in maintenance comes back by one click, with a part of its weight first', async ({ evenkeel, page }) => {
  await evenkeel.atHaproxy('set server app/app2 state maint')
  const whole = await weightAtHaproxy(evenkeel, 'app', 'app2')
  await page.goto(`${evenkeel.url}/pools/edge/app`)
  await page.getByRole('row').filter({ hasText: 'app2' }).getByRole('button', { name: 'Return to service' }).click()
  await expect(page).toHaveURL(/\/changes\//)
  expect(await weightAtHaproxy(evenkeel, 'app', 'app2')).toBe(whole / 4)
  const sheet = page.getByRole('region', { name: 'Change' })
  await sheet.getByRole('button', { name: 'Keep now' }).click()
  await expect(sheet.getByRole('heading', { name: /kept/ })).toBeVisible()
  expect(await weightAtHaproxy(evenkeel, 'app', 'app2')).toBe(whole)
})
