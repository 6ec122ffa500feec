import { violations } from './axe.ts'
import { expect, test } from './test.ts'

const own = { steps: [{ setting: { target: 'edge', name: 'app/app1/weight' }, after: '77' }], because: 'while changes are frozen' }

test('a freeze is set and lifted from any page, says who and why, and holds back what is new', async ({ evenkeel, page }) => {
  await page.goto(`${evenkeel.url}/pools`)
  await page.getByRole('button', { name: /^Mode:/ }).click()
  await page.getByRole('menuitem', { name: /^Freeze changes/ }).click()
  const dialog = page.getByRole('dialog')
  const freeze = dialog.getByRole('button', { name: 'Freeze' })
  await expect(freeze).toHaveAttribute('aria-disabled', 'true')
  expect(await violations(page)).toEqual([])
  await dialog.getByLabel('Reason').fill('Sale until <b>tonight</b>.')
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/freeze-dialog.png` })
  await page.keyboard.press('Enter')
  try {
    const notice = page.getByRole('status').filter({ hasText: 'Changes are frozen until' })
    await expect(notice).toContainText('Sale until <b>tonight</b>.')
    expect(await violations(page)).toEqual([])
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/freeze.png` })
    const refused = await evenkeel.post('changes', own)
    expect(refused).toMatchObject({ status: 409, body: { code: 'not_allowed', detail: expect.stringContaining('frozen until') } })
    await notice.getByRole('button', { name: 'Lift the freeze' }).click()
    await expect(notice).toHaveCount(0)
    expect((await evenkeel.get<{ freeze: unknown }>('freeze')).freeze).toBeNull()
  } finally {
    await fetch(`${evenkeel.url}/api/v1/freeze`, { method: 'DELETE' })
  }
})

test('on a telephone a freeze is set and lifted too', async ({ evenkeel, page }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto(`${evenkeel.url}/`)
  await page.getByRole('button', { name: /^Mode:/ }).click()
  await page.getByRole('menuitem', { name: /^Freeze changes/ }).click()
  await page.getByRole('dialog').getByLabel('Reason').fill('From the train.')
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/freeze-phone-dialog.png` })
  await page.getByRole('dialog').getByRole('button', { name: 'Freeze' }).click()
  try {
    const notice = page.getByRole('status').filter({ hasText: 'Changes are frozen until' })
    await expect(notice).toContainText('From the train.')
    expect(await violations(page)).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/freeze-phone.png` })
    await notice.getByRole('button', { name: 'Lift the freeze' }).click()
    await expect(notice).toHaveCount(0)
  } finally {
    await fetch(`${evenkeel.url}/api/v1/freeze`, { method: 'DELETE' })
  }
})

test('the configuration is reloaded from the page, and one that is as it was says so', async ({ evenkeel, page }) => {
  await page.goto(`${evenkeel.url}/settings?tab=config`)
  await page.getByRole('button', { name: 'Reload the file' }).click()
  await expect(page.getByText('The file is as it was read')).toBeVisible()
  expect(await violations(page)).toEqual([])
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/reload.png` })
})
