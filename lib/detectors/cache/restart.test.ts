import { expect, test } from 'vitest'
import { recording, replay, windowOfRecording } from '../../../test/replay.ts'
import { FROM, judge, load } from '../../../test/series.ts'
import { restart } from './restart.ts'

const said = (uptime: string, more: Record<string, string> = {}, stepMs = 1000) =>
  judge(restart, load(stepMs, { 'cache_uptime_seconds{target=a}': uptime, ...more }))

test('uptime that grows is clear, also with a lost poll, a gap or a busy clock', () => {
  expect(said('100+1x30')).toEqual([{ subject: { target: 'a' }, is: 'clear' }])
  expect(said('100+1x10 _x60 171+1x9')).toMatchObject([{ is: 'clear' }])
  expect(said('100+1x10 110x3 113+1x9')).toMatchObject([{ is: 'clear' }])
})
test('nor does a clock that is set ahead between two polls restart what was up for longer', () => {
  for (const aheadS of [7, 25, 600]) expect(said(`900+1x10 _x${aheadS} 911+1x9`), `${aheadS} s`).toMatchObject([{ is: 'clear' }])
})
test('uptime that falls is found at once', () =>
  expect(said('100+1x10 0')).toMatchObject([
    { is: 'found', severity: 'warning', evidence: [{ metric: 'cache_uptime_seconds', value: 0 }] },
  ]))
test('so is uptime that falls behind the time away', () =>
  expect(said('3+1x5 _x60 10')).toMatchObject([{ is: 'found', summary: expect.stringMatching(/restarted 10.s ago/) }]))
test('it holds a minute, then until warm, at most three', () => {
  expect(said('100+1x10 0+1x50')).toMatchObject([{ is: 'found' }])
  expect(said('100+1x10 0+1x62')).toMatchObject([{ is: 'clear' }])
  const cold = { 'cache_hits_total{target=a}': '0+90x10 0+20x100', 'cache_misses_total{target=a}': '0+10x10 0+80x100' }
  expect(said('100+1x10 0+1x100', cold)).toMatchObject([{ is: 'found', summary: expect.stringMatching(/20.0.%, 90.0.% before/) }])
  const colder = { 'cache_hits_total{target=a}': '0+90x10 0+20x200', 'cache_misses_total{target=a}': '0+10x10 0+80x200' }
  expect(said('100+1x10 0+1x200', colder)).toMatchObject([{ is: 'clear' }])
})
test('warm once is warm: when the keys fetched together end together, it does not come back', () => {
  const echo = {
    'cache_hits_total{target=a}': '0+90x10 0+60x50 3000+90x25 5250+50x24',
    'cache_misses_total{target=a}': '0+10x10 0+40x50 2000+10x25 2250+50x24',
  }
  expect(said('100+1x10 0+1x100', echo)).toMatchObject([{ is: 'clear' }])
})
test('one poll, or nothing for a while, says nothing of a restart', () => {
  expect(said('100')).toMatchObject([{ is: 'clear' }])
  expect(said('100+1x10', { x: '0x30' })).toMatchObject([{ is: 'unjudged' }])
})
test('recorded: within two seconds of the server being back, and nowhere else', () => {
  const [first, ...more] = replay(restart, windowOfRecording(recording('restart')))
  expect(more).toEqual([])
  expect(first!.at - FROM).toBeLessThanOrEqual(103_000)
  for (const name of ['normal2', 'evict', 'hitdrop30', 'ttlcliff'] as const)
    expect(replay(restart, windowOfRecording(recording(name))), name).toEqual([])
})
