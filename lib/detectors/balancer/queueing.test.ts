import { expect, test } from 'vitest'
import { poolOf } from '../../../test/normal.ts'
import { randomOf } from '../../../test/random.ts'
import { replay } from '../../../test/replay.ts'
import { judge, load } from '../../../test/series.ts'
import { queueing } from './queueing.ts'

const pool = poolOf('edge', 'app', [1, 1])
const lines = (queue: string | (number | null)[], asked = '0+50x60') => ({
  'pool_queue{target=edge,pool=app}': queue,
  'pool_queue{target=edge,pool=app,server=app1}': '0x60',
  'pool_queue{target=edge,pool=app,server=app2}': '0x60',
  'pool_requests_total{target=edge,pool=app,server=app1}': asked,
  'pool_requests_total{target=edge,pool=app,server=app2}': asked,
  'pool_sessions{target=edge,pool=app,server=app1}': '10x60',
  'pool_sessions_max{target=edge,pool=app,server=app1}': '10x60',
})
const said = (queue: string, asked?: string) => judge(queueing, load(1000, lines(queue, asked)), { pools: [pool] })

test('a queue that stands is found with the wait it means', () => {
  expect(said('0x30 20x29')).toMatchObject([
    {
      subject: { target: 'edge', pool: 'app' },
      is: 'found',
      severity: 'warning',
      summary: expect.stringMatching(/^20 requests wait in app, each about 200.ms/),
      evidence: [{ value: expect.closeTo(0.2, 2) }, { value: 20 }, { label: 'under way on app1', value: 10, threshold: 10 }],
    },
  ])
  expect(said('200x60')).toMatchObject([{ is: 'found', severity: 'critical' }])
})
test('a burst, a queue now and then, one request on its way, much traffic behind a short queue', () => {
  expect(said('0x50 90x5 0x5')).toMatchObject([{ is: 'clear' }])
  expect(said('1x60')).toMatchObject([{ is: 'clear' }])
  expect(said('3x60', '0+500x60')).toMatchObject([{ is: 'clear' }])
})
test('missed polls, silence and short history are unjudged', () => {
  expect(said('20x50 _x10')).toMatchObject([{ is: 'unjudged', because: 'nothing was read for 10 s' }])
  expect(said('_x50 20x10')).toMatchObject([{ is: 'unjudged', because: expect.stringContaining('readings of the queue') }])
  expect(said('20x60', '5x60')).toMatchObject([{ is: 'unjudged', because: '0 requests served; 20 needed' }])
  expect(judge(queueing, load(1000, {}), { pools: [pool] })).toMatchObject([{ is: 'unjudged', because: 'queues are not reported' }])
})
test('two gaps in a queue that stands do not hide it; a restart of the counters does not invent one', () => {
  expect(said('20x48 _ 20x4 _ 20x6')).toMatchObject([{ is: 'found' }])
  expect(said('0x60', '9000+50x40 0+50x18')).toMatchObject([{ is: 'clear' }])
})
test('bursts at random of an hour that is busy raise nothing', () => {
  const random = randomOf(7)
  const noise = Array.from({ length: 600 }, () => (random() < 0.3 ? Math.floor(20 * random()) : 0))
  const window = load(1000, {
    ...lines(noise, '0+50x600'),
    'pool_queue{target=edge,pool=app,server=app1}': '0x600',
    'pool_queue{target=edge,pool=app,server=app2}': '0x600',
  })
  expect(replay(queueing, window, { topology: () => ({ pools: [pool] }) })).toEqual([])
})
