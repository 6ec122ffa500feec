import { describe, expect, test } from 'vitest'
import { cacheDay, fleetAt, Tape } from '../../../test/normal.ts'
import { normal, randomOf } from '../../../test/random.ts'
import { RECORDED, recording, replay, windowOfRecording } from '../../../test/replay.ts'
import { FROM, judge, load } from '../../../test/series.ts'
import type { TargetRecord } from '../../model/record.ts'
import type { Role, TargetFacts } from '../../model/topology.ts'
import { timeToFull } from './time-to-full.ts'

const MB = 1_048_576
const facts = (role: Role): TargetFacts => ({ name: 'a', kind: 'redis', role, state: 'up', capabilities: [] })
const policy = (value: string): TargetRecord[] => [{ kind: 'fact', target: 'a', id: 'config/maxmemory-policy', at: FROM, value }]
type Case = { role?: Role; evicts?: string; limit?: number; more?: Record<string, string | number[]> }

function said(used: number[], { role = 'cache', evicts = 'noeviction', limit = 1_000, more = {} }: Case = {}) {
  const lines = {
    'cache_memory_used_bytes{target=a}': used.map((value) => value * MB),
    'cache_memory_max_bytes{target=a}': `${limit * MB}x${used.length - 1}`,
    ...more,
  }
  const window = load(1000, lines, { records: evicts === '' ? [] : policy(evicts) })
  return judge(timeToFull, window, { targets: [facts(role)] })
}
const growing = (perSecond: number, from = 500, seconds = 400) => Array.from({ length: seconds }, (_, t) => from + perSecond * t)

describe('memory', () => {
  test('that grows steadily is forecast with its interval', () => {
    const [verdict] = said(growing(0.6))
    expect(verdict).toMatchObject({
      subject: { target: 'a' },
      is: 'found',
      severity: 'critical',
      summary: expect.stringMatching(
        /^The memory of a reaches its limit in 7.min 14.s \(.* to .*\): 614.KiB\/s more, 261.MiB left; then writes are refused$/,
      ),
    })
    const [full] = (verdict as { evidence: { value: number; low: number; high: number; method: string }[] }).evidence
    expect(full!.value).toBeCloseTo(435, -2)
    expect(full!.low).toBeLessThanOrEqual(full!.value)
    expect(full!.high).toBeGreaterThanOrEqual(full!.value)
    expect(full!.method).toMatch(/drift of the means/)
  })
  test('a slow leak is a warning while there is time, and nothing while there is much', () => {
    expect(said(growing(0.3, 500, 900))).toMatchObject([{ is: 'found', severity: 'warning' }])
    expect(said(growing(0.05, 500, 900))).toMatchObject([{ is: 'clear' }])
  })
  test('a cache that evicts is meant to be full; a store is not; keys without a TTL are not evicted by volatile policies', () => {
    expect(said(growing(0.6), { evicts: 'allkeys-lru' })).toMatchObject([{ is: 'clear' }])
    expect(said(growing(0.6), { evicts: 'allkeys-lru', role: 'store' })).toMatchObject([{ is: 'found', summary: expect.stringMatching(/what it evicts is lost$/) }]) // biome-ignore format: one line
    expect(said(growing(0.6), { evicts: 'volatile-ttl', more: { 'cache_items_expiring{target=a}': '5x399' } })).toMatchObject([
      { is: 'clear' },
    ])
    expect(said(growing(0.6), { evicts: 'volatile-ttl', more: { 'cache_items_expiring{target=a}': '0x399' } })).toMatchObject([
      { is: 'found' },
    ])
  })
  test('without a limit it is the machine’s that runs out', () => {
    const more = { 'redis_memory_used_rss_bytes{target=a}': growing(1).map((value) => value * MB), 'redis_total_system_memory_bytes{target=a}': `${1_100 * MB}x399` } // biome-ignore format: one line
    expect(said(growing(1), { limit: 0, more })).toMatchObject([
      { is: 'found', summary: expect.stringMatching(/the machine has none left/) },
    ])
    expect(said(growing(1), { limit: 0 })).toMatchObject([{ is: 'clear' }])
  })
  test('too little history, silence, an unknown policy and a server that loads are unjudged', () => {
    expect(said(growing(0.6, 500, 60))).toMatchObject([{ is: 'unjudged', because: 'memory was seen for less than 90 s' }])
    expect(said(growing(0.6), { more: { 'target_up{target=a}': '1x500' } })).toMatchObject([{ is: 'unjudged' }])
    expect(said(growing(0.6), { evicts: '' })).toMatchObject([{ is: 'unjudged', because: 'whether it evicts is not known' }])
    expect(said(growing(0.6), { more: { 'redis_loading_dump_file{target=a}': '1x399' } })).toMatchObject([{ is: 'unjudged' }])
  })
  test('growth that is over, a fall, and a refill after a restart are clear', () => {
    expect(said([...growing(1, 500, 300), ...new Array(90).fill(800)])).toMatchObject([{ is: 'clear' }])
    expect(said(growing(-0.6))).toMatchObject([{ is: 'clear' }])
    expect(said([...new Array(300).fill(900), ...growing(3, 10, 200)])).toMatchObject([{ is: 'clear' }])
  })
})

test('connections that leak are forecast too; those of a deploy are not', () => {
  const open = (line: string | number[]) =>
    said(new Array(900).fill(500), { more: { 'cache_connections{target=a}': line, 'cache_connections_max{target=a}': '10000x899' } })
  expect(open('1000+5x899')).toMatchObject([{ is: 'found', severity: 'warning', summary: expect.stringMatching(/^The number of connections of a reaches its limit in 15.min/) }]) // biome-ignore format: one line
  expect(open('200x830 400+20x10 600x57')).toMatchObject([{ is: 'clear' }])
  expect(open('200x899')).toMatchObject([{ is: 'clear' }])
})

test('a store that swings near its limit says nothing, whatever the seed', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = randomOf(seed)
    let noise = 0
    const used = Array.from({ length: 1_200 }, (_, t) => {
      noise = 0.9 * noise + 0.44 * normal(random)
      return MB * (900 + 15 * Math.sin((2 * Math.PI * t) / (400 + 30 * seed)) + 3 * noise)
    })
    const window = load(1000, { 'cache_memory_used_bytes{target=a}': used, 'cache_memory_max_bytes{target=a}': `${1_000 * MB}x1199` })
    expect(replay(timeToFull, window, { topology: () => ({ targets: [facts('store')] }), everyMs: 10_000 }), `seed ${seed}`).toEqual([])
  }
})
test('normal days and recorded traffic, taken for stores, say nothing', () => {
  for (let seed = 1; seed <= 6; seed++) {
    const tape = new Tape()
    cacheDay(tape, 'a', { seed, seconds: 900 }, 60)
    const window = tape.window(900)
    expect(replay(timeToFull, window, { topology: (at) => fleetAt(window, [], ['a'], at), everyMs: 10_000 })).toEqual([])
  }
  for (const name of RECORDED) expect(replay(timeToFull, windowOfRecording(recording(name)), { everyMs: 10_000 }), name).toEqual([])
})
test('a flood is forecast before the memory is full', () => {
  const used = [...new Array(300).fill(300), ...growing(2.5, 300, 280)].map((value) => value * MB)
  const window = load(1000, { 'cache_memory_used_bytes{target=a}': used, 'cache_memory_max_bytes{target=a}': `${1_000 * MB}x${used.length - 1}` }) // biome-ignore format: one line
  const [first] = replay(timeToFull, window, { topology: () => ({ targets: [facts('store')] }), everyMs: 2_000 })
  expect(first).toMatchObject({ severity: 'critical' })
  expect(first!.at - FROM).toBeLessThanOrEqual(300_000 + 180_000)
})
