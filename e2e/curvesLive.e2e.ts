import type { ChangeView } from '../lib/model/answers/change.ts'
import type { Page } from '../lib/model/answers/shape.ts'
import { violations } from './axe.ts'
import { startLiveCache } from './liveCache.ts'
import { expect, test } from './test.ts'

test('a live cache: the curve stands beside what is measured, the marked memory becomes a change, and the real server then hits as predicted', async ({
  page,
}) => {
  await using shop = await startLiveCache('16mb')
  const ratioOver = async (ms: number) => {
    const before = shop.counted()
    await page.waitForTimeout(ms)
    const { hits, misses } = shop.counted()
    return (hits - before.hits) / (hits - before.hits + misses - before.misses)
  }
  // Until there are references enough, the page says what is missing.
  await page.goto(`${shop.url}/curves?target=shop&memory=24mb`)
  await expect(page.getByText('Too little is known for a curve')).toBeVisible()
  // Longer than a key stays in the larger cache.
  await expect.poll(shop.spanMs, { timeout: 90_000, intervals: [2_000] }).toBeGreaterThan(20_000)
  await page.getByRole('button', { name: 'Ask again' }).click()
  await expect(page.getByRole('img', { name: /hit ratio/ })).toBeVisible()
  await expect(page.getByText('Against the present')).toBeVisible()
  expect(await violations(page)).toEqual([])
  const apply = page.getByRole('button', { name: 'Apply maxmemory' })
  await expect(apply).not.toHaveAttribute('aria-disabled', 'true')
  const band = await page.getByText(/^95 of 100: /).innerText()
  const [low, high] = /([\d.]+) to ([\d.]+)/
    .exec(band)!
    .slice(1)
    .map((percent) => Number(percent) / 100) as [number, number]

  await apply.click()
  await expect(page).toHaveURL(/\/changes\//)
  await expect.poll(() => shop.setting('maxmemory'), { timeout: 15_000 }).toBe(String(24 * 1024 ** 2))
  const { items } = await shop.get<Page<ChangeView>>('changes')
  expect(items[0]!.because).toContain('memory lab')
  // A larger cache fills first.
  await expect.poll(() => ratioOver(5_000), { timeout: 90_000 }).toBeGreaterThanOrEqual(low)
  const measured = await ratioOver(20_000)
  expect(measured).toBeGreaterThanOrEqual(low)
  expect(measured).toBeLessThanOrEqual(high)
})
