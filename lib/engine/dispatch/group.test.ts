import { expect, test } from 'vitest'
import { route } from '../../../test/documents.ts'
import type { Finding } from '../../model/finding.ts'
import type { Route } from '../../model/notice.ts'
import type { Labels } from '../../model/series.ts'
import { digestKeyOf, groupKeyOf, groupsOf } from './group.ts'
import { findingLabels, routeKey, routesOf } from './route.ts'
import { silencing } from './silence.ts'

const finding = (id: string, subject: Labels, severity: Finding['severity'] = 'warning'): Finding => ({
  id,
  rule: 'cache/eviction-storm',
  severity,
  state: 'firing',
  subject,
  summary: id,
  evidence: [],
  since: 0,
  seenAt: 0,
})
const shape = (firing: Finding[], remembered: string[] = [], one = route) =>
  groupsOf(one, firing, remembered).map(({ name, labels, firing }) => [name, labels, firing.map(({ id }) => id)] as const)

test('groups share labels; a finding without one of them stands alone', () => {
  const firing = [finding('a1', { target: 'a' }), finding('r', { ring: 'x' }), finding('a2', { target: 'a' })]
  expect(shape(firing)).toEqual([
    ['{target="a"}', { target: 'a' }, ['a1', 'a2']],
    ['finding r', {}, ['r']],
  ])
})

test('a group of which nothing fires any more keeps its labels, whatever stands in them', () => {
  const [[name, labels]] = shape([finding('a', { target: 'we"ird, {x="y"}\\' })]) as [[string, Labels, string[]]]
  expect(shape([], [name, 'finding r'])).toEqual([
    [name, labels, []],
    ['finding r', {}, []],
  ])
})

test('a route without labels to group by has one group of all', () => {
  const firing = [finding('a', { target: 'a' }), finding('r', { ring: 'x' })]
  expect(shape(firing, [], { ...route, group: [] })).toEqual([['{}', {}, ['a', 'r']]])
  expect(shape([], ['{}'], { ...route, group: [] })).toEqual([['{}', {}, []]])
})

test('labels of the target are matched and grouped by, and never stand for what the finding says itself', () => {
  const labelled = { ...finding('a', { target: 'a' }), labels: { team: 'shop', target: 'b', severity: 'info' } }
  expect(findingLabels(labelled)).toEqual({ team: 'shop', target: 'a', rule: labelled.rule, severity: labelled.severity })
  expect(
    routesOf(
      [
        { ...route, match: { team: 'pay' } },
        { ...route, match: { team: 'shop' } },
      ],
      findingLabels(labelled),
    ),
  ).toEqual([1])
  expect(shape([labelled], [], { ...route, group: ['team'] })).toEqual([['{team="shop"}', { team: 'shop' }, ['a']]])
})

test('the first route that matches takes it, and those after it for as long as each goes on; info only where it is named', () => {
  const routes: Route[] = [
    { ...route, match: { target: 'a' }, continue: true },
    { ...route, match: { severity: 'critical' } },
    { ...route, match: { severity: 'info' }, continue: true },
    { ...route, match: {} },
    { ...route, match: {} },
  ]
  const taking = (target: string, severity: Finding['severity']) => routesOf(routes, findingLabels(finding('f', { target }, severity)))
  expect(taking('a', 'warning')).toEqual([0, 3])
  expect(taking('a', 'critical')).toEqual([0, 1])
  expect(taking('b', 'critical')).toEqual([1])
  expect(taking('b', 'warning')).toEqual([3])
  expect(taking('a', 'info')).toEqual([2])
})

test('a route takes what fits its conditions too', () => {
  const routes: Route[] = [
    { ...route, match: { severity: 'critical' }, matchers: [{ label: 'target', op: '=~', value: 'cache-.*' }] },
    { ...route, match: {}, matchers: [{ label: 'rule', op: '!=', value: 'cache/x' }, { label: 'target', op: '!~', value: 'b.*' }] },
  ] // biome-ignore format: one line
  const taking = (target: string, severity: Finding['severity']) => routesOf(routes, findingLabels(finding('f', { target }, severity)))
  expect([taking('cache-1', 'critical'), taking('my-cache-1', 'critical'), taking('bcache', 'critical')]).toEqual([[0], [1], []])
  expect([taking('cache-1', 'warning'), taking('cache-1', 'info')]).toEqual([[1], []])
  const plain = routeKey({ ...route, matchers: [] }, 0)
  expect([plain, routeKey(routes[1]!, 0) === plain]).toEqual([routeKey(route, 0), false])
})

test('an edited route is another one; its waits may be edited', () => {
  const key = routeKey(route, 0)
  expect(key).toMatch(/^0-[0-9a-f]{12}$/)
  expect(routeKey({ ...route, waitMs: 5, repeatMs: 5 }, 0)).toBe(key)
  for (const other of [{ to: ['x'] }, { group: [] }, { match: { rule: 'x' } }]) expect(routeKey({ ...route, ...other }, 0)).not.toBe(key)
  expect(groupKeyOf(key, '{target="a"}')).toBe(`{}/{route="${key}"}:{target="a"}`)
  expect(groupKeyOf(key, 'finding r')).toBe(`{}/{route="${key}"}:{finding="r"}`)
  expect(digestKeyOf(key)).toBe(`{}/{route="${key}"}:{digest}`)
})

test('a silence holds from its begin to its end, for what it matches', () => {
  const silence = { id: 's', match: { target: 'a', severity: 'warning' }, from: 10, until: 20, by: 'ann', reason: '' }
  const silenced = (at: number, subject: Labels, severity?: Finding['severity']) =>
    silencing([silence], findingLabels(finding('f', subject, severity)), at).length > 0
  expect([9, 10, 19, 20].map((at) => silenced(at, { target: 'a' }))).toEqual([false, true, true, false])
  expect([silenced(15, { target: 'b' }), silenced(15, { target: 'a' }, 'critical')]).toEqual([false, false])
})
