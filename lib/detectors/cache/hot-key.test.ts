import { expect, test } from 'vitest'
import { poisson } from '../../../test/normal.ts'
import { randomOf } from '../../../test/random.ts'
import { FROM, judge, load } from '../../../test/series.ts'
import { wilson } from '../../math/intervals.ts'
import type { HotKey } from '../../model/record.ts'
import { hotKey } from './hot-key.ts'

const key = (name: string, share: number, lines = 3_000, at = FROM + 55_000): HotKey => {
  const { low, high } = wilson(share * lines, lines)
  return {
    kind: 'hot-key',
    target: 'a',
    id: name,
    key: name,
    at,
    share,
    low,
    high,
    perSecond: share * 500,
    method: 'monitor',
    lines,
    hot: false,
  }
}
/** The twenty hottest of Zipf 0.9 whose first has that share. */
const ordinary = (first: number, lines = 3_000) => Array.from({ length: 20 }, (_, i) => key(`product:${i}`, first / (i + 1) ** 0.9, lines))
const said = (records: HotKey[], shares?: string) =>
  judge(
    hotKey,
    load(1000, { x: '0x60', ...(shares ? { 'ring_share_seen{ring=r,node=n}': shares } : {}) }, { records }),
    shares
      ? {
          rings: [
            {
              name: 'r',
              spec: { algorithm: 'ketama', nodes: [] },
              version: 1,
              control: { target: 'a', key: 'k' },
              nodes: [{ name: 'n', target: 'a', address: 'a:1' }],
              followers: [],
            },
          ],
        }
      : {},
  ).filter(({ is }) => is === 'found')

test('a key with a third of the reads is found, and no other', () =>
  expect(said([key('product:42', 0.34), ...ordinary(0.02)])).toMatchObject([
    { subject: { target: 'a', key: 'product:42' }, severity: 'critical', summary: expect.stringMatching(/34.0.% of the reads of a/) },
  ]))
test('without a rate none is named', () => {
  const [found] = said([{ ...key('product:42', 0.34), method: 'hotkeys', measure: 'cpu-time', perSecond: null }, ...ordinary(0.02)])
  expect(found).toMatchObject({ summary: expect.stringMatching(/^product:42 takes 34.0.% of the CPU time of a$/) })
  expect(JSON.stringify(found)).not.toMatch('perSecond')
})
test('five in a hundred are found, with three thousand commands and with six hundred', () => {
  expect(said([key('h', 0.05), ...ordinary(0.008)])).toHaveLength(1)
  expect(said([key('h', 0.07, 600), ...ordinary(0.008, 600)])).toHaveLength(1)
})
test('five in a hundred need seven hundred commands: four seconds at 170 reads a second', () =>
  expect(said([key('h', 0.05, 700), ...ordinary(0.008, 700)])).toHaveLength(1))
test('no draw of an ordinary day looks hot, with as few commands as are counted', () => {
  const random = randomOf(11)
  for (let burst = 0; burst < 3_000; burst++) {
    const lines = 200 + Math.floor(800 * random())
    const drawn = Array.from({ length: 20 }, (_, i) => key(`product:${i}`, poisson((lines * 0.02) / (i + 1) ** 0.9, random) / lines, lines))
    expect(said(drawn)).toEqual([])
  }
})
test('ordinary popularity is not hot', () => {
  expect(said(ordinary(0.02))).toEqual([])
  expect(said(ordinary(0.06), '0.33x60')).toEqual([])
})
test('in a cache of five keys each has its fifth', () => expect(said(Array.from({ length: 5 }, (_, i) => key(`k${i}`, 0.2)))).toEqual([]))
test('few commands and old counts say nothing', () => {
  expect(said([key('h', 0.5, 100)])).toEqual([])
  expect(said([key('h', 0.34, 3_000, FROM - 60_000), ...ordinary(0.02)])).toEqual([])
})
test('what cooled down is cleared with its target', () => {
  const verdicts = judge(hotKey, load(1000, { x: '0x60' }, { records: ordinary(0.02) }))
  expect(verdicts.at(-1)).toEqual({ subject: { target: 'a' }, is: 'clear' })
})
test('a hostile name stays on its line', () =>
  expect(JSON.stringify(said([key('a\nb\u0000'.repeat(200), 0.5)])[0])).toMatch(/"summary":"a\\\\nb\\\\x00.{1,200} takes/))
