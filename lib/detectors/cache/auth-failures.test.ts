import { expect, test } from 'vitest'
import { replay } from '../../../test/replay.ts'
import { FROM, judge, load } from '../../../test/series.ts'
import { authFailures } from './auth-failures.ts'

const said = (refused: string) => judge(authFailures, load(1000, { 'cache_auth_failures_total{target=a}': refused }))
const fired = (refused: string) => replay(authFailures, load(1000, { 'cache_auth_failures_total{target=a}': refused }), { everyMs: 2_000 })

test('logins that are suddenly refused are found, with the rate before', () => {
  expect(said('3x300 5+2x29')).toMatchObject([
    {
      subject: { target: 'a' },
      is: 'found',
      severity: 'warning',
      summary: expect.stringMatching(/^a refuses 2\/s logins, 0\/s before: 60 in 3\d.s$/),
    },
  ])
  expect(said('3x300 5+20x29')).toMatchObject([{ is: 'found', severity: 'critical', evidence: [{ baseline: 0 }] }])
})
test('found within seconds, told once, and over a minute after it ended', () => {
  const [wave, ...more] = fired('0x120 0+3x59 180x200')
  expect(more).toEqual([])
  expect(wave!.at - FROM).toBeGreaterThan(120_000)
  expect(wave!.at - FROM).toBeLessThanOrEqual(132_000)
  expect(wave!.resolvedAt! - FROM).toBeLessThanOrEqual(280_000)
})
test('a wave that goes on is not yet usual: it stays a warning for a quarter of an hour, then it is a note', () => {
  expect(said('0x200 0+2x700')).toMatchObject([{ is: 'found', severity: 'warning', evidence: [{ baseline: 0 }] }])
  expect(said('0+2x900')).toMatchObject([{ is: 'found', severity: 'info', summary: expect.stringMatching(/as it has for 15.min/) }])
})
test('none, a few, and the usual ones of a scanner are clear', () => {
  expect(said('0x300')).toMatchObject([{ is: 'clear' }])
  expect(said('0x300 9x20')).toMatchObject([{ is: 'clear' }])
  expect(said('0+0.2x900')).toMatchObject([{ is: 'clear' }])
  expect(fired('0+0.2x900 181+0.8x30')).toEqual([])
})
test('a restart of the counter is no wave; after it failures count again', () => {
  expect(said('5000x200 0x100')).toMatchObject([{ is: 'clear' }])
  expect(said('5000x200 0+2x60')).toMatchObject([{ is: 'found' }])
})
test('silence and too little history are unjudged; a server that does not count is not spoken of', () => {
  expect(said('0x300 _x20')).toMatchObject([{ is: 'unjudged' }])
  expect(said('0+5x30')).toMatchObject([{ is: 'unjudged' }])
  expect(judge(authFailures, load(1000, { 'cache_hits_total{target=a}': '0+5x30' }))).toEqual([])
})
