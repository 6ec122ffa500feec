import { expect, test } from 'vitest'
import { poolOf } from '../../../test/normal.ts'
import { judge, load } from '../../../test/series.ts'
import { sessionsNearLimit } from './sessions-near-limit.ts'

const pool = poolOf('edge', 'app', [1, 1])
function said(sessions: [string, string], limits: [string?, string?] = ['100x60', '100x60'], more: Record<string, string> = {}) {
  const lines: Record<string, string> = { ...more }
  for (const [i, server] of ['app1', 'app2'].entries()) {
    lines[`pool_sessions{target=edge,pool=app,server=${server}}`] = sessions[i]!
    if (limits[i]) lines[`pool_sessions_max{target=edge,pool=app,server=${server}}`] = limits[i]!
  }
  return judge(sessionsNearLimit, load(1000, lines), { pools: [pool] })
}

test('a pool near the sum of its limits is a warning, once', () =>
  expect(said(['40x30 90x30', '40x30 95x30'])).toMatchObject([
    {
      subject: { target: 'edge', pool: 'app' },
      is: 'found',
      severity: 'warning',
      summary: 'app has 185 of at most 200 sessions under way',
    },
    { is: 'clear' },
    { is: 'clear' },
  ]))
test('one server at its limit beside one with room is a note about that one', () =>
  expect(said(['99x60', '20x60'])).toMatchObject([
    { is: 'clear' },
    { subject: { server: 'app1' }, is: 'found', severity: 'info' },
    { subject: { server: 'app2' }, is: 'clear' },
  ]))
test('a peak of a few seconds, a limit of a few sessions on purpose, a server that is out', () => {
  expect(said(['20x55 99x5', '20x55 99x5'])).toMatchObject([{ is: 'clear' }, { is: 'clear' }, { is: 'clear' }])
  expect(said(['4x60', '4x60'], ['4x60', '4x60'])).toMatchObject([{ is: 'clear' }, { is: 'clear' }, { is: 'clear' }])
})
test('no limits, a gap, short data: unjudged', () => {
  expect(said(['99x60', '99x60'], [])).toMatchObject([{ is: 'unjudged', because: 'no limit is set, or none is reported' }, {}, {}])
  expect(said(['99x40 _x20', '20x60'])).toMatchObject([{ is: 'unjudged' }, { is: 'unjudged', because: 'nothing was read for 20 s' }, {}])
  expect(said(['_x50 99x10', '_x50 99x10'])).toMatchObject([{ is: 'unjudged' }, { is: 'unjudged' }, { is: 'unjudged' }])
})
test('a limit of the pool itself counts where the servers have none', () =>
  expect(
    said(['40x60', '40x60'], [], { 'pool_sessions{target=edge,pool=app}': '95x60', 'pool_sessions_max{target=edge,pool=app}': '100x60' }),
  ).toMatchObject([{ is: 'found', severity: 'warning' }, { is: 'clear' }, { is: 'clear' }]))
