import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, expect, test } from '@playwright/test'
import { launch } from '../scripts/launch.ts'
import { freePort } from '../test/daemon.ts'
import { createBrowser } from '../test/pushService.ts'
import { startReceiver } from '../test/receiver.ts'
import { violations } from './axe.ts'

/** Stands in for the push service of the browser's maker, which is out of reach: what the page asks for it gets. */
async function withSubscription(context: BrowserContext, subscription: object): Promise<void> {
  await context.addInitScript((made) => {
    let current: object | null = null
    const one = { toJSON: () => made, unsubscribe: async () => { current = null; return true } } // biome-ignore format: one line
    PushManager.prototype.getSubscription = async () => current as PushSubscription | null
    PushManager.prototype.subscribe = async () => {
      current = one
      return one as unknown as PushSubscription
    }
  }, subscription)
}

test('a browser is subscribed by one click, shows a notice with every page closed, and stops by another', async ({ browser }) => {
  const home = mkdtempSync(join(tmpdir(), 'evenkeel-push-'))
  const service = await startReceiver()
  service.always({ status: 201 })
  const phone = createBrowser(`${service.url}/push/phone`)
  const [host, port] = ['127.0.0.1', await freePort()]
  const config = join(home, 'evenkeel.yaml')
  writeFileSync(
    config,
    `listen: ${host}:${port}\ndata: ${home}/data\nreceivers:\n  - { name: on-call, webpush: {}, webhook: { url: "${service.url}/hook" } }\nroutes: [{ to: [on-call] }]\n`,
  )
  const server = launch({ config, host, port, quiet: true })
  const origin = `http://${host}:${port}`
  const context = await browser.newContext({ permissions: ['notifications'] })
  try {
    await server.ready()
    await withSubscription(context, phone.subscription)
    const page = await context.newPage()
    await page.goto(`${origin}/alerts`)
    const thisBrowser = page
      .getByRole('region', { name: 'This browser' })
      .or(page.locator('section', { hasText: 'This browser' }))
      .first()
    await thisBrowser.getByRole('button', { name: 'Notify this browser' }).click()
    await expect(thisBrowser).toContainText('also with the page closed')
    await page.getByRole('button', { name: 'Send a test' }).click()
    await expect(page.getByText('The test has reached on-call')).toBeVisible()
    expect(await violations(page)).toEqual([])
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/alerts.png`, fullPage: true })
    const pushed = phone.decrypt(service.got.find(({ path }) => path === '/push/phone')!.raw)
    expect(JSON.parse(pushed)).toMatchObject({ title: expect.stringContaining('evenkeel/test') })

    // What the push service would hand to the browser, with no page of ours open.
    const worker = context.serviceWorkers()[0] ?? (await context.waitForEvent('serviceworker'))
    await page.goto('about:blank')
    const devtools = await context.newCDPSession(page)
    const registered = new Promise<string>((resolve) => {
      devtools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
        const ours = registrations.find(({ scopeURL }) => scopeURL.startsWith(origin))
        if (ours) resolve(ours.registrationId)
      })
    })
    await devtools.send('ServiceWorker.enable')
    await devtools.send('ServiceWorker.deliverPushMessage', { origin, registrationId: await registered, data: pushed })
    const shown = () =>
      worker.evaluate(async () => {
        const { registration } = globalThis as unknown as { registration: ServiceWorkerRegistration }
        return (await registration.getNotifications()).map(({ title, body, data }) => ({ title, body, data }))
      })
    await expect
      .poll(shown)
      .toMatchObject([{ title: expect.stringContaining('evenkeel/test'), body: expect.stringContaining('This is a test') }])

    await page.goto(`${origin}/alerts`)
    await thisBrowser.getByRole('button', { name: 'Stop' }).click()
    await expect(thisBrowser.getByRole('button', { name: 'Notify this browser' })).toBeVisible()
    expect(((await (await fetch(`${origin}/api/v1/browsers`)).json()) as { items: unknown[] }).items).toEqual([])
  } finally {
    await context.close()
    await server.stop()
    await service.close()
    rmSync(home, { recursive: true, force: true })
  }
})
