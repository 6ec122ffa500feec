import { expect, test } from 'vitest'
import type { Verdict } from '../model/finding.ts'
import { createStore } from '../store/store.ts'
import { createBus } from './bus.ts'
import { createFindings } from './findings.ts'
import type { Rule } from './judge.ts'

test('a target that is clear clears its keys that are no longer spoken of, and no other', () => {
  const store = createStore({ path: ':memory:' })
  const findings = createFindings(
    store,
    createBus(() => {}),
  )
  const rule = { detector: { id: 'cache/hot-key' }, settings: { for: 0, resolveAfter: 0 } } as unknown as Rule
  const hot = (target: string, key: string): Verdict => ({
    subject: { target, key },
    is: 'found',
    severity: 'warning',
    summary: 'hot',
    evidence: [{ metric: 'm', where: {}, label: 'm', value: 1, unit: 'ratio', from: 0, to: 1 }],
  })
  const firing = () => findings.firing().map(({ subject }) => `${subject.target}/${subject.key}`)
  findings.update(rule, [hot('a', 'x'), hot('a', 'y'), hot('b', 'x')], 1_000)
  expect(firing()).toEqual(['a/x', 'a/y', 'b/x'])
  findings.update(rule, [hot('a', 'x'), { subject: { target: 'a' }, is: 'clear' }], 2_000)
  expect(firing()).toEqual(['a/x', 'b/x'])
  store.close()
})
