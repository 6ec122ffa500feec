import { expect, test } from 'vitest'
import { poolOf } from '../../../test/normal.ts'
import { judge, load } from '../../../test/series.ts'
import type { Pool } from '../../model/topology.ts'
import { longSessions } from './long-sessions.ts'

type Server = { sessions: string; asked?: string; response?: string }
const series = (servers: Server[]) =>
  Object.fromEntries(
    servers.flatMap(({ sessions, asked = '0+2x90', response }, i) => {
      const labels = `{target=edge,pool=app,server=app${i + 1}}`
      return [
        [`pool_sessions${labels}`, sessions],
        [`pool_requests_total${labels}`, asked],
        ...(response ? [[`pool_response_seconds${labels}`, response]] : []),
      ]
    }),
  )
const said = (servers: Server[], more: Partial<Pool> = {}, weights = servers.map(() => 1)) =>
  judge(longSessions, load(1000, series(servers)), { pools: [poolOf('edge', 'app', weights, more)] })

test('a server that was away is idle while the others keep their long sessions', () => {
  expect(said([{ sessions: '200x90' }, { sessions: '20x90' }])).toMatchObject([
    {
      subject: { target: 'edge', pool: 'app' },
      is: 'found',
      severity: 'info',
      summary: expect.stringMatching(
        /^app1 has 200 sessions under way, 1\.82× its part of app: sessions last 5\d(\.\d)?.s, and roundrobin/,
      ),
      evidence: [
        { value: 200, baseline: 110 },
        { value: expect.closeTo(55, 0), unit: 'seconds', threshold: 10 },
      ],
    },
  ])
})

test('short sessions, even ones, few, and shares that follow the weights are clear', () => {
  expect(
    said([
      { sessions: '200x90', asked: '0+100x90' },
      { sessions: '20x90', asked: '0+100x90' },
    ]),
  ).toMatchObject([{ is: 'clear' }])
  expect(said([{ sessions: '110x90' }, { sessions: '100x90' }])).toMatchObject([{ is: 'clear' }])
  expect(said([{ sessions: '12x90' }, { sessions: '2x90' }])).toMatchObject([{ is: 'clear' }])
  expect(said([{ sessions: '300x90' }, { sessions: '100x90' }], {}, [3, 1])).toMatchObject([{ is: 'clear' }])
})

test('a slow server, a sticky pool, least connections and one server are the business of others', () => {
  const slow = [
    { sessions: '200x90', response: '40x90' },
    { sessions: '20x90', response: '4x90' },
    { sessions: '20x90', response: '4x90' },
  ]
  expect(said(slow)).toMatchObject([{ is: 'clear' }])
  const uneven = [{ sessions: '200x90' }, { sessions: '20x90' }]
  expect(said(uneven, { sticky: 'cookie SRV' })).toMatchObject([{ is: 'clear' }])
  expect(said(uneven, { balances: 'load', algorithm: 'leastconn' })).toMatchObject([{ is: 'clear' }])
  expect(said([{ sessions: '200x90' }])).toMatchObject([{ is: 'clear' }])
})

test('sessions that are not reported, or not for long, are unjudged', () => {
  const because = 'the sessions of its servers are not reported, or not for long enough'
  expect(said([{ sessions: '200x90' }, { sessions: '_x80 20x10' }])).toMatchObject([{ is: 'unjudged', because }])
  expect(judge(longSessions, load(1000, {}), { pools: [poolOf('edge', 'app', [1, 1])] })).toMatchObject([{ is: 'unjudged', because }])
})
