import { mkdirSync } from 'node:fs'
import { expect, type Page, test } from '@playwright/test'
import type { ChangeView } from '../lib/model/answers/change.ts'
import { violations } from './axe.ts'
import { startManaged } from './managedFleet.ts'

test.describe.configure({ timeout: 900_000 })

let managed: Awaited<ReturnType<typeof startManaged>>
test.beforeAll(async () => {
  managed = await startManaged()
})
test.afterAll(() => managed?.stop())

/** How far the page, or a table in what holds it, reaches past what is seen of it, in pixels. */
const beyond = (page: Page) =>
  page.evaluate(() => {
    const tables = [...document.querySelectorAll('main table, [role=dialog] table')].map(
      (table) => table.scrollWidth - table.parentElement!.clientWidth,
    )
    return Math.max(document.documentElement.scrollWidth - window.innerWidth, ...tables)
  })

/** What is wrong with the page as it stands, in both themes and three widths: WCAG, and whatever does not fit. */
async function flaws(page: Page, name: string): Promise<string[]> {
  const found: string[] = []
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
    await expect(page.locator('html')).toHaveClass(new RegExp(`\\b${theme}\\b`))
    for (const width of [1440, 1024, 390]) {
      await page.setViewportSize({ width, height: 900 })
      await page.waitForTimeout(300)
      const wider = await beyond(page)
      if (wider > 0) found.push(`${name}, ${theme}, ${width} px: ${wider} px are out of sight`)
      if (!process.env.SHOTS) continue
      mkdirSync(process.env.SHOTS, { recursive: true })
      await page.screenshot({ path: `${process.env.SHOTS}/${name}-${theme}-${width}.png`, fullPage: true })
    }
    for (const one of await violations(page, theme === 'light' ? 'all' : 'of colours')) found.push(`${name}, ${theme}: ${one}`)
  }
  return found
}

const pool = (target: string, name: string) => `/pools/${target}/${encodeURIComponent(name)}`
const PAGES: [name: string, path: string, shows: string][] = [
  ['targets', '/targets', 'cloud:front'],
  ['aws-account', '/targets/cloud', 'Found through it'],
  ['aws-account-capabilities', '/targets/cloud?tab=capabilities', 'USD a month'],
  ['aws-cache', '/targets/cloud:shop-001', 'Hit ratio'],
  ['aws-cache-config', '/targets/cloud:shop-001?tab=config', 'maxmemory-policy'],
  ['aws-balancer', '/targets/cloud:front', 'Application Load Balancer'],
  ['aws-pool', pool('cloud:front', '443-9683b2d02a6cabee'), 'blue'],
  ['aws-distribution', '/targets/cloud:EDFDVBD632BHDS5?tab=capabilities', 'cloudfront.net'],
  ['aws-records', pool('cloud:shop.example', 'www.shop.example A'), 'eu'],
  ['aws-records-code', `${pool('cloud:shop.example', 'www.shop.example A')}?weights=7,3`, 'Terraform: Route 53'],
  ['aws-account-charts', '/targets/cloud?tab=charts', 'Cost of reading CloudWatch'],
  ['aws-distribution-charts', '/targets/cloud:EDFDVBD632BHDS5', 'Requests of the distribution'],
  ['cloudflare', '/targets/cdn?tab=capabilities', 'hit ratio'],
  ['cloudflare-raw', '/targets/cdn?tab=raw', 'FRA'],
  ['cloudflare-pool', pool('cdn', 'web'), 'eu'],
  ['kubernetes', '/targets/prod?tab=capabilities', 'Kubernetes'],
  ['kubernetes-route', pool('prod', 'HTTPRoute/shop/web/0'), 'web-blue'],
  ['kubernetes-owned', pool('prod', 'HTTPRoute/shop/web-of-the-deployment-tool/0'), 'Argo CD'],
  ['kubernetes-canary', pool('prod', 'Ingress/shop/web-canary'), 'canary'],
  ['pools', '/pools', 'HTTPRoute/shop/web/0'],
  ['caches', '/caches', 'cloud:shop-001'],
]

test('pages of managed targets fit a desk, a tablet and a telephone in both themes, and pass axe', async ({ page }) => {
  const found: string[] = []
  for (const [name, path, shows] of PAGES) {
    await page.goto(managed.url + path)
    const main = page.getByRole('main')
    await expect
      .poll(async () => (await main.innerText()).includes(shows), { timeout: 20_000 })
      .toBe(true)
      .catch(() => found.push(`${name} does not show ${shows}`))
    found.push(...(await flaws(page, name)))
  }
  expect(found).toEqual([])
})

const changeOf = async (id: string): Promise<ChangeView> =>
  (await (await fetch(`${managed.url}/api/v1/changes/${id}`)).json()) as ChangeView

async function create(after: string): Promise<string> {
  const steps = [{ setting: { target: 'edge', name: 'app/one/weight' }, after }]
  const answer = await fetch(`${managed.url}/api/v1/changes`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ steps, because: 'one answers in 182 ms, two in 24 ms.' }),
  })
  const body = await answer.text()
  expect(answer.status, body).toBe(202)
  return String(JSON.parse(body).change)
}

test('a change that a file owns is a commit that waits, is withdrawn, arrives, is watched and taken back by a second commit', async ({
  page,
}) => {
  const sheet = page.getByRole('region', { name: 'Change' })
  const state = (id: string) => expect.poll(async () => (await changeOf(id)).state, { timeout: 30_000 })
  const first = await create('60')
  const found: string[] = []
  await state(first).toBe('awaiting')
  await page.goto(`${managed.url}/changes/${first}`)
  await expect(sheet.getByRole('heading', { name: 'awaiting its value' })).toBeVisible()
  await expect(sheet).toContainText(`evenkeel/${first}`)
  found.push(...(await flaws(page, 'committed-awaiting')))
  await sheet.getByRole('button', { name: 'Withdraw' }).click()
  await state(first).not.toBe('awaiting')
  await expect(sheet.getByRole('heading', { name: 'withdrawn' })).toBeVisible()
  found.push(...(await flaws(page, 'committed-withdrawn')))

  const second = await create('40')
  await state(second).toBe('awaiting')
  await managed.deploy(`evenkeel/${second}`)
  await state(second).toBe('watching')
  await page.goto(`${managed.url}/changes/${second}`)
  await expect(sheet.getByRole('heading', { name: /watching/ })).toBeVisible()
  found.push(...(await flaws(page, 'committed-watching')))
  await page.setViewportSize({ width: 390, height: 900 })
  await sheet.getByRole('button', { name: 'Roll back' }).click()
  await state(second).toBe('awaiting')
  await expect(sheet.getByRole('heading', { name: 'awaiting its old value' })).toBeVisible()
  await expect(sheet.getByRole('region', { name: 'Commit that takes it back' })).toContainText(`evenkeel/${second}-back`)
  found.push(...(await flaws(page, 'committed-returning')))
  await managed.deploy(`evenkeel/${second}-back`)
  await state(second).toBe('rolled_back')
  await expect(sheet.getByRole('heading', { name: /rolled back/ })).toBeVisible()
  found.push(...(await flaws(page, 'committed-back')))
  await page.goto(`${managed.url}/changes`)
  await expect(page.getByRole('main')).toContainText('rolled back')
  found.push(...(await flaws(page, 'changes')))
  expect(found).toEqual([])
})
