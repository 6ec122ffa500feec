import { expect, test } from 'vitest'
import { FROM, judge, load } from '../../../test/series.ts'
import type { BigKey } from '../../model/record.ts'
import type { TargetFacts } from '../../model/topology.ts'
import { bigKey } from './big-key.ts'

const MIB = 1_048_576
const key = (name: string, bytes: number, at = FROM): BigKey => ({
  kind: 'big-key',
  target: 'a',
  id: name,
  at,
  key: name,
  type: 'hash',
  bytes,
})
const said = (records: BigKey[], used = 200 * MIB) =>
  judge(bigKey, load(1000, { 'cache_memory_used_bytes{target=a}': new Array(700).fill(used) }, { records }), {
    targets: ['b', 'a'].map((name): TargetFacts => ({ name, kind: 'redis', state: 'up', capabilities: [] })),
  })

test('big keys are named: a note, and a warning at 100 MiB', () =>
  expect(said([key('cart:1', 20 * MIB, FROM + 690_000), key('all\n', 120 * MIB, FROM + 690_000)])).toMatchObject([
    { subject: { target: 'a', key: 'cart:1' }, is: 'found', severity: 'info' },
    { subject: { target: 'a', key: 'all\n' }, is: 'found', severity: 'warning', summary: expect.not.stringContaining('\n') },
    { subject: { target: 'a' }, is: 'clear' },
  ]))
test('ordinary keys, a few MiB on a large server, and sizes of long ago', () => {
  expect(said([key('x', MIB, FROM + 690_000)])).toEqual([{ subject: { target: 'a' }, is: 'clear' }])
  expect(said([key('x', 20 * MIB, FROM + 690_000)], 9_000 * MIB)).toEqual([{ subject: { target: 'a' }, is: 'clear' }])
  expect(said([key('x', 20 * MIB)])).toEqual([])
})
