import { type Browser, expect, type Page, test } from '@playwright/test'
import { violations } from './axe.ts'
import { startSeededGroup } from './seededGroup.ts'
import { shots } from './shots.ts'

test.describe('a group of balancers, with two persons', () => {
  let server: Awaited<ReturnType<typeof startSeededGroup>>
  test.beforeAll(async () => {
    server = await startSeededGroup()
  })
  test.afterAll(() => server?.stop())

  /** A person of a group, as the reverse proxy names them, on a page of their own. */
  async function signedIn(browser: Browser, name: string, group = 'ops'): Promise<Page> {
    const context = await browser.newContext({ extraHTTPHeaders: { 'x-forwarded-user': name, 'x-forwarded-groups': group } })
    return context.newPage()
  }
  const course = (page: Page) => page.getByRole('region', { name: 'Course over the group' })
  const looked = async (page: Page, name: string) => {
    expect(await violations(page), name).toEqual([])
    await shots(page, name)
  }

  test('is changed from the canary on, and rolled back by one', async ({ browser }) => {
    const ann = await signedIn(browser, 'ann')
    await ann.goto(`${server.url}/findings/f-app1`)
    const apply = ann.getByRole('button', { name: 'Apply weight on 3 balancers' })
    await expect(apply).toBeVisible()
    await expect(ann.getByText(/on lb1 first, the canary/)).toBeVisible()
    await looked(ann, 'apply-on-group')
    await apply.click()
    await expect(ann).toHaveURL(/changes\/[0-9a-f]+/)
    await expect(course(ann)).toContainText('canary, watched')
    expect(await server.weights('app1')).toEqual(['24', '100', '100'])
    await looked(ann, 'course-canary')
    // Nobody sends requests, so nothing can be told of its effect.
    await expect(course(ann)).toContainText('Waits for your decision', { timeout: 30_000 })
    await looked(ann, 'course-asking')
    await course(ann).getByRole('button', { name: 'Go on with the others' }).click()
    await expect(course(ann)).toContainText('Done', { timeout: 60_000 })
    await expect(course(ann)).toContainText('All 3 of group')
    expect(await server.weights('app1')).toEqual(['24', '24', '24'])
    await looked(ann, 'course-done')
    await course(ann).getByRole('button', { name: 'Roll back all' }).click()
    await expect(course(ann)).toContainText('Rolled back', { timeout: 30_000 })
    await expect.poll(() => server.weights('app1')).toEqual(['100', '100', '100'])
    await looked(ann, 'course-rolled-back')
    await ann.context().close()
  })

  test('is not changed before a second person approves: asked for, declined with a reason, asked for again, approved', async ({
    browser,
  }) => {
    const [ann, bob, eve] = await Promise.all([signedIn(browser, 'ann'), signedIn(browser, 'bob'), signedIn(browser, 'eve', 'guests')])
    await eve.goto(`${server.url}/findings/f-app2`)
    const ask = (page: Page) => page.getByRole('button', { name: 'Ask for approval' })
    await expect(ask(eve)).toHaveAttribute('aria-disabled', 'true')
    await ann.goto(`${server.url}/findings/f-app2`)
    await expect(ask(ann)).toBeVisible()
    await expect(ann.getByRole('button', { name: /^Apply/ })).toHaveCount(0)
    await looked(ann, 'ask')
    await ask(ann).click()
    await expect(ann.getByText(/ann has asked for an approval/)).toBeVisible()

    await bob.goto(`${server.url}/findings`)
    await bob.getByRole('status').filter({ hasText: 'ann asks for an approval' }).getByRole('link', { name: 'Review' }).click()
    const request = bob.getByRole('article', { name: 'Request of ann' })
    await expect(request).toContainText('On every balancer of its group')
    await expect(request.getByRole('row')).toHaveCount(4)
    await looked(bob, 'request')
    await request.getByRole('button', { name: 'Decline…' }).click()
    const decline = bob.getByRole('dialog', { name: 'Decline' })
    await decline.getByLabel('Reason').fill('Not during the sale.')
    await looked(bob, 'decline')
    await decline.getByRole('button', { name: 'Decline' }).click()
    await expect(request).toHaveCount(0)
    expect(await server.weights('app2')).toEqual(['100', '100', '100'])

    // Who asked is told why.
    await ann.goto(`${server.url}/changes`)
    await expect(ann.getByText('Not during the sale.')).toBeVisible()
    await looked(ann, 'declined')
    await ann.goto(`${server.url}/findings/f-app2`)
    await ask(ann).click()
    await expect(ann.getByText(/ann has asked for an approval/)).toBeVisible()
    await ann.goto(`${server.url}/changes`)
    const own = ann.getByRole('article', { name: 'Request of ann' })
    await expect(own.getByRole('button', { name: 'Approve and apply' })).toHaveAttribute('aria-disabled', 'true')
    await expect(own.getByRole('button', { name: 'Withdraw' })).toBeVisible()
    await bob.goto(`${server.url}/changes`)
    await request.getByRole('button', { name: 'Approve and apply' }).click()
    await expect(bob).toHaveURL(/changes\/[0-9a-f]+/)
    await expect(course(bob)).toContainText('canary, ')
    await expect(bob.getByRole('dialog')).toContainText('ann, approved by bob')
    expect(await server.weights('app2')).toEqual(['24', '100', '100'])
    await looked(bob, 'approved')
    await course(bob).getByRole('button', { name: 'Roll back all' }).click()
    await expect(course(bob)).toContainText('Rolled back', { timeout: 30_000 })
    await expect.poll(() => server.weights('app2')).toEqual(['100', '100', '100'])
    for (const page of [ann, bob, eve]) await page.context().close()
  })
})
