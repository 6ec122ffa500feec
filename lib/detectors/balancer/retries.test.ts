import { expect, test } from 'vitest'
import { fleetAt, poolDay, poolOf, Tape } from '../../../test/normal.ts'
import { replay } from '../../../test/replay.ts'
import { judge, load } from '../../../test/series.ts'
import { retries } from './retries.ts'

const pool = poolOf('edge', 'app', [1, 1])
/** app1 as told, app2 without any retries; a request counter each. */
function said(tried: string, asked = '0+50x60', more: Record<string, string> = {}) {
  const of = (metric: string, server: string) => `${metric}{target=edge,pool=app,server=${server}}`
  return judge(
    retries,
    load(1000, {
      [of('pool_retries_total', 'app1')]: tried,
      [of('pool_requests_total', 'app1')]: asked,
      [of('pool_retries_total', 'app2')]: '0x60',
      [of('pool_requests_total', 'app2')]: '0+50x60',
      ...more,
    }),
    { pools: [pool] },
  )
}

test('a server whose requests are tried again and again is named alone', () =>
  expect(said('0+4x60')).toMatchObject([
    {
      subject: { server: 'app1' },
      is: 'found',
      severity: 'warning',
      summary: expect.stringMatching(/^app1: 8.0.% of the requests/),
      evidence: [{ threshold: 0.02, low: expect.any(Number) }],
    },
    { subject: { server: 'app2' }, is: 'clear' },
  ]))
test('a burst of a few seconds, one retry now and then, none at all', () => {
  expect(said('0x51 0+20x4 80x5')).toMatchObject([{ is: 'clear' }, { is: 'clear' }])
  expect(said('0x39 1x10 2x9')).toMatchObject([{ is: 'clear' }, { is: 'clear' }])
  expect(said('0x60')).toMatchObject([{ is: 'clear' }, { is: 'clear' }])
})
test('a counter that began anew is counted from zero; a gap hides nothing', () => {
  expect(said('9000x50 0x11', '90000x50 0+50x10')).toMatchObject([{ is: expect.stringMatching(/clear|unjudged/) }, { is: 'clear' }])
  expect(said('0+4x30 _x3 132+4x26')).toMatchObject([{ is: 'found' }, { is: 'clear' }])
})
test('short data and silence are unjudged', () => {
  expect(said('_x50 0+4x10')).toMatchObject([{ is: 'unjudged', because: 'read for less than 20 s' }, { is: 'clear' }])
  expect(said('0+4x40 _x20')).toMatchObject([{ is: 'unjudged', because: 'nothing was read for 20 s' }, { is: 'clear' }])
  expect(said('0+1x60', '0+1x60')).toMatchObject([{ is: 'unjudged', because: '10 requests; 20 needed' }, { is: 'clear' }])
})
test('a server that came back is given time', () =>
  expect(said('0+4x60', '0+50x60', { 'pool_up{target=edge,pool=app,server=app1}': '0x40 1x20' })).toMatchObject([
    { is: 'unjudged', because: expect.stringContaining('it came up') },
    { is: 'clear' },
  ]))
test('where only the pool counts them, the pool is named', () =>
  expect(
    judge(
      retries,
      load(1000, { 'pool_retries_total{target=edge,pool=app}': '0+10x60', 'pool_requests_total{target=edge,pool=app}': '0+100x60' }),
      { pools: [pool] },
    ),
  ).toMatchObject([{ subject: { target: 'edge', pool: 'app' }, is: 'found' }]))
test('an ordinary day raises nothing', () => {
  const four = poolOf('edge', 'app', [100, 100, 100, 100])
  const tape = new Tape()
  poolDay(tape, four, { seed: 3, seconds: 200 }, 240)
  const window = tape.window(200)
  expect(replay(retries, window, { topology: (at) => fleetAt(window, [four], [], at) })).toEqual([])
})
