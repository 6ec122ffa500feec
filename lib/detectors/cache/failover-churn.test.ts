import { expect, test } from 'vitest'
import { replay } from '../../../test/replay.ts'
import { FROM, judge, load } from '../../../test/series.ts'
import type { RoleChange } from '../../model/record.ts'
import type { TargetFacts } from '../../model/topology.ts'
import { failoverChurn } from './failover-churn.ts'

const node = (name: string, id = 'r'): TargetFacts => ({
  name,
  kind: 'redis',
  state: 'up',
  replication: { id, role: 'replica' },
  capabilities: [],
})
/** The series of each, and the records that the probe makes of it. */
function window(roles: Record<string, string>) {
  const lines = Object.fromEntries(Object.entries(roles).map(([name, line]) => [`redis_role_primary{target=${name}}`, line]))
  const series = load(1000, lines)
  const records = Object.keys(roles).flatMap((target) =>
    series
      .series('redis_role_primary', { target })
      .flatMap(({ points }) =>
        points.flatMap(([at, role], i): RoleChange[] =>
          i > 0 && points[i - 1]![1] !== role
            ? [{ kind: 'role-change', target, id: String(at), at, role: role === 1 ? 'primary' : 'replica' }]
            : [],
        ),
      ),
  )
  return load(1000, lines, { records })
}
const said = (roles: Record<string, string>, targets: TargetFacts[]) => judge(failoverChurn, window(roles), { targets })

test('a primary that goes to and fro is one finding, of the group', () => {
  const roles = { b: '0x99 1x99 0x99 1x99', a: '1x99 0x99 1x99 0x99', c: '0x399' }
  const verdicts = said(roles, [node('b'), node('a'), node('c')])
  expect(verdicts[0]).toMatchObject({ subject: { target: 'a' }, is: 'found', severity: 'warning', evidence: [{ value: 3, threshold: 3 }] })
  expect(verdicts[0]).toHaveProperty('summary', expect.stringMatching(/^3 new primaries in 4.min 59.s among 3 servers: b, then a, then b$/))
  expect(verdicts.slice(1).map(({ is }) => is)).toEqual(['clear', 'clear'])
  const topology = () => ({ targets: [node('b'), node('a'), node('c')] })
  const [first, ...more] = replay(failoverChurn, window(roles), { topology, everyMs: 5_000 })
  expect(more).toEqual([])
  expect(first!.at - FROM).toBeLessThanOrEqual(320_000)
})
test('one fail-over and the way back, and one long ago, are clear', () => {
  expect(said({ a: '1x99 0x99 1x99', b: '0x99 1x99 0x99' }, [node('a'), node('b')]).map(({ is }) => is)).toEqual(['clear', 'clear'])
  const old = { a: '1x99 0x99 1x99 0x1799', b: '0x99 1x99 0x99 1x1799' }
  expect(said(old, [node('a'), node('b')]).map(({ is }) => is)).toEqual(['clear', 'clear'])
})
test('a replica that starts afresh and says for a moment that it is a primary is none', () => {
  const restarts = '0x60 _x3 1x4 0x60 _x3 1x4 0x60 _x3 1x4 0x60'
  expect(said({ a: '1x290', b: restarts }, [node('a'), node('b')]).map(({ is }) => is)).toEqual(['clear', 'clear'])
})
test('servers of no group are not spoken of; silence is unjudged', () => {
  expect(said({ a: '0x9 1x20', b: '1x30' }, [node('a', 'r'), node('b', 's')])).toEqual([])
  expect(said({ a: '0x9 _x30', b: '1x9 _x30' }, [node('a'), node('b')]).map(({ is }) => is)).toEqual(['unjudged', 'unjudged'])
  expect(said({ x: '1x9' }, [node('a'), node('b')]).map(({ is }) => is)).toEqual(['unjudged', 'unjudged'])
})
