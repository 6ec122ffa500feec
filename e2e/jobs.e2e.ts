import type { Page } from '../lib/model/answers/shape.ts'
import { type Command, createRedisClient } from '../lib/products/redis/client.ts'
import { change, found, openProposal } from './api.ts'
import { violations } from './axe.ts'
import { type TestServer, until } from './evenkeel.ts'
import { expect, test } from './test.ts'

const KEYS = 30_000
const never = new AbortController().signal

/** So many keys of cache-a that end in one second, 170 s from now. */
async function promotion(evenkeel: TestServer) {
  const client = createRedisClient({ url: `redis://127.0.0.1:${evenkeel.fleet.ports['cache-a']}` })
  const at = Math.ceil(Date.now() / 1_000 + 170) * 1_000
  async function all(command: (i: number) => Command): Promise<unknown[]> {
    const out: unknown[] = []
    for (let from = 0; from < KEYS; from += 1_000)
      out.push(...(await client.pipeline(Array.from({ length: 1_000 }, (_, i) => command(from + i)), never))) // biome-ignore format: one line
    return out
  }
  await all((i) => ['SET', `promo:${i}`, 'x', 'PXAT', at + (i % 1_000)])
  return {
    /** The most of them that end in one second. */
    async peak() {
      const seconds = new Map<number, number>()
      for (const end of (await all((i) => ['PEXPIRETIME', `promo:${i}`])) as number[])
        if (end > 0) seconds.set(Math.floor(end / 1_000), (seconds.get(Math.floor(end / 1_000)) ?? 0) + 1)
      return Math.max(...seconds.values())
    },
    async [Symbol.asyncDispose]() {
      await all((i) => ['UNLINK', `promo:${i}`])
      await client.close()
    },
  }
}

test('keys that are about to end together are spread by one click; the job is paused, resumed, and rolled back', async ({
  evenkeel,
  page,
}) => {
  test.setTimeout(240_000)
  await using promo = await promotion(evenkeel)
  const finding = (await found(evenkeel, 'cache/mass-expiry', { target: 'cache-a' }, 75)).value
  const proposal = (await until('a proposal', 30, () => openProposal(evenkeel, finding))).value
  expect(proposal).toMatchObject({
    advisor: 'expiry-spread',
    steps: [{ setting: { target: 'cache-a', name: expect.stringMatching(/^expiry\/.*\/promo:\*$/) } }],
  })
  await page.goto(`${evenkeel.url}/findings/${finding.id}`)
  await page
    .getByRole('region', { name: 'Proposal' })
    .first()
    .getByRole('button', { name: /^Apply/ })
    .click()

  const job = page.getByRole('region', { name: 'Job', exact: true })
  await job.getByRole('button', { name: 'Pause' }).click()
  await expect(job.getByText('Job paused')).toBeVisible()
  await expect(job.getByRole('progressbar')).toBeVisible()
  // Not hidden: disabled, and it says why.
  await expect(job.getByRole('button', { name: 'Pause' })).toHaveAttribute('aria-disabled', 'true')
  expect(await violations(page)).toEqual([])
  const { items } = await evenkeel.get<Page<{ id: string; change: string; done: number }>>('jobs')
  expect(items).toMatchObject([{ state: 'paused' }])
  expect((await evenkeel.post(`jobs/${items[0]!.id}/pause`)).status).toBe(409)
  expect((await evenkeel.post('jobs/none/pause')).status).toBe(404)

  await job.getByRole('button', { name: 'Resume' }).click()
  await expect(job.getByText('Job done')).toBeVisible({ timeout: 60_000 })
  expect(await promo.peak()).toBeLessThan(KEYS / 5)
  expect(await violations(page)).toEqual([])

  await page.getByRole('button', { name: 'Roll back' }).click()
  await until('the change is rolled back', 15, async () => (await change(evenkeel, items[0]!.change)).state === 'rolled_back')
  expect(await promo.peak()).toBeGreaterThan(KEYS / 3)
})
