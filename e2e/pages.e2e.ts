import type { Page as BrowserPage } from '@playwright/test'
import type { FindingView } from '../lib/model/answers/finding.ts'
import type { Page } from '../lib/model/answers/shape.ts'
import type { TargetView } from '../lib/model/answers/target.ts'
import { found, SLOW } from './api.ts'
import { violations } from './axe.ts'
import { disagreeing } from './classes.ts'
import { PATHS } from './paths.ts'
import { expect, test } from './test.ts'

/** Holds a page as it stands against WCAG, in the theme that it was loaded in, and its colours in the other one too. */
async function expectFlawless(page: BrowserPage, otherTheme: 'dark' | 'light'): Promise<void> {
  expect(await disagreeing(page)).toEqual([])
  expect(await violations(page)).toEqual([])
  await page.emulateMedia({ colorScheme: otherTheme })
  await expect(page.locator('html')).toHaveClass(new RegExp(`\\b${otherTheme}\\b`))
  expect(await violations(page, 'of colours'), otherTheme).toEqual([])
}

for (const [index, path] of PATHS.entries()) {
  // By turns, so that both are loaded.
  const [theme, otherTheme] = index % 2 === 0 ? (['dark', 'light'] as const) : (['light', 'dark'] as const)
  test.describe(() => {
    test.use({ colorScheme: theme })
    test(`${path} loads without an error, and passes axe in both themes`, async ({ evenkeel, page }) => {
      const errors: string[] = []
      page.on('pageerror', (error) => errors.push(error.message))
      page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
      const answer = await page.goto(evenkeel.url + path)
      expect(answer?.status()).toBe(200)
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
      await expectFlawless(page, otherTheme)
      expect(errors).toEqual([])
    })
  })
}

test('the sheet of a finding passes axe in both themes', async ({ evenkeel, page }) => {
  const finding = (await found(evenkeel, 'balancer/slow-server', SLOW, 75)).value
  await page.goto(`${evenkeel.url}/findings/${finding.id}`)
  await expect(page.getByRole('dialog')).toContainText('app4')
  await expectFlawless(page, 'dark')
})

// The head of a sorted column is wider by its arrow.
for (const path of ['', '/pools?sort=-requestsPerSecond', '/caches?sort=-memory'])
  test(`on a telephone ${path || 'the first page'} needs no sideways scrolling`, async ({ evenkeel, page }) => {
    await page.setViewportSize({ width: 390, height: 844 })
    await page.goto(`${evenkeel.url}${path}`)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0)
  })

test('hostile names are shown as text', async ({ evenkeel, page }) => {
  const hostile = '<img src=x onerror="window.hacked=1">\n\u0000\u202e'
  await evenkeel.onRedis('cache-a', ['CONFIG', 'SET', 'slowlog-log-slower-than', '0'])
  for (let times = 0; times < 5; times++) await evenkeel.onRedis('cache-a', ['GET', hostile])
  await evenkeel.onRedis('cache-a', ['CONFIG', 'SET', 'slowlog-log-slower-than', '5000'])
  const slow = async () => JSON.stringify(await evenkeel.get<Page<unknown>>('slowlog?target=cache-a')).includes('onerror')
  await expect.poll(slow, { timeout: 30_000 }).toBe(true)
  for (const path of [
    '/targets/cache-a',
    '/keys',
    '/findings',
    `/targets/${encodeURIComponent('<b onmouseover="window.hacked=1">bold')}`,
  ]) {
    await page.goto(evenkeel.url + path)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    expect(await page.evaluate(() => 'hacked' in window)).toBe(false)
    expect(await page.locator('img[src="x"], b[onmouseover]').count()).toBe(0)
  }
  const { items } = await evenkeel.get<Page<TargetView>>('targets')
  expect(items.map(({ name }) => name)).toContain('<b onmouseover="window.hacked=1">bold')
  const odd = await fetch(`${evenkeel.url}/api/v1/findings/%00%ff`)
  expect([400, 404]).toContain(odd.status)
  await evenkeel.get<Page<FindingView>>('findings')
})

test('the palette applies and silences through the same confirmation as everything else', async ({ evenkeel, page }) => {
  const finding = (await found(evenkeel, 'balancer/slow-server', SLOW, 75)).value
  await expect
    .poll(async () => (await evenkeel.get<FindingView>(`findings/${finding.id}`)).proposals.length, { timeout: 45_000 })
    .toBeGreaterThan(0)
  const done = async () => [
    (await evenkeel.get<Page<unknown>>('changes')).items.length,
    (await evenkeel.get<Page<unknown>>('silences')).items.length,
  ]
  const before = await done()
  await page.goto(`${evenkeel.url}/findings/${finding.id}`)
  await expect(page.getByRole('dialog')).toContainText('app4')
  await page.keyboard.press('Control+k')
  const palette = page.getByRole('dialog', { name: 'Go, find, act' })
  await palette.getByRole('option', { name: /^Apply .*…/ }).click()
  await expect(page.locator('[data-apply]')).toBeFocused()
  await expect(page).not.toHaveURL(/do=/)
  await page.keyboard.press('Control+k')
  await palette.getByRole('combobox').fill('silence app4')
  // Enter takes what is selected: the list narrows a moment after the text.
  await expect(palette.getByRole('option', { selected: true })).toContainText(/silence/i)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog', { name: /^Silence/ })).toBeVisible()
  await page.keyboard.press('Escape')
  expect(await done()).toEqual(before)
})

test('a finding is acknowledged, commented and silenced, with a preview; its silence is ended on the page Alerts', async ({
  evenkeel,
  page,
}) => {
  const { id } = (await found(evenkeel, 'balancer/slow-server', SLOW, 75)).value
  const now = () => evenkeel.get<FindingView>(`findings/${id}`)
  await page.goto(`${evenkeel.url}/findings/${id}`)
  const sheet = page.getByRole('dialog').first()
  await sheet.getByRole('button', { name: 'Acknowledge' }).click()
  await expect(sheet).toContainText('looks after it since')
  await sheet.getByRole('textbox', { name: 'Comment' }).fill('<b>the disk</b> is slow')
  await sheet.getByRole('button', { name: 'Comment' }).click()
  await expect(sheet.getByRole('listitem').filter({ hasText: '<b>the disk</b> is slow' })).toBeVisible()
  expect(await now()).toMatchObject({ acknowledged: { by: 'anonymous' }, comments: [{ text: '<b>the disk</b> is slow' }] })

  await sheet.getByRole('button', { name: 'Silence…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Silence', exact: true })
  await expect(dialog).toContainText('It mutes one finding that fires now')
  expect(await violations(page)).toEqual([])
  await dialog.getByLabel('What').fill('rule=~"balancer/(slow.*"')
  await expect(dialog).toContainText('not a pattern of RE2')
  await dialog.getByLabel('What').fill('rule=~"balancer/slow.*"\nserver="app4"')
  await expect(dialog).toContainText('It mutes one finding that fires now')
  await dialog.getByLabel('Reason').fill('being mended')
  await dialog.getByRole('button', { name: 'Silence for 1 hour' }).click()
  await expect(sheet).toContainText('being mended')
  expect((await now()).silencedBy).toHaveLength(1)

  await page.goto(`${evenkeel.url}/alerts`)
  const silences = page.getByRole('table', { name: 'Silences' })
  await silences
    .getByRole('row', { name: /being mended/ })
    .getByRole('button', { name: 'End it' })
    .click()
  await expect(page.getByText('Nothing is muted, now or ahead of time.')).toBeVisible()
  await expect.poll(async () => (await now()).silencedBy).toEqual([])
  await page.getByLabel('Severity').selectOption('info')
  await expect(page).toHaveURL(/severity=info/)
  await expect(page.getByRole('main')).toContainText('Nobody is told')
})

test('a finding that fires while the page is hidden becomes a browser notification', async ({ evenkeel, browser }) => {
  const context = await browser.newContext({ permissions: ['notifications'] })
  await context.addInitScript(() => {
    Object.defineProperty(document, 'hidden', { get: () => true })
    class Noted {
      static permission = 'granted'
      static requestPermission = async () => 'granted'
      constructor(title: string, options: { body: string }) {
        const place = window as unknown as { shown?: string[] }
        place.shown = [...(place.shown ?? []), `${title} | ${options.body}`]
      }
      close() {}
    }
    Object.assign(window, { Notification: Noted })
  })
  const page = await context.newPage()
  await page.goto(`${evenkeel.url}/alerts`)
  await expect(page.getByRole('main')).toContainText('while this page is open but out of sight')
  await page.getByRole('button', { name: 'Show one' }).click()
  const shown = () => page.evaluate(() => (window as unknown as { shown?: string[] }).shown ?? [])
  expect(await shown()).toEqual(['A test | Findings and verdicts come like this.'])
  await evenkeel.drills.start('server-down')
  await expect.poll(async () => (await shown()).join(), { timeout: 60_000 }).toContain('balancer/server-down')
  await evenkeel.drills.endAll()
  await context.close()
})
