import { expect, test } from 'vitest'
import { poolOf } from '../../../test/normal.ts'
import { judge, load } from '../../../test/series.ts'
import { slowChecks } from './slow-checks.ts'

const pool = (detectMs: (number | null | undefined)[]) => {
  const made = poolOf(
    'edge',
    'app',
    detectMs.map(() => 1),
  )
  return { ...made, servers: made.servers.map((server, i) => ({ ...server, detectMs: detectMs[i] })) }
}
const said = (detectMs: (number | null | undefined)[], asked: string[]) =>
  judge(
    slowChecks,
    load(1000, Object.fromEntries(asked.map((line, i) => [`pool_requests_total{target=edge,pool=app,server=app${i + 1}}`, line]))),
    { pools: [pool(detectMs)] },
  )

test('a check of half a minute before a busy server is found, with what would go to the dead one', () => {
  expect(said([30_000, 6_000], ['0+400x90', '0+400x90'])).toMatchObject([
    {
      subject: { target: 'edge', pool: 'app' },
      is: 'found',
      severity: 'info',
      summary: expect.stringMatching(/^If app1 died, about 12.000 requests would go to it in the 30.s/),
      evidence: [{ value: expect.closeTo(400, 0), threshold: expect.closeTo(167, 0), unit: 'perSecond' }],
    },
  ])
})

test("HAProxy's own check before ordinary traffic, a slow one before little, and a pool of one are clear", () => {
  expect(said([6_000, 6_000], ['0+400x90', '0+400x90'])).toMatchObject([{ is: 'clear' }])
  expect(said([60_000, 60_000], ['0+10x90', '0+10x90'])).toMatchObject([{ is: 'clear' }])
  expect(said([60_000], ['0+900x90'])).toMatchObject([{ is: 'clear' }])
})

test('without checks there is nothing slow; what is not told is unjudged', () => {
  expect(said([null, null], ['0+900x90', '0+900x90'])).toMatchObject([{ is: 'clear' }])
  expect(said([undefined, undefined], ['0+900x90', '0+900x90'])).toMatchObject([
    { is: 'unjudged', because: 'how often its servers are checked is not told' },
  ])
  expect(said([60_000, 60_000], [])).toMatchObject([{ is: 'unjudged', because: 'requests are not reported' }])
})
