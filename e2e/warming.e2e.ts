import { expect, test } from '@playwright/test'
import { violations } from './axe.ts'
import { startSeededWarming } from './seededWarming.ts'
import { shots } from './shots.ts'

test('runs of a hook are shown with what was predicted and measured; a person begins one and stops it', async ({ page }) => {
  const evenkeel = await startSeededWarming()
  try {
    await page.goto(`${evenkeel.url}/targets/cache-a?tab=warming`)
    await expect(page.getByText('40 names of hot keys are remembered')).toBeVisible()
    await expect(page.getByRole('link', { name: 'as predicted' })).toBeVisible()
    await expect(page.getByText('5 calls in a row failed, the newest with: HTTP 503.')).toBeVisible()
    expect(await violations(page)).toEqual([])

    await page.getByRole('button', { name: 'Warm it now' }).click()
    await expect(page.getByText('Warming', { exact: true }).last()).toBeVisible()
    await expect(page.getByText(/^[1-9]\d* of 40 keys taken/)).toBeVisible()
    expect(await violations(page)).toEqual([])
    await shots(page, 'warming')
    await page.getByRole('button', { name: 'Stop warming' }).click()
    await expect(page.getByText('Stopped', { exact: true })).toBeVisible()
    await expect(page.getByRole('button', { name: 'Warm it now' })).toBeVisible()

    await page.goto(`${evenkeel.url}/findings/fone`)
    await expect(page.getByRole('region', { name: 'Cache warming' }).getByText('1000 of 1000 keys taken')).toBeVisible()
    expect(await violations(page)).toEqual([])
    await shots(page, 'finding')

    await page.goto(`${evenkeel.url}/calibration`)
    await page.getByRole('link', { name: /^cache-a: until it is warm/ }).click()
    await expect(page).toHaveURL(/\/targets\/cache-a\?tab=warming/)

    await page.goto(`${evenkeel.url}/targets/cache-b?tab=warming`)
    await expect(page.getByText('No hook warms this cache')).toBeVisible()
    expect(await violations(page)).toEqual([])
    await shots(page, 'none')
  } finally {
    await evenkeel.stop()
  }
})
