import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { violations } from './axe.ts'
import { startEvenkeel, type TestServer } from './evenkeel.ts'
import { expect, test } from './test.ts'

test.describe('with a login', () => {
  test.describe.configure({ mode: 'serial' })
  let locked: TestServer
  test.beforeAll(async () => {
    locked = await startEvenkeel({ fleet: { pagesPerSecond: 60, plain: false }, auth: 'local', extra: 'changes: { secondApprover: high }' })
  })
  test.afterAll(() => locked?.stop())

  test('nobody gets in without an invitation, the first link works once, and each role may do what it should', async ({
    page,
    browser,
  }) => {
    expect((await fetch(`${locked.url}/api/v1/targets`)).status).toBe(401)
    await page.goto(locked.url)
    await expect(page).toHaveURL(/sign-in/)
    const link = readFileSync(join(locked.data, 'sign-in-link'), 'utf8').trim()
    await page.goto(link)
    await expect(page).not.toHaveURL(/sign-in/)
    await page.goto(`${locked.url}/targets`)
    await expect(page.getByText('cache-a').first()).toBeVisible()
    const cookies = await page.context().cookies()
    expect(cookies[0]).toMatchObject({ httpOnly: true, sameSite: 'Lax' })

    const other = await browser.newContext()
    const stranger = await other.newPage()
    await stranger.goto(link)
    await expect(stranger.getByRole('alert').first()).toContainText('used already')
    await stranger.goto(`${locked.url}/targets`)
    await expect(stranger).toHaveURL(/sign-in/)
    await other.close()

    const token = async (role: string) => {
      const answer = await page.request.post(`${locked.url}/api/v1/tokens`, {
        data: { name: `test-${role}`, role },
        headers: { origin: locked.url },
      })
      return ((await answer.json()) as { token: string }).token
    }
    const change = { steps: [{ setting: { target: 'edge', name: 'app/app1/weight' }, after: '99' }], because: 'a test of roles' }
    const as = async (role: string, method: string, path: string, data?: unknown) => {
      const headers = { authorization: `Bearer ${await token(role)}`, 'content-type': 'application/json' }
      return (await fetch(`${locked.url}/api/v1/${path}`, { method, headers, body: data ? JSON.stringify(data) : undefined })).status
    }
    expect(await as('viewer', 'GET', 'targets')).toBe(200)
    expect(await as('viewer', 'POST', 'changes', change)).toBe(403)
    expect(await as('viewer', 'GET', 'tokens')).toBe(403)
    expect(await as('operator', 'GET', 'tokens')).toBe(403)
    expect(await as('operator', 'POST', 'changes', change)).toBe(202)
    expect(await as('admin', 'GET', 'tokens')).toBe(200)
    expect((await fetch(`${locked.url}/api/v1/targets`, { headers: { authorization: 'Bearer made-up' } })).status).toBe(401)

    // Who tried what stands in the audit log, which admins alone see.
    const viewer = { authorization: `Bearer ${await token('viewer')}` }
    expect((await fetch(`${locked.url}/audit`, { headers: viewer })).status).toBe(403)
    expect((await fetch(`${locked.url}/api/v1/audit/export`, { headers: viewer })).status).toBe(403)
    await page.goto(`${locked.url}/audit?what=refused`)
    const row = page.getByRole('row', { name: /test-operator, by token.*GET tokens · forbidden/ })
    await expect(row).toContainText('127.0.0.1')
    await row.click()
    await expect(page.getByRole('dialog')).toContainText('"operation":"GET tokens"')

    // What is of high risk waits for another person, whom every page tells.
    const memory = {
      steps: [{ setting: { target: 'cache-a', name: 'config/maxmemory' }, after: `${96 * 1024 * 1024}` }],
      because: 'More room.',
    }
    const asAdmin = async (path: string, data: unknown) =>
      (await page.request.post(`${locked.url}/api/v1/${path}`, { data, headers: { origin: locked.url } })).json()
    expect(await asAdmin('changes', memory)).toMatchObject({ code: 'approval_needed' })
    expect(await asAdmin('approvals', memory)).toMatchObject({ state: 'pending', by: 'admin' })
    await page.goto(`${locked.url}/changes`)
    const mine = page.getByRole('article', { name: 'Request of admin' })
    await expect(mine.getByRole('button', { name: 'Approve and apply' })).toHaveAttribute('aria-disabled', 'true')
    const { link: invitation } = (await asAdmin('persons', { name: 'bob', role: 'operator' })) as { link: string }
    const second = await browser.newContext()
    const bob = await second.newPage()
    await bob.goto(invitation)
    await expect(bob).not.toHaveURL(/sign-in/)
    await bob.goto(`${locked.url}/targets`)
    const notice = bob.getByRole('status').filter({ hasText: 'admin asks for an approval' })
    await expect(notice).toContainText('config/maxmemory on cache-a')
    await notice.getByRole('link', { name: 'Review' }).click()
    const request = bob.getByRole('article', { name: 'Request of admin' })
    await expect(request).toContainText('More room.')
    for (const colorScheme of ['light', 'dark'] as const)
      for (const width of [1440, 1024, 390]) {
        await bob.emulateMedia({ colorScheme })
        await bob.setViewportSize({ width, height: 900 })
        expect(await violations(bob), `${colorScheme} ${width}`).toEqual([])
        expect(await bob.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
        if (process.env.SHOTS) await bob.screenshot({ path: `${process.env.SHOTS}/approval-${colorScheme}-${width}.png` })
      }
    await request.getByRole('button', { name: 'Approve and apply' }).click()
    await expect(bob).toHaveURL(/changes\/[0-9a-f]+/)
    await expect(bob.getByRole('dialog')).toContainText('Approved by bob')
    expect(String(await locked.onRedis('cache-a', ['CONFIG', 'GET', 'maxmemory']))).toContain(`${96 * 1024 * 1024}`)
    await second.close()
  })
})

test('a page of somebody else cannot apply a change, with or without a login', async ({ evenkeel }) => {
  const foreign = await fetch(`${evenkeel.url}/api/v1/changes`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: 'http://evil.example' },
    body: JSON.stringify({ steps: [{ setting: { target: 'edge', name: 'app/app1/weight' }, after: '1' }], because: 'mischief' }),
  })
  expect(foreign.status).toBe(403)
  expect(await foreign.json()).toMatchObject({ code: 'forbidden' })
})
