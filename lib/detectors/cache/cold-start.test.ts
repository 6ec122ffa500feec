import { expect, test } from 'vitest'
import { judge, load } from '../../../test/series.ts'
import { emptyTopology } from '../../model/topology.ts'
import { coldStart } from './cold-start.ts'

const WARM = { 'cache_hits_total{target=a}': '0+90x90', 'cache_misses_total{target=a}': '0+10x90' }
const said = (lines: Record<string, string>, role: 'cache' | 'store' = 'cache') =>
  judge(coldStart, load(1000, lines), { ...emptyTopology(), targets: [{ name: 'a', kind: 'redis', role, state: 'up', capabilities: [] }] })

/** Warm for 90 s; restarted; then so many s of this many hits and misses a second. */
const restarted = (hits: number, seconds: number) => ({
  'cache_uptime_seconds{target=a}': `100+1x89 0+1x${seconds}`,
  'cache_hits_total{target=a}': `0+90x89 0+${hits}x${seconds}`,
  'cache_misses_total{target=a}': `0+10x89 0+${100 - hits}x${seconds}`,
})
const FLUSHED = {
  'cache_uptime_seconds{target=a}': '100+1x120',
  'cache_items{target=a}': '5000x89 0+30x30',
  'cache_hits_total{target=a}': '0+90x89 8030+20x30',
  'cache_misses_total{target=a}': '0+10x89 970+80x30',
}

test('after a restart, what the origin gets beyond the usual is told, as long as it does', () => {
  expect(said(restarted(40, 30))).toMatchObject([
    {
      is: 'found',
      severity: 'info',
      summary: expect.stringMatching(/a restarted 30.s ago and is filling: hit ratio 40.0.%, 90.0.% before; 50\/s more reads/),
    },
  ])
  expect(said(restarted(88, 30))).toMatchObject([{ is: 'clear' }])
})
test('a flush is one too, keys that end by TTL or eviction are not', () => {
  expect(said(FLUSHED)).toMatchObject([{ is: 'found', summary: expect.stringMatching(/^a was emptied/) }])
  expect(said({ ...FLUSHED, 'cache_expirations_total{target=a}': '0x89 4990x31' })).toMatchObject([{ is: 'clear' }])
  expect(said({ ...FLUSHED, 'cache_evictions_total{target=a}': '0x89 4990x31' })).toMatchObject([{ is: 'clear' }])
})
test('a ratio that comes back tells until when', () => {
  const filling = {
    'cache_uptime_seconds{target=a}': '100+1x89 0+1x40',
    'cache_hits_total{target=a}': '0+90x89 0+30x20 660+70x19',
    'cache_misses_total{target=a}': '0+10x89 0+70x20 1430+30x19',
  }
  // The gap of 60 points shrank to 20 in 20 s: to below 4.5 it takes another 27 s.
  expect(said(filling)).toMatchObject([{ is: 'found', summary: expect.stringMatching(/for about 2[5-9].s more/) }])
})
test('a new normal, a store, and a cache that was always warm are clear or not spoken of', () => {
  expect(said(restarted(40, 650))).toMatchObject([{ is: 'clear' }])
  expect(said({ ...WARM, 'cache_uptime_seconds{target=a}': '100+1x90' })).toMatchObject([{ is: 'clear' }])
  expect(said(restarted(40, 30), 'store')).toEqual([])
})
test('without a ratio before, or too few reads since, it is unjudged', () => {
  const { 'cache_uptime_seconds{target=a}': uptime } = restarted(40, 30)
  const reads = { 'cache_hits_total{target=a}': '_x90 0+40x30', 'cache_misses_total{target=a}': '_x90 0+60x30' }
  expect(said({ 'cache_uptime_seconds{target=a}': uptime!, ...reads })).toMatchObject([{ is: 'unjudged' }])
  expect(said({ ...WARM, 'cache_misses_total{target=b}': '0x9' })).toMatchObject([{ is: 'clear' }])
  expect(said({ 'cache_hits_total{target=a}': '0+9x9' })).toMatchObject([{ is: 'unjudged', because: 'misses are not reported' }])
})
