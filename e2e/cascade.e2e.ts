import type { IncidentView } from '../lib/model/answers/incident.ts'
import type { Page } from '../lib/model/answers/shape.ts'
import { violations } from './axe.ts'
import { startEvenkeel, type TestServer, until } from './evenkeel.ts'
import { expect, test } from './test.ts'

test.describe('the drill cascade', () => {
  test.describe.configure({ timeout: 300_000 })
  let evenkeel: TestServer
  test.beforeAll(async () => {
    evenkeel = await startEvenkeel()
  })
  test.afterAll(() => evenkeel?.stop())

  test('is one incident: cliff, misses, slow pages and the queue, in this order, with the cliff as its first cause', async ({ page }) => {
    await evenkeel.drills.start('cascade')
    const queued = async () => {
      const { items } = await evenkeel.get<Page<IncidentView>>('incidents')
      return items.find(({ findings }) => findings.some(({ rule }) => rule === 'balancer/queueing'))
    }
    const { value: incident } = await until('a queue at HAProxy', 150, queued)
    const ruleOf = (id: string) => incident.findings.find((finding) => finding.id === id)!.rule
    const steps = incident.chain.map(({ from, to }) => `${ruleOf(from)} > ${ruleOf(to)}`)
    console.log(told(incident))
    expect(incident.cause, told(incident)).toMatchObject({ is: 'known' })
    expect(incident.title).toMatch(/^cache-b: mass expiry, and \d+ that follow/)
    expect(steps).toContain('cache/mass-expiry > cache/hit-ratio-drop')
    expect(
      steps.some((step) => /^cache\/\S+ > balancer\/\S+$/.test(step)),
      told(incident),
    ).toBe(true)
    // Whether slow pages are a finding of their own before they queue depends on how fast the queue grows.
    expect(causesOf('balancer/queueing', incident), told(incident)).toContain('cache/mass-expiry')

    await page.goto(`${evenkeel.url}/incidents/${incident.id}`)
    const sheet = page.getByRole('dialog')
    await expect(sheet.getByText('First cause: cache-b: mass expiry')).toBeVisible()
    await expect(sheet.getByRole('listitem').filter({ hasText: 'first cause' }).first()).toContainText('requests wait in app')
    expect(await violations(page)).toEqual([])
    await page.goto(evenkeel.url)
    await expect(page.getByRole('list', { name: 'First causes' })).toContainText('cache-b: mass expiry')
  })
})

/** The rules of all that a finding of a rule follows from, however indirectly. */
function causesOf(rule: string, { findings, chain }: IncidentView): string[] {
  const ids = findings.filter((finding) => finding.rule === rule).map(({ id }) => id)
  for (const id of ids) ids.push(...chain.filter(({ from, to }) => to === id && !ids.includes(from)).map(({ from }) => from))
  return ids.map((id) => findings.find((finding) => finding.id === id)!.rule)
}

const told = ({ title, findings, chain }: IncidentView): string =>
  [
    title,
    ...findings.map(({ rule, severity, summary, since }) => `  ${since.slice(11, 19)} ${rule} ${severity}: ${summary}`),
    ...chain.map(({ why }) => `  -> ${why}`),
  ].join('\n')
