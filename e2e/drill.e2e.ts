import type { RingDrillView } from '../lib/model/answers/ringDrill.ts'
import { change } from './api.ts'
import { violations } from './axe.ts'
import { expect, test } from './test.ts'

test('if cache-b dies: foreseen on the page, tried for half a minute, and it came so', async ({ evenkeel, page }) => {
  const foreseen = () => evenkeel.get<RingDrillView>('rings/products/drill?node=cache-b&lasts=30s')
  await expect.poll(async () => (await foreseen()).expects.length, { timeout: 90_000 }).toBe(4)
  // A fleet which has just begun still warms; the plan says so itself.
  await expect.poll(async () => (await foreseen()).wait, { timeout: 150_000, intervals: [5_000] }).toBeNull()
  const before = await evenkeel.fleet.ring.read()
  await page.goto(`${evenkeel.url}/drills?ring=products&node=cache-b&lasts=30s`)
  await expect(page.getByRole('table', { name: 'What is expected', exact: true }).getByRole('row')).toHaveCount(5)
  await expect(page.getByText('more at first')).toBeVisible()
  expect(await violations(page)).toEqual([])

  await page.getByRole('button', { name: 'Take cache-b out for 30 seconds' }).click()
  await page.waitForURL(/\/changes\/[0-9a-f]+$/)
  const id = page.url().split('/').at(-1)!
  await expect(page.getByRole('button', { name: 'Keep now' })).toHaveAttribute('aria-disabled', 'true')
  expect((await evenkeel.fleet.ring.read()).nodes.find(({ name }) => name === 'cache-b')?.points).toBe(0)

  await expect.poll(async () => (await change(evenkeel, id)).state, { timeout: 90_000 }).toBe('rolled_back')
  expect((await evenkeel.fleet.ring.read()).nodes).toEqual(before.nodes)
  const { drill, automatic, outcome } = await change(evenkeel, id)
  expect(automatic, outcome).toBe(false)
  expect(
    drill?.outcomes?.map(({ inside }) => inside),
    outcome,
  ).toEqual([true, true, true, true])
  await expect(page.getByText('drill ended: 4 of 4 expectations held, put back')).toBeVisible()
  expect(await violations(page)).toEqual([])
})

test('the review says what was measured, what follows, and what happens if a cache dies', async ({ evenkeel, page }) => {
  await page.goto(`${evenkeel.url}/review`)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Review')
  await expect(page.getByText('products').first()).toBeVisible()
  const text = await (await fetch(`${evenkeel.url}/api/v1/export/review`)).text()
  expect(text).toMatch(/^# /)
  expect(text).toContain('products')
})
