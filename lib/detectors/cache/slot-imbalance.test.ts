import { expect, test } from 'vitest'
import { judge, load } from '../../../test/series.ts'
import type { TargetFacts, TargetState } from '../../model/topology.ts'
import { slotImbalance } from './slot-imbalance.ts'

const node = (name: string, slots: number, state: TargetState = 'up'): TargetFacts => ({
  name,
  kind: 'redis',
  state,
  cluster: { id: 'c', slots },
  capabilities: [],
})
const said = (perSecond: Record<string, number>, targets: TargetFacts[]) =>
  judge(
    slotImbalance,
    load(
      1000,
      Object.fromEntries(
        Object.entries(perSecond).map(([name, rate]) => [`redis_commands_processed_total{target=${name}}`, `0+${rate}x65`]),
      ),
    ),
    { targets },
  )

test('the master with most of the slots and of the commands is named, and why', () =>
  expect(said({ a: 600, b: 200, c: 100 }, [node('a', 11_000), node('b', 3_384), node('c', 2_000)])).toMatchObject([
    {
      subject: { target: 'a' },
      is: 'found',
      severity: 'warning',
      summary: expect.stringMatching(/66\.7.% of the commands .* 67\.1.% of the slots; its larger share/),
    },
    { subject: { target: 'b' }, is: 'clear' },
    { subject: { target: 'c' }, is: 'clear' },
  ]))
test('one that is busy on even slots has hot keys', () =>
  expect(said({ a: 500, b: 200, c: 200 }, [node('a', 5_461), node('b', 5_461), node('c', 5_462)])[0]).toMatchObject({
    is: 'found',
    severity: 'info',
    summary: expect.stringMatching(/some of its keys are read more often/),
  }))
test('even ones, and a cluster that is hardly asked, are clear; replicas count for nothing', () => {
  const nodes = [node('a', 8_192), node('b', 8_192), node('replica', 0)]
  expect(said({ a: 110, b: 100, replica: 900 }, nodes).map(({ is }) => is)).toEqual(['clear', 'clear'])
  expect(said({ a: 9, b: 1, replica: 0 }, nodes).map(({ is }) => is)).toEqual(['clear', 'clear'])
})
test('with a master out of sight all are unjudged; a server alone is not spoken of', () => {
  expect(said({ a: 500, b: 100 }, [node('a', 9_000), node('b', 7_384, 'down')]).map(({ is }) => is)).toEqual(['unjudged', 'unjudged'])
  expect(said({ a: 500 }, [node('a', 16_384)])).toEqual([])
})
