import { expect, test } from 'vitest'
import { load } from '../../test/series.ts'
import { rowsOf } from './rows.ts'

test('series stand beside those with the same labels, in whatever order they come, and a missing one leaves its place empty', () => {
  const window = load(1_000, {
    'a{target=x,command=get}': '1',
    'a{target=x,command=set}': '2',
    'a{target=x,command=del}': '3',
    'a{target=x,command=incr}': '4',
    'b{target=x,command=del}': '30',
    'b{target=x,command=incr}': '40',
    'b{target=x,command=get}': '10',
    'b{target=x,command=other}': '50',
  })
  const rows = rowsOf(window, ['a', 'b'], { target: 'x' })
  expect(rows.map(({ labels, a, b }) => [labels.command, a?.points[0]?.[1], b?.points[0]?.[1]])).toEqual([
    ['get', 1, 10],
    ['set', 2, undefined],
    ['del', 3, 30],
    ['incr', 4, 40],
  ])
})
