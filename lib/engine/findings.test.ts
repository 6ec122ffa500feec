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

test('a rule has so many findings and no more, and says how many are left out', () => {
  const store = createStore({ path: ':memory:' })
  const findings = createFindings(
    store,
    createBus(() => {}),
  )
  const rule = { detector: { id: 'balancer/server-down' }, settings: { for: 0, resolveAfter: 0 } } as unknown as Rule
  const down = (from: number, count: number) =>
    Array.from(
      { length: count },
      (_, i): Verdict => ({
        subject: { target: 'edge', pool: 'app', server: `s${from + i}` },
        is: 'found',
        severity: 'critical',
        summary: 'down',
        evidence: [{ metric: 'm', where: {}, label: 'm', value: 0, unit: 'none', from: 0, to: 1 }],
      }),
    )
  findings.update(rule, down(0, 1_500), 1_000)
  expect(findings.firing()).toHaveLength(500)
  expect(findings.left('balancer/server-down')).toBe(1_000)
  // The same ones, and no new name each second.
  for (let second = 2; second < 30; second++) findings.update(rule, [...down(0, 500), ...down(second * 1_500, 1_500)], second * 1_000)
  expect(store.findings.list()).toHaveLength(500)
  expect(findings.firing().every(({ subject }) => Number(subject.server!.slice(1)) < 500)).toBe(true)
  store.close()
})
