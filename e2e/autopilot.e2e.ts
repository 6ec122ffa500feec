import { expect, test } from '@playwright/test'
import { violations } from './axe.ts'
import { startSeededAutopilot } from './seededAutopilot.ts'
import { shots } from './shots.ts'

const POLICIES = `autopilot:
  - { advisor: pool-weights, max: { perHour: 4, trafficShare: 0.5 } }
  - { advisor: cache-memory, where: { team: shop }, hours: [{ days: [mon, tue], from: "09:00", to: "16:00", zone: Europe/Zurich }] }
`

test('a licence that was lost is shown with its reason and returned, and the past is replayed', async ({ page }) => {
  const evenkeel = await startSeededAutopilot(POLICIES)
  try {
    await page.goto(`${evenkeel.url}/changes`)
    // Keys are heard once the page is hydrated.
    await expect(async () => {
      await page.keyboard.press('g')
      await page.keyboard.press('i')
      await expect(page).toHaveURL(/\/autopilot/, { timeout: 2_000 })
    }).toPass()
    const policies = page.getByRole('table', { name: 'Policies' })
    await expect(policies.getByRole('row').nth(1)).toContainText('taken away')
    await expect(policies.getByRole('row').nth(2)).toContainText('not earned yet')
    await expect(page.getByText('it would have acted on')).toBeVisible()
    expect(await violations(page)).toEqual([])
    await shots(page, 'autopilot')
    await page.goto(`${evenkeel.url}/autopilot?licence=given`)
    await expect(page.getByText(/somebody applied too/)).toBeVisible()
    await expect(page.getByRole('table', { name: 'Simulated steps' }).getByRole('row').nth(1)).toContainText('apply')
    expect(await violations(page)).toEqual([])
    await shots(page, 'simulated')
    // On a telephone the outcome stands below its proposal.
    await page.setViewportSize({ width: 390, height: 844 })
    const outcome = page.getByRole('table', { name: 'Simulated steps' }).getByText('by ann').filter({ visible: true }).first()
    await expect(outcome).toBeVisible()
    expect(await violations(page)).toEqual([])
    await page.setViewportSize({ width: 1440, height: 900 })
    await policies.getByRole('row').nth(1).press('Enter')
    await expect(page).toHaveURL(/policy=pool-weights/)
    const sheet = page.getByRole('dialog').filter({ hasText: 'Why it is fit' })
    await expect(sheet).toContainText('its change cd1')
    await shots(page, 'policy')
    expect(await violations(page)).toEqual([])
    await sheet.getByRole('button', { name: 'Return the licence…' }).click()
    expect(await violations(page)).toEqual([])
    await page.getByRole('button', { name: 'Return it' }).click()
    await expect(sheet.getByText('Returned')).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(page).not.toHaveURL(/policy=/)
    await expect(policies.getByRole('row').nth(1)).not.toContainText('taken away')
    await page.goto(`${evenkeel.url}/changes/cd1`)
    await expect(page.getByText(/Made by the autopilot because/)).toBeVisible()
    await shots(page, 'change')
    expect(await violations(page)).toEqual([])
  } finally {
    await evenkeel.stop()
  }
})

test('without a policy the page says how one is written, and replays all the same', async ({ page }) => {
  const evenkeel = await startSeededAutopilot('')
  try {
    await page.goto(`${evenkeel.url}/autopilot`)
    await expect(page.getByRole('heading', { name: 'Nothing is applied without a click' })).toBeVisible()
    await expect(page.getByText('it would have acted on')).toBeVisible()
    expect(await violations(page)).toEqual([])
    await shots(page, 'empty')
  } finally {
    await evenkeel.stop()
  }
})
