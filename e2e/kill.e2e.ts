import type { Page } from '../lib/model/answers/shape.ts'
import { change, found, openProposal, SLOW, verdict, weightAtHaproxy } from './api.ts'
import { until } from './evenkeel.ts'
import { expect, test } from './test.ts'

test.describe.configure({ timeout: 300_000 })

test('after kill -9 in the middle of a watch the change is known, and is finished', async ({ evenkeel }) => {
  const finding = (await found(evenkeel, 'balancer/slow-server', SLOW, 75)).value
  const open = async () => {
    const proposal = await openProposal(evenkeel, finding)
    return (
      proposal && evenkeel.post(`proposals/${proposal.id}/apply`).then((answer) => answer.status === 202 && (answer.body.change as string))
    )
  }
  const id = (await until('a proposal is applied', 75, open)).value
  await until('it is watched', 15, async () => (await change(evenkeel, id)).state === 'watching')
  await evenkeel.kill9()
  await evenkeel.start()
  await until('the change is known again', 30, () => change(evenkeel, id))
  const ended = await verdict(evenkeel, id, 240)
  const step = ended.steps.find(({ setting }) => setting.name === 'app/app4/weight')!
  expect(await weightAtHaproxy(evenkeel, 'app', 'app4')).toBe(Number(ended.state === 'kept' ? step.after : step.before))
  if (ended.state === 'kept') await evenkeel.post(`changes/${id}/roll-back`)
  await until('the old weight', 15, async () => (await weightAtHaproxy(evenkeel, 'app', 'app4')) === 100)
  const { items } = await evenkeel.get<Page<{ id: string }>>('changes')
  expect(items.map((each) => each.id)).toContain(id)
})
