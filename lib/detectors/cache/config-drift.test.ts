import { expect, test } from 'vitest'
import { curve } from '../../../test/curves.ts'
import { FROM, judge, load } from '../../../test/series.ts'
import type { CurveRecord, SharedSetting } from '../../model/record.ts'
import type { Ring, TargetFacts, Topology } from '../../model/topology.ts'
import { configDrift } from './config-drift.ts'

type Values = Record<string, string>
const NOW = FROM + 10_000
const HOW: Record<string, Pick<SharedSetting, 'unit' | 'among'>> = {
  maxmemory: { unit: 'bytes', among: 'memory' },
  save: { unit: 'none', among: 'role' },
}
const setting = (target: string, id: string, value: string, at = NOW): SharedSetting => ({
  kind: 'setting',
  target,
  id,
  at,
  value,
  ...(HOW[id] ?? { unit: 'none', among: 'all' }),
  matters: id !== 'hz',
  command: `CONFIG SET ${id}`,
})
const facts = (name: string, more: Partial<TargetFacts> = {}): TargetFacts => ({
  name,
  kind: 'redis',
  state: 'up',
  capabilities: [],
  ...more,
})
const primary = (name: string) => facts(name, { replication: { id: 'r', role: 'primary' } })
const replica = (name: string) => facts(name, { replication: { id: 'r', role: 'replica' } })
const inCluster = (name: string, role: 'primary' | 'replica' = 'primary') =>
  facts(name, { cluster: { id: 'c', slots: role === 'primary' ? 5_461 : 0 }, replication: { id: `r-${name[0]}`, role } })
const ring = (points: Record<string, number>) =>
  ({ name: 'products', nodes: Object.entries(points).map(([name, of]) => ({ name, target: name, address: name, points: of })) }) as Ring

function said(
  values: Record<string, Values>,
  topology: Partial<Topology>,
  { at = NOW, except, curves = [] }: { at?: number; except?: string[]; curves?: CurveRecord[] } = {},
) {
  const records = Object.entries(values).flatMap(([target, all]) =>
    Object.entries(all).map(([id, value]) => setting(target, id, value, at)),
  )
  const window = load(1000, { 'target_up{target=a}': '1x10' }, { records: [...records, ...curves] })
  return judge(configDrift, window, topology, except ? { except } : {})
}
const is = (verdicts: ReturnType<typeof said>) => Object.fromEntries(verdicts.map((one) => [one.subject.target, one.is]))

test('a replica with another policy is named, with what the others have and the command that mends it', () => {
  const [ok, found] = said(
    { a: { 'maxmemory-policy': 'allkeys-lru', hz: '10' }, b: { 'maxmemory-policy': 'noeviction', hz: '100' } },
    { targets: [primary('a'), replica('b')] },
  )
  expect(ok).toMatchObject({ subject: { target: 'a' }, is: 'clear' })
  expect(found).toMatchObject({
    subject: { target: 'b' },
    is: 'found',
    severity: 'warning',
    summary: 'b is set otherwise than a of its replication group: maxmemory-policy is noeviction, there allkeys-lru, and 1 more',
    evidence: [
      { value: 1, method: 'allkeys-lru on a; CONFIG SET maxmemory-policy allkeys-lru' },
      { label: 'hz', value: 100, baseline: 10 },
    ],
  })
})
test('the value of most is right; of two the primary’s, whatever the order', () => {
  const three = { a: { timeout: '0' }, b: { timeout: '300' }, c: { timeout: '300' } }
  expect(is(said(three, { targets: [primary('a'), replica('b'), replica('c')] }))).toEqual({ a: 'found', b: 'clear', c: 'clear' })
  expect(is(said({ a: { timeout: '0' }, b: { timeout: '9' } }, { targets: [replica('a'), primary('b')] }))).toEqual({
    a: 'found',
    b: 'clear',
  })
})
test('a replica may have more memory than its primary, not less; no limit is most', () => {
  const memory = (own: string, its: string) =>
    said({ a: { maxmemory: own }, b: { maxmemory: its } }, { targets: [primary('a'), replica('b')] })
  expect(is(memory('1000000', '2000000'))).toEqual({ a: 'clear', b: 'clear' })
  expect(is(memory('1000000', '0'))).toEqual({ a: 'clear', b: 'clear' })
  expect(memory('2097152', '1048576')[1]).toMatchObject({ is: 'found', severity: 'warning', evidence: [{ value: 1_048_576, baseline: 2_097_152, unit: 'bytes' }] }) // biome-ignore format: one line
  expect(memory('0', '1048576')[1]).toMatchObject({
    is: 'found',
    summary: expect.stringMatching(/maxmemory is 1.MiB, there without limit/),
  })
})
test('replicas may save where the primary does not; two primaries are to be alike', () => {
  expect(is(said({ a: { save: '' }, b: { save: '60 1' } }, { targets: [primary('a'), replica('b')] }))).toEqual({ a: 'clear', b: 'clear' })
  const cluster = { targets: [inCluster('a'), inCluster('b'), inCluster('c'), inCluster('a2', 'replica')] }
  const saves = said({ a: { save: '' }, b: { save: '' }, c: { save: '60 1' }, a2: { save: '60 1' } }, cluster)
  expect(is(saves)).toEqual({ a: 'clear', b: 'clear', c: 'found', a2: 'clear' })
})
test('caches of a ring: a note; another memory where the ring gives another share is meant so', () => {
  const targets = [facts('a'), facts('b')]
  const values = { a: { maxmemory: '1048576' }, b: { maxmemory: '2097152' } }
  expect(said(values, { targets, rings: [ring({ a: 160, b: 160 })] })[1]).toMatchObject({ is: 'found', severity: 'info' })
  expect(is(said(values, { targets, rings: [ring({ a: 80, b: 160 })] }))).toEqual({ a: 'clear', b: 'clear' })
})
test('settings that may differ, servers of no group', () => {
  const targets = [primary('a'), replica('b')]
  const values = { a: { timeout: '0' }, b: { timeout: '9' } }
  expect(is(said(values, { targets }, { except: ['timeout', 'hz'] }))).toEqual({ a: 'clear', b: 'clear' })
  expect(said(values, { targets: [facts('a'), facts('b')] })).toEqual([])
})
test('what is not known is not compared', () => {
  const targets = [primary('a'), replica('b')]
  const values = { a: { timeout: '0' }, b: { timeout: '9' } }
  expect(is(said(values, { targets }, { at: NOW - 600_000 }))).toEqual({ a: 'unjudged', b: 'unjudged' })
  expect(is(said({ a: { timeout: '0' } }, { targets }))).toEqual({ a: 'unjudged', b: 'unjudged' })
  expect(is(said(values, { targets: [primary('a'), { ...replica('b'), state: 'down' }] }))).toEqual({ a: 'unjudged', b: 'unjudged' })
  // An older server has no such setting.
  expect(is(said({ a: { timeout: '0', hz: '10' }, b: { timeout: '0' } }, { targets }))).toEqual({ a: 'clear', b: 'clear' })
})

test('where the curves of a ring tell what its memory is worth, its caches need not have the same', () => {
  const values = { a: { maxmemory: '100', hz: '10' }, b: { maxmemory: '200', hz: '100' } }
  const topology = { rings: [ring({ a: 160, b: 160 })], targets: [facts('a'), facts('b')] }
  const [a, b] = ['a', 'b'].map((target) => curve([{ hitRatio: 0.9 }], { target })) as [CurveRecord, CurveRecord]
  const settings = (curves: CurveRecord[]) =>
    said(values, topology, { curves }).flatMap((one) => (one.is === 'found' ? one.evidence.map(({ label }) => label) : []))
  expect(settings([a])).toContain('maxmemory')
  expect(settings([a, b])).toEqual(['hz'])
  const cluster = { targets: [inCluster('a'), inCluster('b'), inCluster('c', 'replica')] }
  const evidence = said({ ...values, c: values.b }, cluster, { curves: [a, b] }).flatMap((one) => (one.is === 'found' ? one.evidence : []))
  expect(evidence.map(({ label }) => label)).toEqual(['hz'])
})
