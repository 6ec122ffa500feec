import { expect, test } from 'vitest'
import { FROM, judge, load } from '../../../test/series.ts'
import type { HotKey } from '../../model/record.ts'
import { hotArc } from './hot-arc.ts'

const hotKey = (share: number): HotKey => ({
  kind: 'hot-key',
  target: 'c0',
  id: 'k',
  at: FROM + 55_000,
  key: 'product:viral',
  share,
  low: share,
  high: share,
  perSecond: 10,
  method: 'monitor',
  lines: 5000,
  hot: true,
})
function said(owned: string[], seen: string[], records: HotKey[] = []) {
  const nodes = owned.map((_, i) => ({ name: `n${i}`, target: `c${i}`, address: `c${i}:1` }))
  const lines = Object.fromEntries([
    ...owned.map((line, i) => [`ring_share_owned{ring=r,node=n${i}}`, line]),
    ...seen.map((line, i) => [`ring_share_seen{ring=r,node=n${i}}`, line]),
  ])
  return judge(hotArc, load(1000, lines, { records }), {
    rings: [
      {
        name: 'r',
        spec: { algorithm: 'ketama', nodes: [{ name: 'n0' }] },
        version: 1,
        control: { target: 'c0', key: 'k' },
        nodes,
        followers: [],
      },
    ],
  })
}
const EVEN = ['0.33x60', '0.33x60', '0.34x60']

test('one popular key on the node is named, as a note: cache/hot-key speaks of it', () =>
  expect(said(EVEN, ['0.6x60', '0.2x60', '0.2x60'], [hotKey(0.5)])).toMatchObject([
    { subject: { ring: 'r', node: 'n0' }, is: 'found', severity: 'info', summary: expect.stringContaining('one key, product:viral') },
    { is: 'clear' },
    { is: 'clear' },
  ]))
test('when no key explains it, the arc is hot', () =>
  expect(said(EVEN, ['0.7x60', '0.15x60', '0.15x60'], [hotKey(0.03)])).toMatchObject([
    { is: 'found', severity: 'warning', summary: expect.stringContaining('no single key explains it') },
    { is: 'clear' },
    { is: 'clear' },
  ]))
test('without counts of keys it does not guess', () =>
  expect(said(EVEN, ['0.7x60', '0.15x60', '0.15x60'])).toMatchObject([{ is: 'found', severity: 'info' }, {}, {}]))
test('shares that wander, a burst, and a node that owns as much as it takes are clear', () => {
  expect(said(EVEN, ['0.42x60', '0.3x60', '0.28x60'])).toMatchObject([{ is: 'clear' }, { is: 'clear' }, { is: 'clear' }])
  expect(said(EVEN, ['0.33x45 0.7x15', '0.33x60', '0.33x60'])).toMatchObject([{ is: 'clear' }, { is: 'clear' }, { is: 'clear' }])
  expect(said(['0.11x60', '0.445x60', '0.445x60'], ['0.1x60', '0.46x60', '0.44x60'])).toMatchObject([{ is: 'clear' }, {}, { is: 'clear' }])
})
test('after a change of the ring, out of sight, or seen too shortly it is unjudged', () => {
  expect(said(['0.2x30 0.33x29', '0.4x60', '0.4x60'], ['0.7x60', '0.2x60', '0.1x60'])[0]).toMatchObject({ is: 'unjudged' })
  expect(said(EVEN, ['_x50 0.7x9', '0.2x60', '0.1x60'])[0]).toMatchObject({ is: 'unjudged' })
  expect(said(['_x60', '0.5x60', '0.5x60'], ['0.7x60', '0.2x60', '0.1x60'])[0]).toMatchObject({ is: 'unjudged' })
})
