import { expect, it } from 'vitest'
import { change, finding } from '../../../test/documents.ts'
import { ruleRecord } from './record.ts'

const RULE = 'balancer/slow-server'
const fired = (id: string, since: number, more = {}) => ({ ...finding, id, rule: RULE, since, firingAt: since + 6_000, ...more })

it('counts what fired, how soon, how long it lasted, and what people said', () => {
  const findings = [
    fired('a', 0, { state: 'resolved', resolvedAt: 66_000, feedback: { isProblem: false, by: 'ann', at: 1 } }),
    fired('b', 100_000, { state: 'resolved', resolvedAt: 126_000, feedback: { isProblem: true, by: 'ann', at: 1 } }),
    fired('c', 200_000, { subject: { target: 'other' }, acknowledged: { by: 'ann', at: 1 } }),
    { ...finding, id: 'pending', rule: RULE, state: 'pending' as const, since: 300_000 },
    { ...finding, id: 'strange', rule: 'cache/restart', since: -5_000, firingAt: 0 },
  ]
  const changes = [
    { ...change, finding: 'a', verdict: 'improved' as const },
    { ...change, finding: 'b', verdict: 'no_effect' as const },
    { ...change, finding: 'strange', verdict: 'improved' as const },
  ]
  expect(ruleRecord(RULE, findings, changes)).toEqual({
    since: '1969-12-31T23:59:55.000Z',
    fired: 3,
    firing: 1,
    notAProblem: 1,
    acknowledged: 1,
    lastAt: '1970-01-01T00:03:26.000Z',
    toFireMs: 6_000,
    lastedMs: 40_000,
    changes: { applied: 2, improved: 1 },
    subjects: [
      { name: 'edge', fired: 2 },
      { name: 'other', fired: 1 },
    ],
  })
})

it('has no times of what never fired', () => {
  expect(ruleRecord(RULE, [], [])).toMatchObject({ since: null, fired: 0, lastAt: null, toFireMs: null, lastedMs: null, subjects: [] })
})
