import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { count } from '../lib/format/format.ts'
import { type Launched, launch } from '../scripts/launch.ts'
import { freePort } from '../test/daemon.ts'
import { violations } from './axe.ts'

/** Beyond what one long page of the API holds. */
const TARGETS = 2_000
/** Rows of a window that is 900 px high, and those beyond its edges that are drawn too. */
const DRAWN_MOST = 80

/** A fleet of more targets than a browser can draw at once, none of which is there: what is looked at is the list. */
test.describe('a list of two thousand targets', () => {
  const home = mkdtempSync(join(tmpdir(), 'evenkeel-lists-'))
  let server: Launched
  test.beforeAll(async () => {
    const port = await freePort()
    const config = join(home, 'evenkeel.json')
    writeFileSync(
      config,
      JSON.stringify({
        auth: { mode: 'none' },
        listen: `127.0.0.1:${port}`,
        data: join(home, 'data'),
        poll: { every: '10s' },
        targets: Array.from({ length: TARGETS }, (_, i) => ({
          kind: 'redis',
          name: `cache-${String(i).padStart(4, '0')}`,
          role: i % 5 === 4 ? 'store' : 'cache',
          labels: { team: i % 2 === 0 ? 'shop' : 'pay' },
          url: 'redis://127.0.0.1:1',
        })),
      }),
    )
    server = launch({ config, host: '127.0.0.1', port, quiet: true })
    await server.ready()
  })
  test.afterAll(async () => {
    await server?.stop()
    rmSync(home, { recursive: true, force: true })
  })

  const rows = (page: Page) => page.getByRole('table', { name: 'Targets' }).locator('tbody tr[data-row]')
  const focused = (page: Page) => page.evaluate(() => document.activeElement?.getAttribute('data-row') ?? null)
  async function opened(page: Page, path = '/targets'): Promise<void> {
    await page.goto(server.url + path)
    await expect(page.getByRole('table', { name: 'Targets' })).toHaveAttribute('aria-rowcount', String(TARGETS + 1))
    // The server paints a page of them: the page is awake when it draws those in sight alone.
    await expect.poll(() => rows(page).count()).toBeLessThan(DRAWN_MOST)
  }
  async function shot(page: Page, name: string): Promise<void> {
    if (!process.env.SHOTS) return
    mkdirSync(process.env.SHOTS, { recursive: true })
    await page.screenshot({ path: join(process.env.SHOTS, `${name}.png`) })
  }

  test('draws the rows in sight alone, says how many there are and which each is, and is reached to its end', async ({ page }) => {
    await opened(page)
    await expect(page.getByText(`${count(TARGETS)} targets`)).toBeVisible()
    expect(await rows(page).count()).toBeLessThan(DRAWN_MOST)
    await expect(rows(page).first()).toHaveAttribute('aria-rowindex', '2')
    await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight))
    const last = page.locator(`tr[data-row="cache-${TARGETS - 1}"]`)
    await expect(last).toBeInViewport()
    await expect(last).toHaveAttribute('aria-rowindex', String(TARGETS + 1))
    expect(await rows(page).count()).toBeLessThan(DRAWN_MOST)
    await shot(page, 'targets-end')
  })

  test('is walked by keyboard, and the focus is kept when the list is scrolled away from under it', async ({ page }) => {
    await opened(page)
    for (let i = 0; i < 60; i++) await page.keyboard.press('j')
    expect(await focused(page)).toBe('cache-0059')
    await expect(page.locator('tr[data-row="cache-0059"]')).toBeInViewport()
    await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight))
    await expect(page.locator(`tr[data-row="cache-${TARGETS - 1}"]`)).toBeInViewport()
    expect(await focused(page)).toBe('cache-0059')
    await page.keyboard.press('k')
    expect(await focused(page)).toBe('cache-0058')
    await expect(page.locator('tr[data-row="cache-0058"]')).toBeInViewport()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await expect(page).toHaveURL(/\/targets\/cache-0059/)
  })

  test('reads the rows in sight alone, those of a place that is jumped to, and of the same question again what has changed', async ({
    page,
  }) => {
    const read = new Set<string>()
    let longest = 0
    page.on('response', async (response) => {
      if (!response.url().includes('/api/v1/targets?') || response.status() !== 200) return
      const { items } = (await response.json()) as { items: { name: string }[] }
      longest = Math.max(longest, items.length)
      for (const { name } of items) read.add(name)
    })
    await opened(page)
    await page.waitForTimeout(5_000)
    expect(read.size).toBeLessThanOrEqual(100)
    await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight))
    await expect(page.locator(`tr[data-row="cache-${TARGETS - 1}"]`)).toBeInViewport()
    await expect.poll(() => read.has(`cache-${TARGETS - 1}`)).toBe(true)
    expect(read.size).toBeLessThanOrEqual(300)
    expect(read.has('cache-1000')).toBe(false)
    expect(longest).toBeLessThanOrEqual(100)
    // Back where it began, everything stands there.
    await page.evaluate(() => window.scrollTo(0, 0))
    await expect(page.locator('tr[data-row="cache-0000"]')).toBeInViewport()
    await expect(page.locator('tr[aria-busy]')).toHaveCount(0)
  })

  test('says of rows that are on their way that they are, and keeps the focus on one until it is there', async ({ page }) => {
    await opened(page)
    let answer = () => {}
    const waits = new Promise<void>((resolve) => {
      answer = resolve
    })
    await page.route(/\/api\/v1\/targets\?.*offset=/, async (route) => {
      await waits
      await route.continue()
    })
    await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight))
    const last = page.locator(`tr[data-row="row ${TARGETS}"]`)
    await expect(last).toBeInViewport()
    await expect(last).toHaveAttribute('aria-busy', 'true')
    await expect(last.getByText('being read')).toBeAttached()
    await last.focus()
    await page.keyboard.press('Enter')
    expect(page.url()).toMatch(/\/targets$/)
    await shot(page, 'targets-unread')
    expect(await violations(page)).toEqual([])
    answer()
    await expect(page.locator(`tr[data-row="cache-${TARGETS - 1}"]`)).toBeInViewport()
    expect(await focused(page)).toBe(`cache-${TARGETS - 1}`)
    await expect(page.locator('tr[aria-busy]')).toHaveCount(0)
  })

  test('is sorted whole, not as far as it is drawn or read, in the address, and as the server paints it', async ({ page, browser }) => {
    await opened(page)
    await page.getByRole('button', { name: 'Name' }).click()
    await expect(page).toHaveURL(/sort=name/)
    await page.getByRole('button', { name: /Name/ }).click()
    await expect(rows(page).first()).toHaveAttribute('data-row', `cache-${TARGETS - 1}`)
    await expect(page).toHaveURL(/sort=-name/)
    await expect(page.getByRole('columnheader', { name: /Name/ })).toHaveAttribute('aria-sort', 'descending')
    await page.keyboard.press('/')
    await page.keyboard.type('team=shop')
    await expect(rows(page).first()).toHaveAttribute('data-row', `cache-${TARGETS - 2}`)
    await shot(page, 'targets-sorted')
    const context = await browser.newContext({ javaScriptEnabled: false })
    const painted = await context.newPage()
    await painted.goto(`${server.url}/caches?sort=-role`)
    // Stores, by name.
    await expect(painted.locator('tr[data-row]:visible').first()).toHaveAttribute('data-row', 'cache-0004')
    await expect(painted.locator('tr[data-row]:visible').nth(1)).toHaveAttribute('data-row', 'cache-0009')
    await painted.goto(`${server.url}/targets?sort=no-column`)
    await expect(painted.locator('tr[data-row]:visible').first()).toHaveAttribute('data-row', 'cache-0000')
    await context.close()
  })

  test('is filtered by the server: by keyboard, with the count, in the address, and back', async ({ page }) => {
    await opened(page)
    const asked: string[] = []
    page.on(
      'request',
      (request) => request.url().includes('/api/v1/targets?') && asked.push(new URL(request.url()).searchParams.get('q') ?? ''),
    )
    await page.keyboard.press('/')
    await page.keyboard.type('cache-199 team=shop', { delay: 20 })
    await expect(page.getByRole('status').filter({ hasText: `5 of ${count(TARGETS)} targets match` })).toBeVisible()
    await expect(rows(page)).toHaveCount(5)
    await expect(page).toHaveURL(/scope=cache-199/)
    await expect(page.getByRole('table', { name: 'Targets' })).not.toHaveAttribute('aria-rowcount')
    // Not one question for each letter.
    expect(asked.filter((q, i) => q !== '' && q !== asked[i - 1]).length).toBeLessThan(8)
    expect(asked).toContain('cache-199 team=shop')
    await shot(page, 'targets-filtered')
    await page.keyboard.press('Escape')
    await expect(page.getByRole('table', { name: 'Targets' })).toHaveAttribute('aria-rowcount', String(TARGETS + 1))
    await expect(page).not.toHaveURL(/scope=/)
  })

  test('says which filter leaves nothing, and how to take it away', async ({ page }) => {
    await page.goto(`${server.url}/caches?scope=no-such-cache`)
    await expect(page.getByRole('heading', { name: 'No cache or store matches the filter' })).toBeVisible()
    await expect(page.getByText(`there are ${count(TARGETS)} caches and stores`)).toBeVisible()
    expect(await violations(page)).toEqual([])
    await shot(page, 'caches-none')
    await page.getByRole('main').getByRole('button', { name: 'Clear the filter' }).click()
    await expect(page.getByRole('table', { name: 'Caches' })).toHaveAttribute('aria-rowcount', String(TARGETS + 1))
  })

  test('is found in what the server paints, before any script runs', async ({ browser }) => {
    const context = await browser.newContext({ javaScriptEnabled: false })
    const page = await context.newPage()
    await page.goto(`${server.url}/targets?scope=cache-1999`)
    // What is streamed in later waits hidden for a script.
    await expect(page.locator('tr[data-row]:visible')).toHaveCount(1)
    await expect(page.locator('tr[data-row="cache-1999"]:visible')).toBeVisible()
    await expect(page.getByText(`1 of ${count(TARGETS)} targets matches`)).toBeVisible()
    await context.close()
  })

  for (const colorScheme of ['light', 'dark'] as const)
    test(`is readable on every width: ${colorScheme}`, async ({ browser }) => {
      for (const width of [1440, 1024, 390]) {
        const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 }, reducedMotion: 'reduce' })
        const page = await context.newPage()
        await opened(page)
        await page.evaluate(() => window.scrollTo(0, 9_000))
        await expect(rows(page).first()).toBeVisible()
        await shot(page, `targets-${width}-${colorScheme}`)
        // Nothing is wider than the window.
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
        // A row that is half under the head is too low for a finger there, as in every list.
        await page.evaluate(() => window.scrollTo(0, 0))
        await expect(rows(page).first()).toBeInViewport()
        expect(await violations(page)).toEqual([])
        if (process.env.SHOTS)
          for (const path of [
            'caches',
            'findings',
            'targets?scope=cache-199',
            'caches?scope=none',
            'findings?scope=cache-01',
            'incidents?scope=nothing',
          ]) {
            await page.goto(`${server.url}/${path}`)
            await page.waitForTimeout(3_000)
            if (!path.includes('?')) await page.evaluate(() => window.scrollTo(0, 6_000))
            await page.waitForTimeout(1_000)
            await shot(page, `${path.replace('?', '-')}-${width}-${colorScheme}`)
          }
        await context.close()
      }
    })
})
