import { curves } from '../lib/curves/curves.ts'
import type { PartOfKeys, Question, Ttl } from '../lib/curves/question.ts'
import { replayOnRedis } from '../test/redisReplay.ts'
import { partedTraffic } from './curvesParts.ts'
import type { Bench, Row } from './table.ts'

/** As long as in the bench of the whole cache: clocks of the server cannot be hurried. */
const SECONDS = 70

const ttl = (ms: number, jitter = 0, refreshOnRead = false): Ttl => ({ ms, jitter, refreshOnRead })
const PATTERNS = ['page:*', 'session:*', 'price:*']
/** Undefined: as all other keys. */
const parts = (...ttls: (Ttl | null | undefined)[]): PartOfKeys[] =>
  PATTERNS.map((match, i) => ({ match, ...(ttls[i] !== undefined && { ttl: ttls[i] }) }))

/** Each evicts all the time, or refuses fills. */
const CASES: [question: Omit<Question, 'sizes'>, maxmemory: number][] = [
  [{ policy: 'allkeys-lru', ttl: null, parts: parts(undefined) }, 4_000_000],
  [{ policy: 'allkeys-lru', ttl: null, parts: parts(ttl(6_000, 0.1)) }, 4_000_000],
  [{ policy: 'allkeys-lru', ttl: ttl(20_000, 0.1), parts: parts(undefined, ttl(4_000, 0.2, true), null) }, 3_000_000],
  [{ policy: 'allkeys-lfu', ttl: ttl(25_000), parts: parts(ttl(10_000, 0.2)) }, 4_000_000],
  [{ policy: 'volatile-ttl', ttl: ttl(15_000, 0.1), parts: parts(ttl(40_000, 0.1), undefined, ttl(8_000)) }, 4_000_000],
  [{ policy: 'volatile-lru', ttl: ttl(12_000, 0.1), parts: parts(undefined, undefined, null) }, 4_000_000],
]

/** Pages that are large and drift, small sessions that come back for a while, prices of which few are read often. */
const shared = () => {
  const requests = (perSecond: number) => ({ requests: SECONDS * perSecond, perSecond })
  return partedTraffic([
    { seed: 41, ...requests(600), keys: 8_000, driftPerSecond: 30, size: { median: 700, spread: 0.8 } },
    { seed: 42, ...requests(300), keys: 10_000, zipf: 0.6, driftPerSecond: 60, sets: 0.05, size: { median: 120, spread: 0.3 } },
    { seed: 43, ...requests(200), keys: 3_000, zipf: 1.1, deletes: 0.02, size: { median: 60, spread: 0.2 } },
  ])
}

const ttlWords = (given: Ttl | null) =>
  given ? `${given.ms / 1_000} s${given.jitter ? ` ± ${given.jitter * 100} %` : ''}${given.refreshOnRead ? ' refreshed' : ''}` : 'no TTL'

export const bench: Bench = {
  name: 'curves-parts',
  title: 'hit ratios of patterns that share a full cache, with TTLs of their own: predicted, and measured on a real redis-server',
  async run(): Promise<Row[]> {
    const references = shared()
    const measured = await Promise.all(CASES.map(([question, bytes]) => replayOnRedis(references, question, bytes)))
    const rows = CASES.flatMap(([question, bytes], i) => {
      const point = curves(references, { ...question, sizes: { bytes: [bytes] } }).curves!.points[0]!
      const { hitRatio, evicted, parts: real } = measured[i]!
      const name = `${question.policy}, ${(bytes / 1e6).toFixed(1)} MB, ${evicted} evicted`
      const whole = rowOf(`${name}, all, ${ttlWords(question.ttl ?? null)}`, { ...point, value: point.hitRatio }, hitRatio)
      const ofParts = point.parts!.map(({ match, hitRatio: told }, at) => {
        const own = question.parts![at]!.ttl
        return rowOf(`${name}, ${match}${own === undefined ? '' : `, ${ttlWords(own)}`}`, told!, real[at]!.hits / real[at]!.reads)
      })
      return [whole, ...ofParts]
    })
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
    return [
      ...rows.map(({ row }) => row),
      { what: `mean error of ${rows.length}`, value: mean(rows.map(({ off }) => Math.abs(off))), unit: 'points', goal: { most: 1 } },
      { what: 'largest error', value: Math.max(...rows.map(({ off }) => Math.abs(off))), unit: 'points', goal: { most: 3 } },
      { what: 'measured inside the band', value: mean(rows.map(({ holds }) => (holds ? 100 : 0))), unit: '%', goal: { least: 90 } },
      { what: 'width of the band, mean', value: mean(rows.map(({ width }) => width)), unit: 'points', goal: { most: 6 } },
    ]
  },
}

function rowOf(what: string, { value, low, high }: { value: number; low: number; high: number }, real: number) {
  const holds = low <= real && real <= high
  const [predicted, least, most, found] = [value, low, high, real].map((ratio) => (ratio * 100).toFixed(1))
  const off = (value - real) * 100
  const words = `${what}: ${predicted} (${least} to ${most}), measured ${found}${holds ? '' : ' OUTSIDE'}`
  return { off, holds, width: (high - low) * 100, row: { what: words, value: off, unit: 'points' } satisfies Row }
}
