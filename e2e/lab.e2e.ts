import type { Page as BrowserPage } from '@playwright/test'
import type { ChangeView } from '../lib/model/answers/change.ts'
import type { PoolView } from '../lib/model/answers/pool.ts'
import type { RingView } from '../lib/model/answers/ring.ts'
import type { Page } from '../lib/model/answers/shape.ts'
import { violations } from './axe.ts'
import { until } from './evenkeel.ts'
import { expect, test } from './test.ts'

const lab = (page: BrowserPage) => ({
  points: (node: string) => page.getByRole('spinbutton', { name: `points of ${node}` }),
  solve: page.getByRole('button', { name: 'Solve' }),
  apply: page.getByRole('button', { name: /^Apply/ }),
  moves: page.getByRole('table', { name: 'What moves' }),
})

test('a ring is solved in the lab, a colleague sees the same, and it becomes a change', async ({ evenkeel, page }) => {
  const before = (
    await until('shares are seen', 60, async () => {
      const ring = await evenkeel.get<RingView>('rings/products')
      return ring.nodes.every((node) => node.shareSeen !== null) && ring
    })
  ).value
  await page.goto(`${evenkeel.url}/lab`)
  await expect(page.getByRole('combobox', { name: 'Ring', exact: true })).toHaveValue('ring:products')
  const here = lab(page)
  await expect(here.points('cache-a')).toHaveValue(String(before.nodes[0]!.points))
  await here.solve.click()
  await expect(page.getByText(/^(Solved|As near)/)).toBeVisible()
  await expect(here.moves).toBeVisible()
  await page.getByRole('textbox', { name: 'Keys, one a line' }).fill('product:1\nproduct:2')
  await expect(page.getByRole('table', { name: 'Where the keys are' }).getByRole('row')).toHaveCount(3)
  const points = await here.points('cache-a').inputValue()
  expect(Number(points)).toBeGreaterThan(before.nodes[0]!.points!)
  await expect(page).toHaveURL(/lab=2\./)
  await page.waitForTimeout(400)
  expect(await violations(page)).toEqual([])

  const colleague = await page.context().newPage()
  await colleague.goto(page.url())
  await expect(lab(colleague).points('cache-a')).toHaveValue(points)
  await expect(colleague.getByRole('table', { name: 'Where the keys are' }).getByRole('row')).toHaveCount(3)
  await colleague.close()

  await here.apply.click()
  await expect(page).toHaveURL(/\/changes\//)
  const { items } = await evenkeel.get<Page<ChangeView>>('changes')
  const made = items.find(({ because }) => because.startsWith('Set by hand'))!
  expect(made.steps).toContainEqual({ setting: { target: 'ring:products', name: 'products/cache-a/points' }, before: '40', after: points })
  await until('the ring has the points', 15, async () => {
    const { nodes } = await evenkeel.get<RingView>('rings/products')
    return nodes[0]!.points === Number(points)
  })
  await evenkeel.post(`changes/${made.id}/roll-back`)
})

test('a hashing pool is listed with its weights; other algorithms offer their configuration', async ({ evenkeel, page }) => {
  const pool = (await until('a hashing pool', 60, async () => (await evenkeel.get<Page<PoolView>>('pools')).items.find(({ ring }) => ring)))
    .value
  await page.goto(`${evenkeel.url}/lab`)
  await page.getByRole('combobox', { name: 'Ring', exact: true }).selectOption(`pool:${pool.target}/${pool.name}`)
  const weight = page.getByRole('spinbutton', { name: /^weight of/ }).first()
  await weight.fill('50')
  await expect(page.getByText(/50$/).first()).toBeVisible()
  await page.getByRole('combobox', { name: 'Algorithm' }).selectOption('nginx-consistent')
  await expect(page.getByRole('button', { name: 'Apply' })).toHaveAttribute('aria-disabled', 'true')
  await expect(page.getByRole('figure', { name: 'Configuration' })).toContainText('weight=50')
})

test('a described ring says what is wrong beside the field, and a broken link says so', async ({ evenkeel, page }) => {
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  await page.goto(`${evenkeel.url}/lab`)
  await page.getByRole('combobox', { name: 'Ring', exact: true }).selectOption({ label: 'a described ring' })
  await page.getByRole('button', { name: 'Add a node' }).click()
  const fourth = page.getByRole('textbox', { name: /^name of/ }).nth(3)
  await fourth.fill('cache-a')
  await expect(fourth).toHaveAttribute('aria-invalid', 'true')
  await expect(page.getByText('is given twice')).toBeVisible()
  await fourth.fill('<img src=x onerror="window.hacked=1">')
  await expect(fourth).not.toHaveAttribute('aria-invalid', 'true')
  await page.setViewportSize({ width: 390, height: 844 })
  await page.waitForTimeout(400)
  await page.reload()
  await expect(page.getByRole('textbox', { name: /^name of/ })).toHaveCount(4)
  expect(await page.evaluate(() => 'hacked' in window)).toBe(false)
  // A pixel is rounding: nothing can be scrolled to.
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(1)
  // Where the lab stood before, for links that people have kept.
  await page.goto(`${evenkeel.url}/rings/lab?lab=1.AAAA`)
  await expect(page).toHaveURL(/\/lab\?lab=1\.AAAA$/)
  await expect(page.getByText('cut short or mistyped')).toBeVisible()
  await page.getByRole('button', { name: 'Start over' }).click()
  await expect(page.getByRole('table', { name: 'Nodes' })).toBeVisible()
  expect(errors).toEqual([])
})

test('a piece of a configuration becomes a ring, and slots without an owner are reported', async ({ evenkeel, page }) => {
  await page.goto(`${evenkeel.url}/lab`)
  await page.getByRole('combobox', { name: 'Ring', exact: true }).selectOption({ label: 'a described ring' })
  const paste = async (text: string) => {
    await page.getByRole('button', { name: 'As text, or paste' }).click()
    await page.getByRole('textbox', { name: 'Ring', exact: true }).fill(text)
    await page.getByRole('button', { name: 'Take this ring' }).click()
  }
  await paste('  hash-type consistent\n  server web1 10.0.0.1:80 weight 300')
  await expect(page.getByRole('dialog')).toContainText('0 to 256, found 300')
  await page.getByRole('textbox', { name: 'Ring', exact: true }).fill('upstream u {\n hash $uri consistent;\n server 10.0.0.7 weight=7;\n}')
  await page.getByRole('button', { name: 'Take this ring' }).click()
  await expect(page.getByRole('combobox', { name: 'Algorithm' })).toHaveValue('nginx-consistent')
  await expect(page.getByRole('spinbutton', { name: 'weight of 10.0.0.7' })).toHaveValue('7')
  await paste(`${'a'.repeat(40)} 10.0.0.1:6379@16379 myself,master - 0 0 1 connected 0-8191`)
  await expect(page.getByRole('main')).toContainText('50.0 % of the keys have no owner')
  await expect(page.getByRole('main')).toContainText('slots 8192-16383 are not assigned')
})

test('three hundred nodes are computed in a worker', async ({ evenkeel, page }) => {
  await page.goto(`${evenkeel.url}/lab`)
  await page.getByRole('combobox', { name: 'Ring', exact: true }).selectOption({ label: 'a described ring' })
  await page.getByRole('button', { name: 'As text, or paste' }).click()
  const nodes = Array.from({ length: 300 }, (_, i) => ({ name: `cache-${i}`, points: 100 + (i % 80) }))
  await page.getByRole('textbox', { name: 'Ring', exact: true }).fill(JSON.stringify({ algorithm: 'ketama', nodes }))
  await page.getByRole('button', { name: 'Take this ring' }).click()
  await expect(page.getByRole('button', { name: 'Show all 300' })).toBeVisible()
  const here = lab(page)
  await expect(here.solve).not.toHaveAttribute('aria-disabled', 'true')
  await here.solve.click()
  await expect(page.getByText(/^(Solved|As near)/)).toBeVisible()
  await expect(here.moves).toBeVisible()
})
