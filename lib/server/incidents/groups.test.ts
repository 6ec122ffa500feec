import { expect, test } from 'vitest'
import { finding as base } from '../../../test/documents.ts'
import { randomOf } from '../../../test/random.ts'
import type { Finding } from '../../model/finding.ts'
import type { Labels } from '../../model/series.ts'
import { emptyTopology, type Topology } from '../../model/topology.ts'
import { groupFindings } from './groups.ts'
import { meet, type Touches, touching } from './touching.ts'

const topology = {
  ...emptyTopology(),
  edges: [
    { from: { target: 'edge', pool: 'app' }, to: { target: 't5' } },
    { from: { target: 't5' }, to: { target: 'db' } },
  ],
  rings: [{ name: 'users', nodes: [{ name: 'n0', target: 't0' }, { name: 'n1', target: 't1' }, { name: 'n2' }] }],
} as unknown as Topology

const finding = (id: string, subject: Labels, since: number, resolvedAt?: number): Finding => ({
  ...base,
  id,
  subject,
  since,
  firingAt: since,
  ...(resolvedAt === undefined ? { state: 'firing' } : { state: 'resolved', resolvedAt }),
})
const ids = (findings: Finding[]) => groupFindings(findings, topology).map((group) => group.findings.map(({ id }) => id).join(' '))
const minutes = (n: number) => n * 60_000

test('what touches and is near is one incident: the same thing, a pool and its target, a ring and its nodes', () => {
  expect(
    ids([
      finding('pool', { target: 'edge', pool: 'app' }, 0, minutes(1)),
      finding('server', { target: 'edge', pool: 'app', server: 'a' }, minutes(1), minutes(2)),
      finding('target', { target: 'edge' }, minutes(1), minutes(2)),
      finding('node', { target: 't0' }, minutes(1), minutes(2)),
      finding('ring', { ring: 'users', node: 'n1' }, minutes(1), minutes(2)),
      finding('other', { target: 'elsewhere' }, minutes(1), minutes(2)),
    ]),
  ).toEqual(['pool server target', 'node ring', 'other'])
})

test('what begins two minutes later is the same incident while the one before lasts, and a new one after its end', () => {
  const at = { target: 't6' }
  expect(ids([finding('a', at, 0, minutes(1)), finding('b', at, minutes(2), minutes(2))])).toEqual(['a b'])
  expect(ids([finding('a', at, 0, minutes(1)), finding('b', at, minutes(2) + 1, minutes(3))])).toEqual(['a', 'b'])
  expect(ids([finding('a', at, 0, minutes(9)), finding('b', at, minutes(9), minutes(9))])).toEqual(['a b'])
  expect(ids([finding('a', at, 0), finding('b', at, minutes(900))])).toEqual(['a b'])
})

test('of several incidents that it meets the newest takes it', () => {
  const [pool, store, cache] = [{ target: 'edge', pool: 'app' }, { target: 'db' }, { target: 't5' }]
  expect(ids([finding('pool', pool, 0), finding('store', store, minutes(1)), finding('cache', cache, minutes(2))])).toEqual([
    'pool',
    'store cache',
  ])
  expect(ids([finding('store', store, 0), finding('pool', pool, minutes(1)), finding('cache', cache, minutes(2))])).toEqual([
    'store',
    'pool cache',
  ])
})

/** The definition, one finding held against each incident: right, and 1.3 s of 10,000 findings. */
function byDefinition(findings: Finding[]): string[] {
  const touch = touching(topology)
  const groups: { ids: string[]; last: Finding; touches: Touches }[] = []
  for (const finding of findings) {
    const things = touch(finding)
    const found = groups.findLast(
      ({ last, touches }) =>
        (finding.since - last.since <= minutes(2) || (last.resolvedAt ?? Number.POSITIVE_INFINITY) >= finding.since) &&
        meet(things, touches),
    )
    if (!found) groups.push({ ids: [finding.id], last: finding, touches: things })
    else {
      found.ids.push(finding.id)
      found.last = finding
      found.touches = { own: found.touches.own.union(things.own), beside: found.touches.beside.union(things.beside) }
    }
  }
  return groups.map((group) => group.ids.join(' '))
}

test('of a thousand findings each stands where the definition puts it', () => {
  const random = randomOf(7)
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!
  const subjects: Labels[] = [
    ...Array.from({ length: 8 }, (_, i) => ({ target: `t${i}` })),
    { target: 'edge' },
    { target: 'db' },
    { target: 'edge', pool: 'app' },
    { target: 'edge', pool: 'gone' },
    { ring: 'users' },
    { ring: 'users', node: 'n0' },
    { ring: 'gone' },
  ]
  let at = 0
  const findings = Array.from({ length: 1_000 }, (_, i) => {
    at += Math.floor(random() * minutes(1))
    return finding(`${i}`, pick(subjects), at, random() < 0.02 ? undefined : at + Math.floor(random() * minutes(6)))
  })
  const groups = ids(findings)
  expect(groups.length).toBeGreaterThan(20)
  expect(groups).toEqual(byDefinition(findings))
})
