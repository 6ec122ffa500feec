import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { launch } from '../scripts/launch.ts'
import { freePort } from '../test/daemon.ts'
import { startReceiver } from '../test/receiver.ts'
import { violations } from './axe.ts'

test('a receiver is edited, tried before it is saved, seen as a difference, and written with comments kept', async ({ page }) => {
  const home = mkdtempSync(join(tmpdir(), 'evenkeel-receivers-'))
  const hook = await startReceiver()
  const [host, port] = ['127.0.0.1', await freePort()]
  const config = join(home, 'evenkeel.yaml')
  const text = `listen:   ${host}:${port}   # loopback
data: ${home}/data
# who is told
receivers:
  - { name: ops, webhook: { url: "${hook.url}/old-secret" } }   # by hook
routes: [{ to: [ops] }]
`
  writeFileSync(config, text)
  const server = launch({ config, host, port, quiet: true })
  try {
    await server.ready()
    await page.goto(`http://${host}:${port}/alerts`)
    await page.getByRole('button', { name: 'Edit receivers and routes' }).click()
    const ops = page.getByRole('region', { name: 'Receiver ops' })
    await expect(ops.getByLabel('url', { exact: true })).toHaveAttribute('placeholder', 'kept')
    expect(await violations(page)).toEqual([])
    await ops.getByLabel('url', { exact: true }).fill(`${hook.url}/new-secret`)
    await ops.getByRole('button', { name: 'Send a test to ops' }).click()
    await expect(page.getByText('The test has reached ops')).toBeVisible()
    expect(hook.got.map(({ path }) => path)).toEqual(['/new-secret'])

    await page.getByRole('tab', { name: 'Routes' }).click()
    await page.getByRole('region', { name: 'Route 1' }).getByLabel('Limit').fill('20/h')
    await page.getByRole('button', { name: 'Show the difference' }).click()
    const difference = page.getByRole('region', { name: 'The difference' })
    await expect(difference).toContainText('+  - { name: ops, webhook: { url: "[new secret]" } }   # by hook')
    await expect(difference).toContainText('+routes: [{ to: [ops], limit: 20/h }]')
    expect(await page.content()).not.toContain('old-secret')
    expect(await violations(page)).toEqual([])
    expect(readFileSync(config, 'utf8')).toBe(text)
    await page.getByRole('button', { name: 'Write evenkeel.yaml' }).click()
    await expect(page.getByText('evenkeel.yaml is written')).toBeVisible()
    expect(readFileSync(config, 'utf8')).toBe(
      text.replace(`"${hook.url}/old-secret"`, `${hook.url}/new-secret`).replace('[ops] }]', '[ops], limit: 20/h }]'),
    )
  } finally {
    await server.stop()
    await hook.close()
    rmSync(home, { recursive: true })
  }
})
