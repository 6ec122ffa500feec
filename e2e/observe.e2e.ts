import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { change, weightAtHaproxy } from './api.ts'
import { violations } from './axe.ts'
import { type TestServer, until } from './evenkeel.ts'
import { expect, test } from './test.ts'

test.describe.configure({ mode: 'serial', timeout: 180_000 })

async function make(evenkeel: TestServer, after: string): Promise<string> {
  const steps = [{ setting: { target: 'edge', name: 'app/app1/weight' }, after }]
  const { status, body } = await evenkeel.post('changes', { steps, because: `app1 is tried with ${after}` })
  expect(status, JSON.stringify(body)).toBe(202)
  return String(body.change)
}

test('lowering the mode while a change is watched asks what becomes of it; afterwards nothing can be rolled back', async ({
  evenkeel,
  page,
}) => {
  const whole = await weightAtHaproxy(evenkeel, 'app', 'app1')
  const mode = page.getByRole('button', { name: /^Mode:/ })
  const choose = async (name: RegExp) => {
    await mode.click()
    await page.getByRole('menuitem', { name }).click()
  }
  await page.goto(evenkeel.url)
  try {
    const first = await make(evenkeel, '90')
    await choose(/^Observe/)
    const dialog = page.getByRole('dialog')
    await expect(dialog).toContainText('app1 is tried with 90')
    await expect(dialog).toContainText('100 → 90')
    expect(await violations(page)).toEqual([])
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/dialog.png` })
    await dialog.getByRole('button', { name: 'Stay in tune mode' }).click()
    await expect(mode).toHaveText(/Tune/)
    expect((await change(evenkeel, first)).state).toBe('watching')

    await choose(/^Observe/)
    await dialog.getByRole('button', { name: /^Roll back/ }).click()
    await expect(mode).toHaveText(/Observe/)
    expect(await weightAtHaproxy(evenkeel, 'app', 'app1')).toBe(whole)
    expect(await change(evenkeel, first)).toMatchObject({ state: 'rolled_back', automatic: false })

    await choose(/^Tune/)
    await expect(mode).toHaveText(/Tune/)
    const second = await make(evenkeel, '80')
    await choose(/^Observe/)
    await dialog.getByRole('button', { name: /^Keep/ }).click()
    await expect(mode).toHaveText(/Observe/)
    expect((await change(evenkeel, second)).state).toBe('kept')
    await page.goto(`${evenkeel.url}/changes/${second}`)
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/kept.png` })
    const back = page.getByRole('region', { name: 'Change' }).getByRole('button', { name: 'Roll back' })
    await expect(back).toHaveAttribute('aria-disabled', 'true')
    expect(await evenkeel.post(`changes/${second}/roll-back`)).toMatchObject({ status: 403, body: { code: 'read_only' } })
    expect(await weightAtHaproxy(evenkeel, 'app', 'app1')).toBe(80)

    // The sheet lies over the mode's button.
    await evenkeel.post('mode', { mode: 'tune' })
    await expect(back).not.toHaveAttribute('aria-disabled', 'true')
    await back.click()
    await until('the old weight', 15, async () => (await weightAtHaproxy(evenkeel, 'app', 'app1')) === whole)
  } finally {
    await evenkeel.post('mode', { mode: 'tune' })
  }
})

test('a start in observe mode during a watch leaves the change as it is, and shows the commands that undo it', async ({
  evenkeel,
  page,
}) => {
  const file = join(dirname(evenkeel.data), 'evenkeel.yaml')
  const restartIn = async (mode: string) => {
    await evenkeel.kill9()
    await writeFile(file, (await readFile(file, 'utf8')).replace(/^mode: \w+/m, `mode: ${mode}`))
    await evenkeel.start()
  }
  const whole = await weightAtHaproxy(evenkeel, 'app', 'app1')
  const id = await make(evenkeel, '70')
  try {
    await restartIn('observe')
    expect(await change(evenkeel, id)).toMatchObject({ state: 'kept', verdict: 'unjudged' })
    expect(await weightAtHaproxy(evenkeel, 'app', 'app1')).toBe(70)
    const { undo } = await change(evenkeel, id)
    await page.goto(`${evenkeel.url}/changes/${id}`)
    const sheet = page.getByRole('region', { name: 'Change' })
    await expect(sheet).toContainText('observe mode and writes nothing')
    await expect(sheet).toContainText(undo![0]!)
    await expect(sheet.getByRole('button', { name: 'Roll back' })).toHaveAttribute('aria-disabled', 'true')
    expect(await violations(page)).toEqual([])
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/left.png` })
    // What it says is what undoes it.
    for (const command of undo!) await evenkeel.atHaproxy(command)
    expect(await weightAtHaproxy(evenkeel, 'app', 'app1')).toBe(whole)
  } finally {
    await restartIn('tune')
    await evenkeel.atHaproxy(`set weight app/app1 ${whole}`)
  }
})
