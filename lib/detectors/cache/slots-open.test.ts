import { expect, test } from 'vitest'
import { judge, load } from '../../../test/series.ts'
import type { OpenSlotFact } from '../../model/slots.ts'
import type { TargetState } from '../../model/topology.ts'
import { slotsOpen } from './slots-open.ts'

const opened = (ms: number, more: Partial<OpenSlotFact> = {}): OpenSlotFact => ({
  slot: 93,
  way: 'migrating',
  node: 'b'.repeat(40),
  address: '10.0.0.2:6379',
  ms,
  ...more,
})
const said = (open: OpenSlotFact[] | undefined, state: TargetState = 'up') =>
  judge(slotsOpen, load(1_000, { 'redis_cluster_slots_migrating{target=a}': '1x60' }), {
    targets: [
      { name: 'a', kind: 'redis', state, cluster: { id: 'c', slots: 5_461, ...(open && { open }) }, capabilities: [] },
      { name: 'alone', kind: 'redis', state: 'up', capabilities: [] },
    ],
  })

test('a slot that stays open is named, with its other end and how long', () =>
  expect(said([opened(5_000, { slot: 7 }), opened(400_000), opened(200_000, { slot: 94 })])).toMatchObject([
    {
      subject: { target: 'a' },
      is: 'found',
      severity: 'warning',
      summary: expect.stringMatching(/slot 93 of a has been open for .*on its way to 10\.0\.0\.2:6379, and 1 more/),
      evidence: [{ metric: 'redis_cluster_slots_migrating', value: 2 }],
    },
  ]))
test('one that only imports, from a node whose address is not known', () =>
  expect(said([opened(400_000, { way: 'importing', address: null })])).toMatchObject([
    { is: 'found', summary: expect.stringMatching(/awaited from bbbbbbbb$/), evidence: [{ metric: 'redis_cluster_slots_importing' }] },
  ]))
test('while slots move, none is open for long; a server alone is not spoken of', () => {
  expect(said([opened(20_000), opened(1_000, { slot: 94 })])).toEqual([{ subject: { target: 'a' }, is: 'clear' }])
  expect(said(undefined)).toEqual([{ subject: { target: 'a' }, is: 'clear' }])
})
test('of a node that does not answer nothing is known', () => expect(said([opened(400_000)], 'down')).toMatchObject([{ is: 'unjudged' }]))
