import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { chromium } from '@playwright/test'
import { found, SLOW, slowProposal, verdict } from './api.ts'
import { startEvenkeel } from './evenkeel.ts'
import config from './playwright.config.ts'

// `node e2e/screens.ts FOLDER`: a picture of each page in both themes and on a telephone, of the built server on the demo's fleet.
const folder = process.argv[2] ?? 'test-results/screens'
await mkdir(folder, { recursive: true })
const evenkeel = await startEvenkeel({ fleet: { prometheus: true } })
const browser = await chromium.launch(config.use!.launchOptions)
try {
  const finding = (await found(evenkeel, 'balancer/slow-server', SLOW, 75)).value
  await sleep(60_000)
  const pages: Record<string, string> = {
    overview: '/',
    findings: '/findings',
    finding: `/findings/${finding.id}`,
    caches: '/caches',
    curves: '/curves',
    pools: '/pools',
    pool: '/pools/edge/app',
    rings: '/rings',
    keys: '/keys',
    changes: '/changes',
    explore: '/explore',
    alerts: '/alerts',
    targets: '/targets',
    cache: '/targets/cache-a',
    drills: '/drills',
    audit: '/audit',
    settings: '/settings',
  }
  await takeAll(pages)
  // Asked for only now: a proposal is renewed as the fleet changes.
  const proposal = await slowProposal(evenkeel, finding)
  const applied = await evenkeel.post(`proposals/${proposal.id}/apply`)
  const id = String(applied.body.change)
  await sleep(15_000)
  await takeAll({ watching: `/changes/${id}`, 'overview-watching': '/' })
  await verdict(evenkeel, id, 130)
  await takeAll({ verdict: `/changes/${id}`, 'overview-after': '/' })
} finally {
  await browser.close()
  await evenkeel.stop()
}
process.exit(0)

async function takeAll(pages: Record<string, string>): Promise<void> {
  for (const [name, path] of Object.entries(pages))
    for (const [kind, colorScheme, width, height] of [
      ['dark', 'dark', 1440, 900],
      ['light', 'light', 1440, 900],
      ['phone', 'dark', 390, 844],
    ] as const) {
      const context = await browser.newContext({ colorScheme, viewport: { width, height }, reducedMotion: 'reduce' })
      const page = await context.newPage()
      await page.goto(evenkeel.url + path)
      await page.getByRole('heading').first().waitFor()
      await sleep(1_500)
      await page.screenshot({ path: join(folder, `${name}-${kind}.png`) })
      await context.close()
    }
}
