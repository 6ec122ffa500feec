import { expect, test } from 'vitest'
import { load } from '../../test/series.ts'
import type { Finding } from '../model/finding.ts'
import type { Draft } from '../model/proposal.ts'
import type { HotKey, SlotLoads, TargetRecord } from '../model/record.ts'
import { readOwners, readSlotsName } from '../model/slots.ts'
import { type ClusterFacts, emptyTopology, type TargetFacts } from '../model/topology.ts'
import { clusterSlot } from '../rings/algorithms/redisCluster.ts'
import { slotMoves } from './slot-moves.ts'
import { PLAN_MOST } from './slots/plan.ts'

const SECONDS = 60
const finding = (target = 'a') => ({ id: 'f', rule: 'cache/slot-imbalance', subject: { target }, evidence: [] }) as unknown as Finding
const node = (name: string, slots: number, more: Partial<ClusterFacts> = {}, role: 'cache' | 'store' = 'cache'): TargetFacts => ({
  name,
  kind: 'redis',
  role,
  state: 'up',
  cluster: { id: 'c', slots, node: name, address: `10.0.0.${name.charCodeAt(0) - 96}:6379`, ...more },
  capabilities: [],
})
const NODES = [node('a', 8_192), node('b', 4_096), node('c', 4_096)]

/** `rates`: seconds of command time a second; `slots`: load and keys of each slot of a. */
type About = {
  rates?: Record<string, number>
  keys?: Record<string, number>
  slots?: [load: number | null, keys: number][]
  dispersion?: number
  targets?: TargetFacts[]
  records?: TargetRecord[]
  memory?: Record<string, [used: number, limit: number]>
  about?: string
  noise?: number
}

function propose(about: About = {}) {
  const { rates = { a: 0.4, b: 0.1, c: 0.1 }, keys = { a: 80_000, b: 40_000, c: 40_000 }, targets = NODES, memory = {}, noise = 0 } = about
  const slots = about.slots ?? Array.from({ length: 8_192 }, (): [number, number] => [0.4 / 8_192, 10])
  const at = Date.UTC(2026, 0, 5, 12) + SECONDS * 1_000
  const record: SlotLoads = {
    kind: 'slot-load',
    target: 'a',
    id: 'slots',
    at,
    method: slots[0]![0] === null ? 'key-count' : 'slot-stats',
    spanMs: 60_000,
    of: slots.length,
    slots: slots.map((_, i) => i),
    keys: slots.map(([, count]) => count),
    load: slots[0]![0] === null ? null : slots.map(([one]) => one!),
    bytes: null,
    dispersion: about.dispersion ?? 0,
  }
  const lines: Record<string, string | number[]> = {}
  for (const [target, rate] of Object.entries(rates)) {
    let sum = 0
    lines[`cache_command_seconds_total{target=${target},command=get}`] = Array.from({ length: SECONDS + 1 }, (_, i) => {
      sum += rate * (1 + noise * Math.sin(i / 4 + target.charCodeAt(0)))
      return sum
    })
    lines[`cache_items{target=${target}}`] = `${keys[target]}x${SECONDS}`
    const slotsNow = targets.find(({ name }) => name === target)?.cluster?.slots ?? 0
    lines[`cache_cluster_slots{target=${target},cluster=c}`] = `${slotsNow}x${SECONDS}`
    const [used, limit] = memory[target] ?? [1_000_000, 0]
    lines[`cache_memory_used_bytes{target=${target}}`] = `${used}x${SECONDS}`
    lines[`cache_memory_max_bytes{target=${target}}`] = `${limit}x${SECONDS}`
  }
  const window = load(1_000, lines, { records: [record, ...(about.records ?? [])] })
  return slotMoves.propose(finding(about.about), window, { ...emptyTopology(), targets })
}
const hotKey = (key: string, share: number): HotKey => ({
  kind: 'hot-key',
  target: 'a',
  id: key,
  at: Date.UTC(2026, 0, 5, 12, 1),
  key,
  share,
  low: share,
  high: share,
  perSecond: 1,
  method: 'monitor',
  lines: 3_000,
  hot: true, // biome-ignore format: one line
})

test('a master with too many slots gives some to the others, named one by one', () => {
  const said = propose() as Draft
  const [step] = said.steps
  const slots = readSlotsName(step.setting.name)!
  expect(step.setting.target).toBe('a')
  expect(step.before).toBe('10.0.0.1:6379')
  const owners = readOwners(step.after, slots)!
  expect([...new Set(owners.values())].sort()).toEqual(['10.0.0.2:6379', '10.0.0.3:6379'])
  // 0.4 down to 1.05 times the mean of 0.2.
  expect(slots.length).toBe(Math.ceil((0.19 * 8_192) / 0.4))
  expect(said.predict).toMatchObject({
    metric: 'cluster_load_imbalance',
    where: { cluster: 'c' },
    unit: 'factor',
    before: expect.closeTo(2, 3),
  })
  const { low, after, high } = said.predict as { low: number; after: number; high: number }
  expect(after).toBeCloseTo(1.05, 2)
  expect(low).toBeLessThanOrEqual(after)
  expect(high).toBeGreaterThanOrEqual(after)
  expect(said.because).toContain('to b')
  expect(said.guards.map(({ where }) => where.target)).toEqual(['a', 'b', 'c', 'b', 'c'])
})
test('the slots that carry the load go, and not those that only hold keys', () => {
  const slots = Array.from({ length: 8_192 }, (_, i): [number, number] => (i < 40 ? [0.0075, 10] : [0.1 / 8_152, 100]))
  const moved = readSlotsName((propose({ slots }) as Draft).steps[0].setting.name)!
  expect(moved.length).toBeLessThan(40)
  expect(Math.max(...moved)).toBeLessThan(40)
})
test('what is of no slot stays: it is not shared out over the slots', () => {
  const slots = Array.from({ length: 8_192 }, (): [number, number] => [0.3 / 8_192, 10])
  const { steps, predict } = propose({ slots }) as Draft
  expect(readSlotsName(steps[0].setting.name)!.length).toBe(PLAN_MOST.slots)
  expect((predict as { after: number }).after).toBeCloseTo((0.4 - (0.3 * PLAN_MOST.slots) / 8_192) / 0.2, 2)
})
test('a slot that is the load by itself is named with its hot key, and stays', () => {
  const hot = clusterSlot('product:7')
  const slots = Array.from({ length: 8_192 }, (_, i): [number, number] => (i === hot % 8_192 ? [0.3, 10] : [0.1 / 8_191, 10]))
  const key = ['product:7', 'product:8', 'product:9', 'product:1', 'product:2'].find((one) => clusterSlot(one) < 8_192)!
  const own = slots.map((_, i): [number, number] => (i === clusterSlot(key) ? [0.3, 10] : [0.1 / 8_191, 10]))
  expect(propose({ slots: own, records: [hotKey(key, 0.7)] })).toMatchObject({ none: expect.stringMatching(new RegExp(`Slot ${clusterSlot(key)} alone carries 75.*${key}.*copy`)) }) // biome-ignore format: one line
  expect(propose({ slots })).toMatchObject({ none: expect.stringMatching(/GETKEYSINSLOT/) })
})
test('by keys alone, where they explain the load; the band is as wide as that is uncertain', () => {
  const slots = Array.from({ length: 8_192 }, (): [null, number] => [null, 10])
  const said = propose({ slots, keys: { a: 90_000, b: 40_000, c: 40_000 } }) as Draft
  const { after, high, basis } = said.predict as { after: number; high: number; basis: string }
  expect(basis).toMatch(/COUNTKEYSINSLOT/)
  expect(high - after).toBeGreaterThan(0.2)
  // The same load on as many keys as the others have.
  expect(propose({ slots, keys: { a: 40_000, b: 40_000, c: 40_000 } })).toMatchObject({ none: expect.stringMatching(/SLOT-STATS/) })
  // A hot key that is known explains it.
  const key = ['product:7', 'product:8', 'product:9'].find((one) => clusterSlot(one) < 8_192)!
  expect(propose({ slots, keys: { a: 40_000, b: 40_000, c: 40_000 }, records: [hotKey(key, 0.9)] })).toMatchObject({ none: expect.stringMatching(/alone carries/) }) // biome-ignore format: one line
})
test('where the imbalance is no larger than its uncertainty, nothing is proposed', () =>
  expect(propose({ slots: Array.from({ length: 8_192 }, () => [1 / 8_192, 10]), rates: { a: 0.3, b: 0.16, c: 0.14 }, noise: 3 })).toMatchObject({ none: expect.stringMatching(/smaller than its uncertainty/) })) // biome-ignore format: one line
test.each<[string, About, RegExp]>([
  [
    'a slot is open',
    { targets: [node('a', 8_192, { open: [{ slot: 5, way: 'migrating', node: 'x', address: null, ms: 1 }] }), ...NODES.slice(1)] },
    /Slot 5 of a is open/,
  ],
  ['not all masters are watched', { targets: NODES.slice(0, 2) }, /12.288 of the 16.384 slots/],
  ['a node has no address', { targets: [NODES[0]!, NODES[1]!, node('c', 4_096, { address: undefined })] }, /address/],
  ['another is busier by time', { rates: { a: 0.2, b: 0.5, c: 0.1 } }, /b is the busiest/],
  [
    'the others are full stores',
    { targets: NODES.map((one) => ({ ...one, role: 'store' as const })), memory: { b: [95, 100], c: [95, 100] } },
    /full store/,
  ],
])(
  // biome-ignore format: one line
  'none: %s',
  (_, about, words) => expect(propose(about)).toMatchObject({ none: expect.stringMatching(words) }),
)
test('nothing is said while the slots are still being counted', () => {
  expect(propose({ rates: { a: 0.4, b: 0.1 } })).toBeNull()
  expect(propose({ about: 'b' })).toBeNull()
})
