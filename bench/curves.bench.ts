import { curves } from '../lib/curves/curves.ts'
import { isSegmented, type Question } from '../lib/curves/question.ts'
import type { References } from '../lib/curves/references.ts'
import { sampled } from '../lib/curves/sampling.ts'
import { serverOf } from '../lib/curves/server.ts'
import { simulate } from '../lib/curves/simulate.ts'
import { PAGE_BYTES } from '../lib/curves/slabs.ts'
import { told } from '../lib/curves/told.ts'
import { median } from '../lib/math/robust.ts'
import { replayOnMemcached } from '../test/memcachedReplay.ts'
import { replayOnRedis } from '../test/redisReplay.ts'
import { traffic } from '../test/traffic.ts'
import { curvesTraces } from './curvesTraces.ts'
import type { Bench, Row } from './table.ts'

/** The time of the server's clock cannot be hurried: an LRU clock of one second, LFU counters that decay at full minutes. */
const SECONDS = 70
/** So many servers at once are fed on time by one process on a small machine. */
const AT_ONCE = 13

type Case = [trace: string, question: Omit<Question, 'sizes'>, maxmemory: number]
const ttl = (ms: number, jitter = 0, refreshOnRead = false) => ({ ms, jitter, refreshOnRead })
const CASES: Case[] = [
  ['cloudPhysics', { policy: 'allkeys-lru' }, 4_600_000],
  ['cloudPhysics', { policy: 'allkeys-lru', samples: 10 }, 11_600_000],
  ['cloudPhysics', { policy: 'allkeys-lfu' }, 11_600_000],
  ['cloudPhysics', { policy: 'allkeys-random' }, 11_600_000],
  ['cloudPhysics', { policy: 'allkeys-lru', ttl: ttl(15_000) }, 22_000_000],
  ['web07', { policy: 'allkeys-lru' }, 1_600_000],
  ['web07', { policy: 'allkeys-lru', samples: 3 }, 2_500_000],
  ['web07', { policy: 'allkeys-lfu' }, 2_500_000],
  ['web07', { policy: 'volatile-ttl', ttl: ttl(20_000, 0.3) }, 3_000_000],
  ['web07', { policy: 'noeviction', ttl: ttl(10_000, 0.1, true) }, 20_000_000],
  ['web12', { policy: 'allkeys-lru' }, 3_000_000],
  ['web12', { policy: 'allkeys-lfu', samples: 10 }, 5_000_000],
  ['web12', { policy: 'allkeys-lru', ttl: ttl(6_000, 0.5) }, 5_000_000],
  ['scarab', { policy: 'allkeys-lru' }, 3_000_000],
  ['scarab', { policy: 'allkeys-random' }, 5_000_000],
  ['scarab', { policy: 'allkeys-lfu' }, 5_000_000],
  ['sprite', { policy: 'allkeys-lru' }, 3_000_000],
  ['sprite', { policy: 'allkeys-lfu' }, 3_000_000],
  ['sprite', { policy: 'volatile-random', samples: 5, ttl: ttl(30_000, 0.2, true) }, 2_500_000],
  ['drift', { policy: 'allkeys-lru' }, 3_000_000],
  ['drift', { policy: 'allkeys-lfu' }, 3_000_000],
  ['drift', { policy: 'volatile-lru', ttl: ttl(10_000, 0.2, true) }, 4_000_000],
  ['drift', { policy: 'noeviction', ttl: ttl(8_000, 0.2) }, 3_000_000],
  ['scans', { policy: 'allkeys-lru' }, 3_000_000],
  ['scans', { policy: 'allkeys-lfu', samples: 10 }, 3_000_000],
  ['scans', { policy: 'allkeys-random' }, 2_000_000],
  ['loops', { policy: 'allkeys-lru' }, 2_200_000],
  ['loops', { policy: 'allkeys-lfu' }, 2_200_000],
  ['expiring', { policy: 'volatile-lru' }, 2_500_000],
  ['expiring', { policy: 'volatile-lfu' }, 2_500_000],
  ['expiring', { policy: 'volatile-random' }, 2_500_000],
  ['expiring', { policy: 'noeviction' }, 2_500_000],
  ['expiring', { policy: 'allkeys-lru' }, 2_000_000],
  ['cloudPhysics', { policy: 'memcached' }, 5 * PAGE_BYTES],
  ['web07', { policy: 'memcached' }, 2 * PAGE_BYTES],
  ['scarab', { policy: 'memcached' }, 4 * PAGE_BYTES],
  ['drift', { policy: 'memcached', ttl: ttl(10_000) }, 6 * PAGE_BYTES],
  ['scans', { policy: 'memcached' }, 2 * PAGE_BYTES],
]

const replayed = (trace: References, question: Omit<Question, 'sizes'>, bytes: number): Promise<{ hitRatio: number }> =>
  isSegmented(question.policy) ? replayOnMemcached(trace, question.ttl, bytes / PAGE_BYTES) : replayOnRedis(trace, question, bytes)

const words = ({ policy, samples, ttl: given }: Omit<Question, 'sizes'>) =>
  [
    policy,
    samples && `${samples} samples`,
    given && `TTL ${given.ms / 1_000} s${given.jitter ? ` ± ${given.jitter * 100} %` : ''}${given.refreshOnRead ? ' refreshed' : ''}`,
  ]
    .filter(Boolean)
    .join(', ')

export const bench: Bench = {
  name: 'curves',
  title: 'hit ratios predicted, and measured on a real redis-server and memcached',
  async run(): Promise<Row[]> {
    const traces = curvesTraces(SECONDS)
    const cases = CASES.filter(([trace]) => traces[trace])
    const rows: Row[] = []
    const errors: number[] = []
    const widths: number[] = []
    let inside = 0
    for (let from = 0; from < cases.length; from += AT_ONCE) {
      const some = cases.slice(from, from + AT_ONCE)
      const measured = await Promise.all(some.map(([trace, question, bytes]) => replayed(traces[trace]!, question, bytes)))
      for (const [index, [trace, question, bytes]] of some.entries()) {
        const { hitRatio } = measured[index]!
        const point = curves(traces[trace]!, { ...question, sizes: { bytes: [bytes] } }).curves!.points[0]!
        const holds = point.low <= hitRatio && hitRatio <= point.high
        if (holds) inside++
        errors.push(Math.abs(point.hitRatio - hitRatio) * 100)
        widths.push((point.high - point.low) * 100)
        const [predicted, low, high, real] = [point.hitRatio, point.low, point.high, hitRatio].map((ratio) => (ratio * 100).toFixed(1))
        rows.push({
          what: `${trace}, ${(bytes / 1e6).toFixed(1)} MB, ${words(question)}: ${predicted} (${low} to ${high}), measured ${real}${holds ? '' : ' OUTSIDE'}`,
          value: (point.hitRatio - hitRatio) * 100,
          unit: 'points',
        })
      }
    }
    const speed = speedOf()
    return [
      ...rows,
      {
        what: `mean error of ${errors.length}`,
        value: errors.reduce((sum, error) => sum + error, 0) / errors.length,
        unit: 'points',
        goal: { most: 1 },
      },
      { what: 'largest error', value: Math.max(...errors), unit: 'points', goal: { most: 3 } },
      { what: 'measured inside the band', value: (inside / errors.length) * 100, unit: '%', goal: { least: 90 } },
      { what: 'width of the band, median', value: median(widths)!, unit: 'points', goal: { most: 6 } },
      { what: 'width of the band, most', value: Math.max(...widths), unit: 'points', goal: { most: 15 } },
      ...speed,
    ]
  },
}

/** CPU time, so that other work on the machine does not count. */
function cpuMs(work: () => void): number {
  const start = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1_000
}

function speedOf(): Row[] {
  const requests = 3_000_000
  const many = traffic({ seed: 31, requests, perSecond: 10_000, keys: 300_000, driftPerSecond: 100 })
  const question: Question = { policy: 'allkeys-lru', sizes: { bytes: [60_000_000] } }
  const once = () => {
    const references = told(sampled(many, 0.1))
    const server = serverOf(question)
    simulate({ references, server, costs: server.costs(references)!, from: 0, requests, parts: [] }, question, 60_000_000, 0, 1)
  }
  once()
  const ms = cpuMs(once)
  const some = traffic({ seed: 32, requests: 300_000, perSecond: 1_000, keys: 60_000, driftPerSecond: 100 })
  const sizes = { bytes: Array.from({ length: 10 }, (_, i) => 2_000_000 + i * 4_000_000) }
  const heap = process.memoryUsage().rss
  const tenSizes = Math.max(
    ...(['allkeys-lru', 'allkeys-lfu'] as const).map((policy) => cpuMs(() => curves(some, { policy, sizes, ttl: ttl(60_000, 0.1) }))),
  )
  return [
    { what: 'references a second of CPU at a sampling rate of 0.1', value: requests / ms / 1_000, unit: 'million', goal: { least: 10 } },
    { what: '300,000 references × 10 sizes, with TTLs', value: tenSizes / 1_000, unit: 's of CPU', goal: { most: 3 } },
    { what: 'memory for those', value: Math.max(0, process.memoryUsage().rss - heap) / 1e6, unit: 'MB' },
  ]
}
