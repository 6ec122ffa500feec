import { describe, expect, it } from 'vitest'
import type { Polled } from '../engine/target.ts'
import type { Reading } from '../model/series.ts'
import { createStore } from '../store/store.ts'
import { decodeBatch, encodeBatch, type HotBatch } from './hotBatch.ts'
import { createHotWriter, toldStore } from './hotWriter.ts'
import { createIngest } from './ingest.ts'

function setUp() {
  const got = { samples: [] as [string, number, readonly Reading[], number, number | undefined][], told: [] as unknown[] }
  const ingest = createIngest({
    store: {
      append: (target, at, readings, stepMs, lateMs) => void got.samples.push([target, at, readings, stepMs, lateMs]),
      putRecords: (target, records) => void got.told.push(['records', target, records]),
    },
    fleet: {
      learn: (name, polled) => void got.told.push(['polled', name, polled]),
      learnPart: (target, probe, part) => void got.told.push(['part', target, probe, part]),
    },
  })
  const writer = createHotWriter()
  const carry = async (batch: HotBatch) => ingest.take('run-1', (await decodeBatch(await encodeBatch(batch)))!)
  return { got, ingest, writer, carry }
}

const polled: Polled = {
  lastPollAt: 5,
  pollMs: 1,
  probes: [],
  health: { state: 'up', since: 1, failures: 0, refusals: 0 },
  capabilities: [{ feature: 'INFO', available: true }],
}

describe('what one replica polls', () => {
  it('arrives at another as it was read, whatever its labels and times', async () => {
    const { got, writer, carry } = setUp()
    const readings: Reading[] = [
      { metric: 'cache_hits_total', value: 12 },
      { metric: 'pool_sessions', labels: { pool: 'app', server: 'a' }, value: 3.25 },
      { metric: 'late', labels: { pool: 'app' }, value: 1, at: 900 },
    ]
    writer.samples('edge', 1000, readings, 1000, 60_000)
    writer.part('edge', 'stat', { facts: { version: '2.6' } })
    expect(await carry(writer.take([['edge', polled]], true))).toBe(true)
    expect(got.samples).toEqual([['edge', 1000, readings, 1000, 60_000]])
    expect(got.told).toEqual([
      ['part', 'edge', 'stat', { facts: { version: '2.6' } }],
      ['polled', 'edge', polled],
    ])
  })

  it('says names and shapes once, and again when asked for all', async () => {
    const { got, writer, carry } = setUp()
    const say = (value: number) => {
      writer.samples('edge', value, [{ metric: 'x', labels: { a: 'b' }, value }], 1000)
      writer.part('edge', 'stat', { facts: { version: '1' } })
    }
    say(1)
    await carry(writer.take([['edge', polled]], true))
    say(2)
    const second = writer.take([], false)
    expect([second.layouts, second.parts]).toEqual([[], []])
    expect(await carry(second)).toBe(true)
    expect(got.samples.map(([, at]) => at)).toEqual([1, 2])
    const whole = writer.take([['edge', polled]], true)
    expect([whole.layouts.length, whole.parts.length]).toEqual([1, 1])
  })

  it('that cannot be understood without what came before is not guessed at', async () => {
    const { got, ingest, writer, carry } = setUp()
    writer.samples('edge', 1, [{ metric: 'x', value: 1 }], 1000)
    writer.take([], true)
    writer.samples('edge', 2, [{ metric: 'x', value: 2 }], 1000)
    expect(await carry(writer.take([], false))).toBe(false)
    expect(got.samples).toEqual([])
    ingest.keepOnly(new Set())
    writer.samples('edge', 3, [{ metric: 'x', value: 3 }], 1000)
    expect(await carry(writer.take([], true))).toBe(true)
    expect(got.samples).toHaveLength(1)
  })

  it('is all that is appended to the store, and is kept here too', () => {
    const { writer } = setUp()
    const store = toldStore(createStore({ path: ':memory:' }), writer)
    store.append('edge', Date.now(), [{ metric: 'x', value: 1 }], 1000)
    store.putRecords('edge', [{ kind: 'fact', name: 'version', value: '1' } as never])
    expect(store.catalog(0)).toHaveLength(1)
    const { polls, records } = writer.take([], false)
    expect([polls.length, records.length]).toEqual([1, 1])
    store.close()
  })

  it('of a version that is not known is left alone', async () => {
    const later = { version: 2 } as unknown as HotBatch
    expect(await decodeBatch(await encodeBatch(later))).toBeNull()
  })
})
