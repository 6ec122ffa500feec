import type { Page as BrowserPage } from '@playwright/test'
import type { Page } from '../lib/model/answers/shape.ts'
import type { TraceView } from '../lib/model/answers/trace.ts'
import { violations } from './axe.ts'
import { disagreeing } from './classes.ts'
import { expect, test } from './test.ts'

/** A trace as an application would log it: popular keys are read often, the others now and then. */
function trace(requests: number): string {
  let state = 42
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  const rows = Array.from(
    { length: requests },
    (_, at) => `${(at / 200).toFixed(3)},product:${Math.floor(3_000 ** random())},${300 + (at % 700)}`,
  )
  return `time,key,size\n${rows.join('\n')}\n`
}

const lab = (page: BrowserPage) => ({
  file: page.getByLabel('Trace file'),
  curve: page.getByRole('img', { name: /hit ratio/ }),
  policy: page.getByRole('combobox', { name: 'Policy', exact: true }),
  slider: page.getByRole('slider', { name: 'Memory limit' }),
  traces: page.getByRole('table', { name: 'Uploaded traces' }),
})

const upload = (page: BrowserPage, name: string, content: string) =>
  lab(page).file.setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(content) })

test('an uploaded trace has a curve; policy, size, TTL and a second cache are in the address, and a colleague sees the same', async ({
  evenkeel,
  page,
}) => {
  await page.goto(`${evenkeel.url}/curves`)
  const here = lab(page)
  await upload(page, 'shop.csv', trace(30_000))
  await expect(here.curve).toBeVisible()
  await expect(page).toHaveURL(/trace=[0-9a-f]{16}/)
  await expect(here.traces.getByRole('row')).toHaveCount(2)
  await expect(here.traces).toContainText('shop')

  await here.policy.selectOption('allkeys-lfu')
  await here.slider.focus()
  await page.keyboard.press('ArrowRight')
  await page.getByRole('button', { name: 'Compare with another' }).click()
  await page.getByRole('radiogroup', { name: 'Beside it: TTL' }).getByRole('radio', { name: 'set' }).click()
  await page.getByRole('textbox', { name: 'Beside it: Length' }).fill('30s')
  await expect(page).toHaveURL(/memory=[\d.]+mb/)
  await expect(page).toHaveURL(/with=allkeys-lfu/)
  await expect(page).toHaveURL(/vs=ttl:30s,jitter:0.1/)
  await expect(here.curve).toHaveAccessibleName(/allkeys-lfu: hit ratio .*; marked .*allkeys-lru, TTL 30s/)
  await expect(page.getByText(/[+−±][\d.]+.points/)).toBeVisible()
  const row = page.getByRole('table', { name: 'Patterns of keys' }).getByRole('row', { name: /product:\*/ })
  await expect(row).toContainText(/100(\.0)?\s*%/)
  await page.getByRole('radiogroup', { name: 'TTL of product:*' }).getByRole('radio', { name: 'set' }).click()
  await page.getByRole('slider', { name: 'Length of product:*' }).focus()
  await page.keyboard.press('ArrowRight')
  await expect(page).toHaveURL(/product:\*=12m\/0\.1/)
  await expect(here.slider).toHaveAttribute('aria-valuetext', /MiB, hit ratio \d/)
  const before = await here.slider.inputValue()

  await page.reload()
  await expect(here.policy).toHaveValue('allkeys-lfu')
  await expect(here.slider).toHaveValue(before)
  await expect(page.getByRole('textbox', { name: 'Beside it: Length' })).toHaveValue('30s')
  await expect(here.curve).toBeVisible()
  await page.getByText('The points as a table').click()
  await expect(page.getByRole('table', { name: 'Points of the curve' }).getByRole('row')).not.toHaveCount(0)
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme })
    expect(await violations(page), colorScheme).toEqual([])
  }
  expect(await disagreeing(page)).toEqual([])
  await page.setViewportSize({ width: 390, height: 844 })
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0)
})

test('what is wrong with a trace is named by its line; a cache without references says what is missing; a trace is deleted on confirmation', async ({
  evenkeel,
  page,
}) => {
  await page.goto(`${evenkeel.url}/curves`)
  await upload(page, 'broken.csv', 'key,size\na,1\nb,-2\n')
  await expect(page.getByRole('alert').filter({ hasText: 'broken' })).toContainText('line 3')

  await page.getByRole('combobox', { name: 'Source' }).selectOption('target:cache-a')
  await expect(page.getByText('Too little is known for a curve')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Apply' })).toHaveAttribute('aria-disabled', 'true')
  expect(await violations(page)).toEqual([])

  await upload(page, 'gone.csv', trace(2_000))
  await expect(lab(page).curve).toBeVisible()
  await page.getByRole('button', { name: 'Delete gone' }).click()
  await page.getByRole('button', { name: 'Delete the trace' }).click()
  await expect(page.getByRole('button', { name: 'Delete gone' })).toHaveCount(0)
  const { items } = await evenkeel.get<Page<TraceView>>('traces')
  expect(items.map(({ name }) => name)).not.toContain('gone')
})
