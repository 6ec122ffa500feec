import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, expect, type Page, test } from '@playwright/test'
import { Secret, TOTP } from 'otpauth'
import { type Launched, launch } from '../scripts/launch.ts'
import { freePort } from '../test/daemon.ts'
import { violations } from './axe.ts'

const PASSWORD = 'correct horse battery'
const NEXT = 'four unrelated words here'

/** The account of one admin, from the printed link on: each test continues where the one before ended. */
test.describe('an account', () => {
  test.describe.configure({ mode: 'serial' })
  const home = mkdtempSync(join(tmpdir(), 'evenkeel-account-'))
  let server: Launched
  let url: string
  let page: Page
  let recovery: string[]

  test.beforeAll(async ({ browser }) => {
    const port = await freePort()
    const config = join(home, 'evenkeel.yaml')
    // Passkeys are for names: browsers take localhost for a safe one.
    url = `http://localhost:${port}`
    writeFileSync(config, `listen: 127.0.0.1:${port}\nurl: ${url}\ndata: ${join(home, 'data')}\nauth: { mode: local }\n`)
    server = launch({ config, host: '127.0.0.1', port, quiet: true })
    await server.ready()
    page = await (await browser.newContext()).newPage()
  })
  test.afterAll(async () => {
    await server?.stop()
    rmSync(home, { recursive: true, force: true })
  })
  const section = (title: string) => page.locator('section').filter({ has: page.getByRole('heading', { name: title, exact: true }) })
  async function signIn(at: Page, password: string): Promise<void> {
    await at.goto(`${url}/sign-in`)
    await at.getByLabel('Name').fill('admin')
    await at.getByLabel('Password').fill(password)
    await at.getByRole('button', { name: 'Sign in', exact: true }).click()
  }
  const stranger = async (browser: Browser) => (await browser.newContext()).newPage()

  test('the link in the fragment signs in, leaves the address bar, and leads to the form for a password', async ({ browser }) => {
    const link = readFileSync(join(home, 'data', 'sign-in-link'), 'utf8').trim()
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    await page.goto(link)
    await expect(page).toHaveURL(`${url}/account`)
    expect(asked.filter((each) => each.includes('code='))).toEqual([])
    await expect(page.getByRole('status').filter({ hasText: 'A link works once' })).toBeVisible()
    expect(await violations(page)).toEqual([])
    await page.getByLabel('New password').fill('aaaaaaaaaaaa')
    await page.getByRole('button', { name: 'Set the password' }).click()
    await expect(page.getByText('among the first that are tried')).toBeVisible()
    await page.getByLabel('New password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Set the password' }).click()
    await expect(page.getByText('The password is set')).toBeVisible()
    await expect(page.getByLabel('Present password')).toBeVisible()

    const other = await stranger(browser)
    await other.goto(link)
    await expect(other.getByRole('alert').first()).toContainText('used already')
    expect(await violations(other)).toEqual([])
    await other.context().close()
  })

  test('another browser signs in by the password, and is signed out from here, with its event stream', async ({ browser }) => {
    const other = await stranger(browser)
    await signIn(other, PASSWORD)
    await expect(other).toHaveURL(`${url}/`)
    await other.goto(`${url}/account`)
    const ended = other.evaluate(
      () =>
        new Promise<string>((resolve) => {
          const source = new EventSource('/api/v1/events')
          source.onerror = () => resolve('ended')
        }),
    )
    await page.reload()
    await expect(section('Sessions').getByRole('row')).toHaveCount(3)
    await section('Sessions').getByRole('button', { name: 'Sign out everywhere else' }).click()
    await expect(section('Sessions').getByRole('row')).toHaveCount(2)
    expect(await ended).toBe('ended')
    await other.goto(`${url}/targets`)
    await expect(other).toHaveURL(/sign-in/)
    await other.context().close()
  })

  test('changing the password asks for the present one', async () => {
    await page.getByLabel('Present password').fill('not this one')
    await page.getByLabel('New password').fill(NEXT)
    await page.getByRole('button', { name: 'Change the password' }).click()
    await expect(page.getByText('this is not your present password')).toBeVisible()
    await page.getByLabel('Present password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Change the password' }).click()
    await expect(page.getByText('The password is set')).toBeVisible()
  })

  test('codes of an app are set up by QR code and asked for; a recovery code replaces them', async ({ browser }) => {
    await section('Second factor').getByRole('button', { name: 'Set up…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Present password').fill(NEXT)
    await dialog.getByRole('button', { name: 'Show the secret' }).click()
    await expect(dialog.getByAltText('QR code of the secret')).toBeVisible()
    expect(await violations(page)).toEqual([])
    const secret = (await dialog.getByRole('figure', { name: 'Secret' }).locator('pre').textContent())!.trim()
    const app = new TOTP({ secret: Secret.fromBase32(secret) })
    await dialog.getByLabel('Code').fill(app.generate())
    await dialog.getByRole('button', { name: 'Set it up' }).click()
    const codes = page.getByRole('figure', { name: 'Recovery codes' }).locator('pre')
    recovery = (await codes.textContent())!.trim().split('\n')
    expect(recovery).toHaveLength(10)
    await page.getByRole('button', { name: 'I have kept them' }).click()

    const other = await stranger(browser)
    await signIn(other, NEXT)
    await expect(other.getByLabel('Code')).toBeVisible()
    expect(await violations(other)).toEqual([])
    await other.getByLabel('Code').fill('12345')
    await other.getByRole('button', { name: 'Go on' }).click()
    await expect(other.getByText('does not fit')).toBeVisible()
    // Each code works once, and one has set the app up: that of the next half minute.
    await other.getByLabel('Code').fill(app.generate({ timestamp: Date.now() + 30_000 }))
    await other.getByRole('button', { name: 'Go on' }).click()
    await expect(other).toHaveURL(`${url}/`)
    await other.context().clearCookies()
    await signIn(other, NEXT)
    await other.getByLabel('Code').fill(recovery[0]!)
    await other.getByRole('button', { name: 'Go on' }).click()
    await expect(other).toHaveURL(`${url}/`)
    await other.context().close()
  })

  test('a passkey is added, signs in without a password, and is taken away', async () => {
    const devtools = await page.context().newCDPSession(page)
    await devtools.send('WebAuthn.enable')
    await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    })
    await page.goto(`${url}/account`)
    await page.getByRole('button', { name: 'Add a passkey…' }).click()
    await page.getByRole('dialog').getByLabel('Name').fill('this laptop')
    await page.getByRole('dialog').getByLabel('Present password').fill(NEXT)
    expect(await violations(page)).toEqual([])
    await page.getByRole('dialog').getByRole('button', { name: 'Add it' }).click()
    await expect(section('Second factor').getByText('this laptop')).toBeVisible()
    expect(await violations(page)).toEqual([])

    await page.context().clearCookies()
    await page.goto(`${url}/sign-in`)
    expect(await violations(page)).toEqual([])
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
    await expect(page).toHaveURL(`${url}/`)

    await page.goto(`${url}/account`)
    await section('Second factor').getByRole('row', { name: 'this laptop' }).getByRole('button', { name: 'Remove…' }).click()
    await page.getByRole('dialog').getByLabel('Present password').fill(NEXT)
    await page.getByRole('dialog').getByRole('button', { name: 'Remove it' }).click()
    await expect(page.getByText('this laptop')).toHaveCount(0)
    await page.context().clearCookies()
    await page.goto(`${url}/sign-in`)
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
    await expect(page.getByRole('alert').first()).toContainText('not known here')
  })

  test('Settings shows tokens with their end, owner and last use, and people with what can be done', async () => {
    await signIn(page, NEXT)
    await page.getByLabel('Code').fill(recovery[1]!)
    await page.getByRole('button', { name: 'Go on' }).click()
    await expect(page).toHaveURL(`${url}/`)
    await page.goto(`${url}/settings?tab=people`)
    await page.getByRole('button', { name: 'Make a token…' }).click()
    await page.getByRole('dialog').getByLabel('Name').fill('admin')
    await page.getByRole('dialog').getByLabel('Ends').selectOption('30')
    await page.getByRole('dialog').getByRole('button', { name: 'Make it' }).click()
    const token = (await page.getByRole('figure', { name: 'Token' }).locator('pre').textContent())!.trim()
    await page.getByRole('button', { name: 'Done' }).click()
    const authorization = `Bearer ${token}`
    expect((await fetch(`${url}/api/v1/targets`, { headers: { authorization } })).status).toBe(200)
    // Named like the admin, and not the admin.
    const taken = await fetch(`${url}/api/v1/session/password`, {
      method: 'POST',
      headers: { authorization },
      body: JSON.stringify({ password: 'another one of my own' }),
    })
    expect(taken.status).toBe(409)
    await page.reload()
    const row = section('API tokens').getByRole('row').nth(1)
    await expect(row).toContainText('admin')
    await expect(row).not.toContainText('never')
    await page.getByRole('button', { name: 'What to do with admin' }).click()
    await expect(page.getByRole('menuitem', { name: /Take the second factor away/ })).toBeVisible()
    await page.keyboard.press('Escape')
    expect(await violations(page)).toEqual([])
    await section('API tokens')
      .getByRole('button', { name: /Revoke/ })
      .click()
    await expect(section('API tokens').getByRole('row')).toHaveCount(0)
    expect((await fetch(`${url}/api/v1/targets`, { headers: { authorization } })).status).toBe(401)
  })
})
