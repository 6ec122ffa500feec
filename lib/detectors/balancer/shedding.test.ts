import { expect, test } from 'vitest'
import { poolOf } from '../../../test/normal.ts'
import { judge, load } from '../../../test/series.ts'
import { shedding } from './shedding.ts'

const pool = poolOf('edge', 'app', [1, 1])
const lines = (shed: string, asked = '0+50x60') => ({
  'pool_shed_total{target=edge,pool=app}': shed,
  'pool_requests_total{target=edge,pool=app,server=app1}': asked,
  'pool_requests_total{target=edge,pool=app,server=app2}': asked,
})
const said = (shed: string, asked?: string) => judge(shedding, load(1000, lines(shed, asked)), { pools: [pool] })

test('a limit that refuses one in eleven is found with its interval, one that refuses half is critical', () => {
  expect(said('0+10x60')).toMatchObject([
    {
      subject: { target: 'edge', pool: 'app' },
      is: 'found',
      severity: 'warning',
      summary: expect.stringMatching(/^9\.1.% of the requests to app are refused by a limit of edge, 200 in 20 s/),
      evidence: [
        { value: expect.closeTo(1 / 11, 2), threshold: 0.01 },
        { value: 10, unit: 'perSecond' },
      ],
    },
  ])
  expect(said('0+100x60')).toMatchObject([{ is: 'found', severity: 'critical' }])
})

test('an open breaker that lets nothing through is found', () => {
  expect(said('0+20x60', '500x60')).toMatchObject([{ is: 'found', severity: 'critical', evidence: [{ value: 1 }, { value: 20 }] }])
})

test('nothing refused, one client turned away, a burst of a few seconds', () => {
  expect(said('7x60')).toMatchObject([{ is: 'clear' }])
  expect(said('0+0.5x60')).toMatchObject([{ is: 'clear' }])
  expect(said('0x54 0+30x3 90x3')).toMatchObject([{ is: 'clear' }])
})

test('a restart of the counter invents nothing; a gap and a short history are unjudged', () => {
  expect(said('9000x40 0x20')).toMatchObject([{ is: 'clear' }])
  expect(said('0+10x50 _x10')).toMatchObject([{ is: 'unjudged', because: 'nothing was read for 10 s' }])
  expect(said('_x50 0+10x10')).toMatchObject([{ is: 'unjudged', because: 'read for less than 20 s' }])
  expect(judge(shedding, load(1000, {}), { pools: [pool] })).toMatchObject([
    { is: 'unjudged', because: 'requests that a limit refuses are not reported' },
  ])
})

test('a breaker that stays open is found before anything is refused, one that opens for a moment is not', () => {
  const breaker = (name: string, open: string, shed?: string) =>
    judge(
      shedding,
      load(5000, { [`pool_breaker_open{target=edge,pool=app,breaker=${name}}`]: open, ...(shed ? lines(shed, '0+250x12') : {}) }),
      {
        pools: [pool],
      },
    )
  expect(breaker('connections', '1x12')).toMatchObject([
    {
      is: 'found',
      severity: 'warning',
      subject: { target: 'edge', pool: 'app' },
      summary: expect.stringContaining('A circuit breaker of app is open for 20 s, of connections: further requests wait'),
      evidence: [{ metric: 'pool_breaker_open', where: { breaker: 'connections' } }],
    },
  ])
  expect(breaker('requests', '1x12', '0+0x12')).toMatchObject([{ is: 'found', severity: 'warning' }])
  expect(breaker('retries', '1x12')).toMatchObject([{ is: 'found', severity: 'info' }])
  expect(breaker('requests', '0x9 1x3', '0+0x12')).toMatchObject([{ is: 'clear' }])
  // What is refused says more than that a breaker is open.
  expect(breaker('requests', '1x12', '0+100x12')).toMatchObject([{ is: 'found', evidence: [{ metric: 'pool_shed_total' }, {}] }])
})
