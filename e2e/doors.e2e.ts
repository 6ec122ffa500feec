import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startHouse, type TestHouse, until } from './house.ts'
import { expect, test } from './test.ts'

test.describe('with a login', () => {
  test.describe.configure({ mode: 'serial' })
  let locked: TestHouse
  test.beforeAll(async () => {
    locked = await startHouse({ fleet: { pagesPerSecond: 60, plain: false }, auth: 'local' })
  })
  test.afterAll(() => locked?.stop())

  test('nobody comes in uninvited, and the first link signs in once', async ({ page, browser }) => {
    expect((await fetch(`${locked.url}/api/v1/targets`)).status).toBe(401)
    await page.goto(locked.url)
    await expect(page).toHaveURL(/sign-in/)
    const link = readFileSync(join(locked.data, 'sign-in-link'), 'utf8').trim()
    await page.goto(link)
    const enter = page.getByRole('button', { name: /sign in/i })
    if (await enter.isVisible().catch(() => false)) await enter.first().click()
    await until('the first page', 20, async () => !page.url().includes('sign-in'))
    await page.goto(`${locked.url}/targets`)
    await expect(page.getByText('cache-a').first()).toBeVisible()

    const other = await browser.newContext()
    const stranger = await other.newPage()
    await stranger.goto(link)
    const again = stranger.getByRole('button', { name: /sign in/i })
    if (await again.isVisible().catch(() => false)) await again.first().click()
    await stranger.goto(`${locked.url}/targets`)
    await expect(stranger).toHaveURL(/sign-in/)
    await other.close()
  })
})

test('a page of somebody else cannot apply a change', async ({ house }) => {
  const foreign = await fetch(`${house.url}/api/v1/changes`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: 'http://evil.example' },
    body: JSON.stringify({ steps: [{ setting: { target: 'edge', name: 'app/app1/weight' }, after: '1' }], because: 'mischief' }),
  })
  expect(foreign.status).toBe(403)
})
