import { expect, test } from 'vitest'
import { judge, load } from '../../../test/series.ts'
import type { TargetState } from '../../model/topology.ts'
import { imbalance } from './imbalance.ts'

function said(owned: string[], seen: string[] = [], state: TargetState = 'up') {
  const nodes = owned.map((_, i) => ({ name: `n${i}`, target: `c${i}`, address: `c${i}:1` }))
  const lines = Object.fromEntries([
    ...owned.map((line, i) => [`ring_share_owned{ring=r,node=n${i}}`, line]),
    ...seen.map((line, i) => [`ring_share_seen{ring=r,node=n${i}}`, line]),
  ])
  return judge(imbalance, load(1000, lines), {
    rings: [{ name: 'r', spec: { algorithm: 'ketama', nodes: [] }, version: 1, control: { target: 'c0', key: 'k' }, nodes, followers: [] }],
    targets: [{ name: 'c1', kind: 'redis', state, capabilities: [] }],
  })
}
const UNEVEN = ['0.112x40', '0.444x40', '0.444x40']

test('40/160/160 points are found by what is seen, or by what is owned while nothing is', () => {
  expect(said(UNEVEN, ['0.11x40', '0.46x40', '0.43x40'])).toMatchObject([
    {
      subject: { ring: 'r' },
      is: 'found',
      severity: 'warning',
      summary: expect.stringMatching(/n1 takes 46.0.% of ring r/),
      evidence: [{ metric: 'ring_imbalance', value: expect.closeTo(1.38) }, {}, {}, {}],
    },
  ])
  expect(said(UNEVEN)).toMatchObject([{ is: 'found' }])
})
test('an even ring is clear, also when one key makes a node busy', () => {
  expect(said(['0.31x40', '0.36x40', '0.33x40'], ['0.31x40', '0.36x40', '0.33x40'])).toMatchObject([{ is: 'clear' }])
  expect(said(['0.3x40', '0.37x40', '0.33x40'], ['0.22x40', '0.57x40', '0.21x40'])).toMatchObject([{ is: 'clear' }])
})
test('points that even the reads, not the keys, are fine', () =>
  expect(said(['0.25x40', '0.44x40', '0.31x40'], ['0.33x40', '0.34x40', '0.33x40'])).toMatchObject([{ is: 'clear' }]))
test('just after a change the old share seen does not count', () =>
  expect(said(['0.112x30 0.33x9', '0.444x30 0.33x9', '0.444x30 0.34x9'], ['0.11x39', '0.46x39', '0.43x39'])).toMatchObject([
    { is: 'clear' },
  ]))
test('with a node out of sight, alone or not known yet, it is unjudged', () => {
  expect(said(UNEVEN, [], 'down')).toMatchObject([{ is: 'unjudged', because: 'n1 does not answer' }])
  expect(said(['1x40'])).toMatchObject([{ is: 'unjudged' }])
  expect(said(['0.3x40', '_x40', '0.4x40'])).toMatchObject([{ is: 'unjudged' }])
})
