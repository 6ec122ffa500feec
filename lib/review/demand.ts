import { safe, text } from '../format/format.ts'
import type { ReviewPart, ReviewRow } from '../model/answers/review.ts'
import type { CacheFacts, HotShare, PoolFacts, ReviewFacts } from './facts.ts'
import { quotient } from './quotient.ts'
import { remedyFor } from './remedy.ts'
import { type About, gapRow, keysOf, labOf, measuredRow, numberRow, pageOf, part, value } from './row.ts'

/** Reads for each write from which a cache is read-heavy: each point of its hit ratio then spares many reads of the origin. */
export const READ_HEAVY = 10
/** One key with this part of the reads is more than a shard of ten may have: the default of cache/hot-key is near it. */
const HOT = 0.1
/** Below this a cache answers less than half of what it is asked. */
const LOW = 0.5
const GOOD = 0.8
/** Slower than that, and the cache is hardly faster than many origins. */
const SLOW_COMMAND = 0.001

/** Step 1 of the guide: what is asked, how often it is written, how fast it is answered, what is missed, which keys are hot. */
export function demand(facts: ReviewFacts): ReviewPart {
  const rows = [...facts.caches.flatMap((cache) => cacheRows(cache, facts)), ...facts.pools.flatMap((pool) => poolRows(pool, facts))]
  if (facts.caches.length === 0) rows.push(gapRow(fleet('demand/caches', 'Caches'), 'no cache is watched: name one under `targets`'))
  return part('demand', 'Demand', 'What is read and written, how fast, what is missed, and by which keys?', rows)
}

const fleet = (id: string, what: string): About => ({ id, about: 'fleet', href: null, what })

function cacheRows(cache: CacheFacts, facts: ReviewFacts): ReviewRow[] {
  const { name, where, hitRatio, misses, reads, commandSeconds } = cache
  const href = pageOf(where)
  const of = (what: string, id: string, page = href): About => ({ id: `demand/${name}/${id}`, about: name, href: page, what })
  if (cache.state === 'down') return [gapRow(of('Traffic', 'down'), `${name} does not answer`)]
  const lab = { text: 'Ask what it would hit with another size, policy or TTL', href: labOf(where.target!) }
  const open = remedyFor(facts, where, ['cache/'])
  const isCache = cache.role === 'cache'
  return [
    ratioRow(cache, facts, of('Reads for each write', 'ratio')),
    ...(isCache
      ? [
          measuredRow(of('Hit ratio', 'hits'), hitRatio, 'ratio', facts, (ratio) => ({
            is: ratio < LOW ? 'act' : ratio < GOOD ? 'watch' : 'well',
            follows:
              ratio < LOW
                ? 'More than half of the reads pay for the cache and the origin.'
                : ratio < GOOD
                  ? `One read in ${number(1 / (1 - ratio))} still reaches the origin.`
                  : 'It answers most of what it is asked.',
            change: ratio < GOOD ? (open ?? lab) : null,
          })),
          measuredRow(of('Misses', 'misses'), misses, 'perSecond', facts, (rate) => ({
            is: 'well',
            follows: `So many reads reach the origin${value(reads) ? `, of ${text(value(reads)!, 'perSecond')} in all` : ''}.${costWords(rate, cache)}`,
          })),
        ]
      : []),
    measuredRow(of('Time of a command', 'latency'), commandSeconds, 'seconds', facts, (seconds) => ({
      is: seconds > SLOW_COMMAND ? 'watch' : 'well',
      follows:
        seconds > SLOW_COMMAND
          ? 'All its clients wait that long for each command: large values or slow commands.'
          : 'Inside the server; the network comes on top.',
      change:
        seconds > SLOW_COMMAND ? { text: 'See which kinds of commands take the time', href: `${keysOf(where.target!)}&tab=slow` } : null,
    })),
    hotRow(cache, facts, of('Hottest key', 'hot', keysOf(where.target!))),
  ]
}

const number = (value: number) => (value >= 10 ? Math.round(value).toString() : value.toFixed(1))

function ratioRow(cache: CacheFacts, facts: ReviewFacts, of: About): ReviewRow {
  const ratio = quotient(cache.reads, cache.writes, 'nothing was written in that time')
  const [writes, misses] = [value(cache.writes), value(cache.misses)]
  // A miss is usually followed by a fill, which is a write that no user made.
  const fills = writes !== null && misses !== null && cache.role === 'cache' ? Math.min(writes, misses) : null
  const fillWords =
    fills && writes ? ` Up to ${text(fills, 'perSecond')} of the ${text(writes, 'perSecond')} writes may be fills after a miss.` : ''
  return measuredRow(of, ratio, 'factor', facts, (times) => ({
    is: 'well',
    follows: `${
      times >= READ_HEAVY
        ? 'Read-heavy: cache-aside with a TTL pays.'
        : times >= 1
          ? 'Mixed: invalidate or write through on each write, or keep TTLs short.'
          : 'Write-heavy: most of what is stored is not read from here before it is written again.'
    }${fillWords}`,
  }))
}

function costWords(rate: number, { prices }: CacheFacts): string {
  if (prices.originLatencyMs === undefined) return ''
  return ` Each waits for an origin that takes ${text(prices.originLatencyMs / 1_000, 'seconds')}: ${text((rate * prices.originLatencyMs) / 1_000, 'count')} of them at any time.`
}

function hotRow({ hot, where, name }: CacheFacts, facts: ReviewFacts, of: About): ReviewRow {
  if (!Array.isArray(hot)) return gapRow(of, hot.because, { text: 'Allow its keys to be counted', href: keysOf(where.target!) })
  const [first] = hot as [HotShare]
  const isHot = first.low >= HOT
  return numberRow(
    of,
    first.share,
    'ratio',
    {
      is: isHot ? 'act' : 'well',
      follows: isHot
        ? `\`${safe(first.key, 60)}\` alone is that part of the reads of ${name}: more nodes do not share it, a local cache of a second does.`
        : `\`${safe(first.key, 60)}\`; no single key carries the load.`,
      change: isHot
        ? (remedyFor(facts, where, ['cache/hot-key']) ?? { text: 'Code for a local cache of this key', href: keysOf(where.target!) })
        : null,
    },
    { low: first.low, high: first.high, span: { from: first.at, to: first.at } },
  )
}

function poolRows({ pool, response, responseP95, errors, requests }: PoolFacts, facts: ReviewFacts): ReviewRow[] {
  const name = `${pool.target}/${pool.name}`
  const where = { target: pool.target, pool: pool.name }
  const of = (what: string, id: string): About => ({ id: `demand/${name}/${id}`, about: name, href: pageOf(where), what })
  const tail = value(responseP95)
  const open = remedyFor(facts, where, ['balancer/'])
  return [
    measuredRow(of('Requests', 'requests'), requests, 'perSecond', facts, () => ({
      is: 'well',
      follows: 'What the tier in front asks of it.',
    })),
    measuredRow(of('Mean response', 'response'), response, 'seconds', facts, () => ({
      is: open ? 'act' : 'well',
      follows:
        tail === null
          ? 'Half of the requests may take far longer: no percentile is reported.'
          : `One in twenty takes more than ${text(tail, 'seconds')}.`,
      change: open,
    })),
    measuredRow(of('Failed requests', 'errors'), errors, 'ratio', facts, (ratio) => ({
      is: ratio > 0.01 ? 'act' : 'well',
      follows: ratio > 0.01 ? 'More than one in a hundred fails.' : 'Fewer than one in a hundred fails.',
      change: ratio > 0.01 ? open : null,
    })),
  ]
}
