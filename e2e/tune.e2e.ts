import type { Page as BrowserPage } from '@playwright/test'
import type { FindingView } from '../lib/model/answers/finding.ts'
import type { RingView } from '../lib/model/answers/ring.ts'
import { change, found, openProposal, verdict } from './api.ts'
import { type TestServer, until } from './evenkeel.ts'
import { expect, test } from './test.ts'

test.describe.configure({ mode: 'serial', timeout: 400_000 })

test('an uneven ring is made even by one click, and every application follows', async ({ evenkeel, page }) => {
  const finding = (await found(evenkeel, 'ring/imbalance', { ring: 'products' }, 60)).value
  const before = await evenkeel.get<RingView>('rings/products')
  expect(before.imbalanceOwned).toBeGreaterThan(1.25)
  const id = await applyByClick(evenkeel, page, finding)
  await until('the document moves', 10, async () => (await evenkeel.fleet.ring.read()).version > before.version)
  const { version } = await evenkeel.fleet.ring.read()
  await until('all four applications follow', 15, async () => {
    const { followers } = await evenkeel.get<RingView>('rings/products')
    return followers.filter((follower) => follower.version === version && follower.fresh).length === 4
  })
  await until('the reads are even', 60, async () => {
    const { imbalance } = await evenkeel.get<RingView>('rings/products')
    return imbalance !== null && imbalance < 1.2
  })
  expect(await verdict(evenkeel, id, 130)).toMatchObject({ state: 'kept' })
  await page.goto(`${evenkeel.url}/rings`)
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
})

test('keys that expire together get jitter by one click, and the next load expires spread out', async ({ evenkeel, page }) => {
  await evenkeel.drills.start('mass-expiry')
  const finding = (await found(evenkeel, 'cache/mass-expiry', {}, 60)).value
  const id = await applyByClick(evenkeel, page, finding)
  const { steps } = await change(evenkeel, id)
  expect(steps.map(({ setting }) => setting.name).every((name) => name.startsWith('campaign/'))).toBe(true)
  const spread = async () => {
    const ends = await Promise.all(
      Array.from({ length: 60 }, async (_, index) => {
        const left = await Promise.all(
          ['cache-a', 'cache-b', 'cache-c'].map((node) => evenkeel.onRedis(node, ['PTTL', `campaign:${index * 97}`])),
        )
        return Math.max(...left.map(Number))
      }),
    )
    const alive = ends.filter((ms) => ms > 0)
    return alive.length > 40 && Math.max(...alive) - Math.min(...alive) > 5_000
  }
  await until('the keys of a new load end at different times', 120, spread)
  // Its verdict takes two TTLs and a minute more: test/watching.live.test.ts holds it against what was predicted.
  if (process.env.EVENKEEL_LONG) expect(['kept', 'rolled_back']).toContain((await verdict(evenkeel, id, 160)).state)
  await evenkeel.drills.end('mass-expiry')
})

/** Opens the finding, presses Apply (twice where the risk asks for it) and returns the change's id. */
async function applyByClick(evenkeel: TestServer, page: BrowserPage, finding: FindingView): Promise<string> {
  await until('a proposal', 60, () => openProposal(evenkeel, finding))
  await page.goto(`${evenkeel.url}/findings/${finding.id}`)
  const proposal = page.getByRole('region', { name: 'Proposal' }).first()
  await proposal.getByRole('button', { name: /^Apply/ }).click()
  const sure = proposal.getByRole('button', { name: /^Yes, apply/ })
  if (await sure.isVisible().catch(() => false)) await sure.click()
  await expect(page).toHaveURL(/\/changes\//, { timeout: 15_000 })
  return decodeURIComponent(new URL(page.url()).pathname.split('/').at(-1)!)
}
