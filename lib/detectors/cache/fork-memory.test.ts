import { expect, test } from 'vitest'
import { RECORDED, recording, replay, windowOfRecording } from '../../../test/replay.ts'
import { FROM, judge, load } from '../../../test/series.ts'
import type { TargetRecord } from '../../model/record.ts'
import { forkMemory } from './fork-memory.ts'

const GB = 1_073_741_824
type Server = { used?: number; limit?: number; cow?: number; fork?: number; now?: [cow: number, part: number] }

/** On a machine of 16 GiB; resident is a tenth more than used. */
function said({ used = 4, limit = 0, cow = 0.5, fork = 0.05, now = [0, 0] }: Server, records: TargetRecord[] = []) {
  const values: Record<string, number> = {
    redis_memory_used_rss_bytes: 1.1 * used * GB,
    cache_memory_used_bytes: used * GB,
    cache_memory_max_bytes: limit * GB,
    redis_total_system_memory_bytes: 16 * GB,
    redis_latest_fork_seconds: fork,
    redis_rdb_last_cow_size_bytes: cow * GB,
    redis_aof_last_cow_size_bytes: 0,
    redis_current_cow_size_bytes: now[0] * GB,
    redis_current_fork_ratio: now[1],
    redis_connected_slaves: 0,
  }
  const lines = Object.fromEntries(Object.entries(values).map(([metric, value]) => [`${metric}{target=a}`, new Array(20).fill(value)]))
  return judge(forkMemory, load(1000, lines, { records }))
}
const setting = (id: string, value: string): TargetRecord => ({ kind: 'setting', target: 'a', id, at: FROM, value, unit: 'none', among: 'all', matters: true }) // biome-ignore format: one line

test('a save for which the machine has too little memory is found, with the numbers', () => {
  expect(said({ used: 10, cow: 4 })).toMatchObject([
    {
      subject: { target: 'a' },
      is: 'found',
      severity: 'warning',
      summary: expect.stringMatching(/^To save, a needs 15.GiB \(11.GiB, and 4.GiB copied meanwhile\); its machine has 16.GiB$/),
      evidence: [{ value: 15 * GB, baseline: 11 * GB, threshold: 14.4 * GB, method: 'as the last save copied' }, { value: 4 * GB }],
    },
  ])
  expect(said({ used: 10, cow: 6 })).toMatchObject([{ is: 'found', severity: 'critical' }])
})
test('a save under way is forecast by what it has copied so far', () => {
  expect(said({ used: 10, cow: 0.5, now: [2, 0.25] })).toMatchObject([
    {
      is: 'found',
      severity: 'critical',
      evidence: [{ value: 19 * GB, method: expect.stringMatching(/^2.GiB copied at 25\.0.% of the save/) }, {}],
    },
  ])
  expect(said({ used: 4, cow: 0.5, now: [0.5, 0.5] })).toMatchObject([{ is: 'clear' }])
  // A hundredth of the work says nothing of the rest.
  expect(said({ used: 10, cow: 0.5, now: [0.2, 0.01] })).toMatchObject([{ is: 'clear' }])
})
test('what comes once its memory limit is reached is a note', () => {
  expect(said({ used: 4, cow: 1, limit: 12 })).toMatchObject([{ is: 'found', severity: 'info', summary: expect.stringMatching(/^Once a is full \(12.GiB; 4.GiB now\), a save needs 16\.2.GiB/) }]) // biome-ignore format: one line
  expect(said({ used: 4, cow: 1, limit: 8 })).toMatchObject([{ is: 'clear' }])
})
test('a fork that stalls every client is found, also where there is memory enough', () => {
  expect(said({ fork: 0.8 })).toMatchObject([
    { is: 'found', severity: 'warning', summary: expect.stringMatching(/^Every client of a waited 800.ms/) },
  ])
  expect(said({ used: 10, cow: 6, fork: 0.8 })).toMatchObject([{ is: 'found', severity: 'critical', evidence: [{}, {}, { value: 0.8 }] }])
})
test('one that has not saved yet: clear where even a copy of all fits, or it never saves', () => {
  expect(said({ used: 4, fork: 0, cow: 0 })).toMatchObject([{ is: 'clear' }])
  expect(said({ used: 10, fork: 0, cow: 0 })).toMatchObject([{ is: 'unjudged' }])
  expect(said({ used: 10, fork: 0, cow: 0 }, [setting('save', ''), setting('appendonly', 'no')])).toMatchObject([{ is: 'clear' }])
  expect(said({ used: 10, fork: 0, cow: 0 }, [setting('save', '60 1'), setting('appendonly', 'no')])).toMatchObject([{ is: 'unjudged' }])
})
test('what is not reported is unjudged, and recorded traffic says nothing', () => {
  const part = { 'redis_memory_used_rss_bytes{target=a}': '1e9x20', 'cache_memory_used_bytes{target=a}': '1e9x20' }
  expect(judge(forkMemory, load(1000, part))).toMatchObject([{ is: 'unjudged', because: 'the memory of its machine is not reported' }])
  expect(judge(forkMemory, load(1000, { ...part, 'redis_memory_used_rss_bytes{target=a}': '1e9 _x20' }))).toMatchObject([
    { is: 'unjudged' },
  ])
  for (const name of RECORDED) expect(replay(forkMemory, windowOfRecording(recording(name)), { everyMs: 10_000 }), name).toEqual([])
})
