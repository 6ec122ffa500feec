import { expect, test } from 'vitest'
import { FROM, judge, load } from '../../../test/series.ts'
import { stalenessOf } from '../../../test/staleness.ts'
import type { StalenessRecord } from '../../model/staleness.ts'
import type { Role } from '../../model/topology.ts'
import { staleAfterWrite } from './stale-after-write.ts'

const said = (records: StalenessRecord[], role: Role = 'cache', settings = {}) =>
  judge(
    staleAfterWrite,
    load(1_000, { 'cache_items{target=a}': '5x60' }, { records }),
    { targets: [{ name: 'a', kind: 'redis', role, state: 'up', capabilities: [] }] },
    settings,
  )

test('a group of keys of which one read in five is old is told, with what it is told by', () =>
  expect(said([stalenessOf({ share: 0.2, low: 0.15, high: 0.25 })])).toMatchObject([
    {
      subject: { target: 'a', pattern: 'product:*' },
      is: 'found',
      severity: 'info',
      summary: '20.0\u00a0% of the reads of product:* on a get an old value: one changes every 10\u00a0min, and lives 5\u00a0min',
      evidence: [
        { value: 0.2, low: 0.15, high: 0.25, threshold: 0.1, method: expect.stringMatching(/40 values had changed .* 60 had not/) },
        { value: 6, unit: 'count' },
        { value: 300, baseline: 600, unit: 'seconds' },
      ],
    },
    { subject: { target: 'a' }, is: 'clear' },
  ]))
test('most reads old is a warning', () =>
  expect(said([stalenessOf({ by: 'writes', share: 0.7, low: 0.6, high: 0.8 })])[0]).toMatchObject({
    severity: 'warning',
    evidence: [{ method: expect.stringMatching(/an application reported/) }, {}, {}],
  }))
test('an interval that reaches below the bar is clear, and the bar can be set', () => {
  const one = stalenessOf({ share: 0.12, low: 0.05, high: 0.2 })
  expect(said([one])[0]).toMatchObject({ is: 'clear' })
  expect(said([one], 'cache', { share: 0.04 })[0]).toMatchObject({ is: 'found' })
})
test('what cannot be judged, or is of long ago, says why', () => {
  expect(said([{ ...stalenessOf(), found: { reads: 9, because: '9 reads that hit; 200 needed' } }])[0]).toMatchObject({
    is: 'unjudged',
    because: '9 reads that hit; 200 needed',
  })
  expect(said([{ ...stalenessOf(), at: FROM - 3_600_000 }])).toMatchObject([{ is: 'unjudged', because: 'it was computed 61 min ago' }])
})
test('nothing is said of a store, or without references', () => {
  expect(said([stalenessOf({ share: 0.9, low: 0.8 })], 'store')).toEqual([])
  expect(said([])).toEqual([])
})
