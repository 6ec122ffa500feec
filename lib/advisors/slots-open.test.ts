import { expect, test } from 'vitest'
import { load } from '../../test/series.ts'
import type { Finding } from '../model/finding.ts'
import type { OpenSlotFact } from '../model/slots.ts'
import { emptyTopology, type TargetFacts } from '../model/topology.ts'
import { slotsOpen } from './slots-open.ts'

const A = { id: 'a'.repeat(40), address: '10.0.0.1:6379' }
const B = { id: 'b'.repeat(40), address: '10.0.0.2:6379' }
const open = (slot: number, way: OpenSlotFact['way'], other: typeof A): OpenSlotFact => ({
  slot,
  way,
  node: other.id,
  address: other.address,
  ms: 300_000 + slot,
})
const node = (name: string, { id, address }: typeof A, slots: OpenSlotFact[]): TargetFacts => ({
  name,
  kind: 'redis',
  state: 'up',
  cluster: { id: 'c', slots: 8_192, node: id, address, open: slots },
  capabilities: [],
})
const lines = (...targets: TargetFacts[]): string[] => {
  const finding = { rule: 'cache/slots-open', subject: { target: targets[0]!.name } } as unknown as Finding
  const said = slotsOpen.propose(finding, load(1_000, { x: '0x10' }), { ...emptyTopology(), targets }) as { none: string } | null
  return said === null ? [] : said.none.split('\n').slice(1)
}

test('a slot that both ends have open is brought to its end, the target first', () =>
  expect(lines(node('a', A, [open(93, 'migrating', B)]), node('b', B, [open(93, 'importing', A)]))).toEqual([
    '# Slot 93 is half-way from 10.0.0.1:6379 to 10.0.0.2:6379. It is brought to its end:',
    '# On 10.0.0.1:6379, until the first answers none:',
    'CLUSTER GETKEYSINSLOT 93 100',
    'MIGRATE 10.0.0.2 6379 "" 0 5000 REPLACE KEYS KEY [KEY ...]',
    '# Then on 10.0.0.2:6379, and after it on 10.0.0.1:6379 and on the other masters:',
    `CLUSTER SETSLOT 93 NODE ${B.id}`,
  ]))
test('one that nobody imports has moved nothing', () =>
  expect(lines(node('a', A, [open(93, 'migrating', B)]), node('b', B, []))).toEqual([
    '# Slot 93: 10.0.0.2:6379 does not import it, so no key of it has moved. On 10.0.0.1:6379:',
    'CLUSTER SETSLOT 93 STABLE',
  ]))
test('of one that is only imported, keys may wait where nobody reads them', () => {
  const said = lines(node('b', B, [open(93, 'importing', A)]), node('a', A, []))
  expect(said.slice(0, 3)).toEqual([
    '# Slot 93: 10.0.0.1:6379 does not send it. On 10.0.0.2:6379; where this answers 0, no key waits there:',
    'CLUSTER COUNTKEYSINSLOT 93',
    'CLUSTER SETSLOT 93 STABLE',
  ])
  expect(said).toContain(`CLUSTER SETSLOT 93 MIGRATING ${B.id}`)
})
test('of many the oldest are written out; where none is open any more there is nothing to say', () => {
  const many = [1, 2, 3, 4, 5].map((slot) => open(slot, 'migrating', B))
  const said = lines(node('a', A, many), node('b', B, []))
  expect(said.filter((line) => line.startsWith('CLUSTER'))).toEqual([5, 4, 3].map((slot) => `CLUSTER SETSLOT ${slot} STABLE`))
  expect(said.at(-1)).toBe('The other 2 slots go the same way.')
  expect(lines(node('a', A, []))).toEqual([])
})
