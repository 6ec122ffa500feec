import { describe, expect, it } from 'vitest'
import { poolOf } from '../../../test/normal.ts'
import { judge, load } from '../../../test/series.ts'
import type { Admission } from '../../model/admission.ts'
import { type EdgeText, readEdges } from '../../model/edges.ts'
import { originUnlimited } from './origin-unlimited.ts'

const said = (
  admission: Admission | undefined,
  { perSecond = 40, edges = [{ from: 'ring:products', to: 'pool:edge/app' }] as EdgeText[] } = {},
) => {
  const asked = `0+${perSecond}x90`
  const lines = Object.fromEntries(['app1', 'app2'].map((server) => [`pool_requests_total{target=edge,pool=app,server=${server}}`, asked]))
  const pool = { ...poolOf('edge', 'app', [1, 1]), ...(admission ? { admission } : {}) }
  return judge(originUnlimited, load(1000, lines), { pools: [pool], edges: readEdges(edges) })
}
const none: Admission = { limits: [] }
const nominal: Admission = { limits: [{ text: 'at most 1024 requests at once', nominal: 'the default' }] }

describe('nothing before the origin', () => {
  it('is a note with what passes now', () =>
    expect(said(none)).toMatchObject([
      {
        is: 'found',
        severity: 'info',
        subject: { target: 'edge', pool: 'app' },
        summary: expect.stringMatching(/^Nothing limits what reaches the 2 servers of app: .* at 80.?\/s now$/),
        evidence: [{ metric: 'pool_request_rate', value: expect.closeTo(80, 0), method: 'no limit found' }],
      },
    ]))

  it('a limit in name only is found too, and says why it is one', () =>
    expect(said(nominal)).toMatchObject([
      {
        is: 'found',
        summary: expect.stringContaining('its only limit is one in name: at most 1024 requests at once (in name only: the default)'),
      },
    ]))

  it.each([
    ['one limit that somebody has chosen', { limits: [...nominal.limits, { text: 'maxconn 50 on each of its 2 servers' }] }, {}],
    ['little traffic', none, { perSecond: 2 }],
  ])('%s is clear', (_, admission, traffic) => expect(said(admission, traffic)).toMatchObject([{ is: 'clear' }]))

  it('what no cache leads to is no origin, nor what calls on to another tier; one that caches lead to is', () => {
    expect(said(none, { edges: [] })).toEqual([])
    expect(said(none, { edges: [{ from: 'clients', to: 'pool:edge/app' }] })).toEqual([])
    expect(said(none, { edges: [{ from: 'pool:edge/app', to: 'cache:sessions' }] })).toEqual([])
    expect(said(none, { edges: [{ from: 'cache:sessions', to: 'pool:edge/app' }] })).toMatchObject([{ is: 'found' }])
  })

  it('what is not told, or not all, is unjudged', () => {
    expect(said(undefined)).toMatchObject([{ is: 'unjudged', because: 'what limits the requests to it is not told' }])
    expect(said({ limits: [], because: 'no file is given' })).toMatchObject([
      { is: 'unjudged', because: 'other limits may stand before it: no file is given' },
    ])
  })
})
