import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startEvenkeel, type TestServer } from './evenkeel.ts'
import { expect, test } from './test.ts'

test.describe('with a login', () => {
  test.describe.configure({ mode: 'serial' })
  let locked: TestServer
  test.beforeAll(async () => {
    locked = await startEvenkeel({ fleet: { pagesPerSecond: 60, plain: false }, auth: 'local' })
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
