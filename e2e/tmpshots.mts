import { chromium } from '@playwright/test'
import { mkdirSync } from 'node:fs'
import { violations } from './axe.ts'
import { startManaged } from './managedFleet.ts'
const managed = await startManaged()
const pool = (t: string, n: string) => `/pools/${t}/${encodeURIComponent(n)}`
mkdirSync('/tmp/shots-small', { recursive: true })
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] })
try {
  const page = await (await browser.newContext({ reducedMotion: 'reduce' })).newPage()
  for (const [name, path, wait] of [
    ['records', pool('cloud:shop.example', 'www.shop.example A'), 'Weights as code'],
    ['code', `${pool('cloud:shop.example', 'www.shop.example A')}?weights=7,3`, 'Terraform: Route 53'],
    ['account', '/targets/cloud?tab=charts', 'Cost of reading CloudWatch'],
    ['distribution', '/targets/cloud:EDFDVBD632BHDS5', 'Requests of the distribution'],
    ['node', '/targets/cloud:shop-001', 'Busy time of'],
    ['front', '/targets/cloud:front', 'Requests of the whole'],
  ] as const) {
    await page.goto(managed.url + path)
    const end = Date.now() + 30000
    while (Date.now() < end && !(await page.getByRole('main').innerText()).includes(wait)) await page.waitForTimeout(300)
    console.log(name, (await page.getByRole('main').innerText()).includes(wait))
    for (const theme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
      for (const width of [1440, 1024, 390]) {
        await page.setViewportSize({ width, height: 900 })
        await page.waitForTimeout(400)
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
        if (wide > 0) console.log('WIDE', name, theme, width, wide)
        await page.screenshot({ path: `/tmp/shots-small/${name}-${theme}-${width}.png`, fullPage: true })
      }
      for (const one of await violations(page, theme === 'light' ? 'all' : 'of colours')) console.log('AXE', name, theme, one)
    }
  }
  await page.goto(managed.url + pool('cloud:shop.example', 'www.shop.example A'))
  await page.getByRole('spinbutton').first().fill('9')
  await page.getByText('Terraform: Route 53').first().waitFor({ timeout: 20000 })
  console.log(page.url())
} finally {
  await browser.close()
  await managed.stop()
}
