import { duration, safe, text } from '../format/format.ts'
import type { ReviewPart, ReviewRow } from '../model/answers/review.ts'
import { memoryCost, readsCost } from '../model/prices.ts'
import type { Measurement } from '../model/window.ts'
import { READ_HEAVY } from './demand.ts'
import type { CacheFacts, ReviewFacts } from './facts.ts'
import { quotient } from './quotient.ts'
import { remedyFor } from './remedy.ts'
import { type About, gapRow, labOf, measuredRow, numberRow, pageOf, part, statedRow } from './row.ts'

/** A day whose busiest minutes are that many times its mean: capacity is for those. */
const PEAKY = 3

/** The guide's decision checklist: the five questions that decide on a cache, each with what was measured. */
export function checklist(facts: ReviewFacts): ReviewPart[] {
  return [
    part('ratio', 'Read-to-write ratio', 'Is there enough to be read again?', [ratioRow(facts)]),
    part('consistency', 'Consistency', 'How old may an answer be?', consistencyRows(facts)),
    part('traffic', 'Traffic pattern', 'Steady, bursty, or on a few keys?', trafficRows(facts)),
    part('state', 'State', 'What must not be lost, and who has to come back to the same server?', stateRows(facts)),
    part('budget', 'Budget', 'What does it cost, and what would less or more bring?', budgetRows(facts)),
  ]
}

const of = (id: string, what: string, about = 'fleet', href: string | null = null): About => ({ id: `checklist/${id}`, about, href, what })

/** Several rates as one; where one is missing, so is the sum: it would be too small. */
function sum(all: readonly Measurement[]): Measurement {
  const missing = all.find(({ is }) => is === 'unjudged')
  if (missing) return missing
  if (all.length === 0) return { is: 'unjudged', because: 'no cache is watched' }
  return (all as Extract<Measurement, { is: 'measured' }>[]).reduce((a, b) => ({
    is: 'measured',
    value: a.value + b.value,
    low: a.low + b.low,
    high: a.high + b.high,
    count: a.count + b.count,
  }))
}

/** Caches that answer; what is inside another target is counted there. */
const answering = ({ caches }: ReviewFacts) =>
  caches.filter(({ role, state, where }) => role === 'cache' && state !== 'down' && where.cache === undefined)

function ratioRow(facts: ReviewFacts): ReviewRow {
  const caches = answering(facts)
  const told = caches.filter(({ reads, writes }) => reads.is === 'measured' && writes.is === 'measured')
  const ratio = quotient(sum(told.map(({ reads }) => reads)), sum(told.map(({ writes }) => writes)), 'nothing was written in that time')
  const beyond = caches.length - told.length
  return measuredRow(of('ratio', 'Reads for each write, all caches'), ratio, 'factor', facts, (times) => ({
    is: times >= READ_HEAVY ? 'well' : 'watch',
    follows: `${
      times >= READ_HEAVY
        ? 'Caching pays: cache-aside with a TTL.'
        : 'Fills after a miss are among the writes; where the rest is high too, write through or invalidate on each write.'
    }${beyond > 0 ? ` Without ${beyond} ${beyond === 1 ? 'cache' : 'caches'} that do not report both.` : ''}`,
  }))
}

function consistencyRows(facts: ReviewFacts): ReviewRow[] {
  const stale = facts.ttls.map(({ name, match, ttlMs, jitter }) =>
    statedRow(of(`ttl/${name}`, `Age of \`${safe(match, 60)}\` at most`, name), duration(ttlMs * (1 + jitter)), {
      is: 'watch',
      follows: 'Unless each write deletes or updates the key. How many of its reads are old is told by references of the cache.',
      change: { text: 'Shorten the TTL in the memory and TTL lab: it shows what that costs in hits', href: '/curves' },
    }),
  )
  const behind = facts.caches.filter(({ replicas, lag }) => replicas && lag.is === 'measured')
  return [
    ...facts.caches.flatMap((cache) => oldRows(cache, facts)),
    ...regionRows(facts),
    ...(stale.length > 0 ? stale : [gapRow(of('ttls', 'Age of an answer'), 'no TTLs are told: name them under `ttls`')]),
    ...behind.map(({ name, where, lag }) =>
      measuredRow(of(`lag/${name}`, 'Replicas behind', name, pageOf(where)), lag, 'bytes', facts, () => ({
        is: 'well',
        follows: 'Readers of a replica see values that are so much older.',
        change: remedyFor(facts, where, ['cache/replication-lag']),
      })),
    ),
  ]
}

/** Read often enough to be worth a row. */
const PATTERNS_MOST = 5
/** As `cache/stale-after-write` draws the line. */
const OLD_SHARE = 0.1

function oldRows(cache: CacheFacts, facts: ReviewFacts): ReviewRow[] {
  return cache.staleness.slice(0, PATTERNS_MOST).flatMap(({ id, at, spanMs, found }) => {
    if ('because' in found) return []
    const { share, low, high, reads, changesPerKeyHour, ttlMs } = found
    const measured: Measurement = { is: 'measured', value: share, low, high, count: reads }
    const about = of(`old/${cache.name}/${id}`, `Old reads of \`${safe(id, 60)}\``, cache.name, pageOf(cache.where))
    return measuredRow(about, measured, 'ratio', { from: at - spanMs, to: at }, () => ({
      is: low >= OLD_SHARE ? 'act' : 'well',
      follows: `${changesPerKeyHour > 0 ? `A value changes every ${duration(3_600_000 / changesPerKeyHour)}` : 'No change was seen'}${ttlMs === null ? '' : `, and lives ${duration(ttlMs)}`}${low >= OLD_SHARE ? ': delete the key on each write, or shorten the TTL.' : '.'}`,
      change: remedyFor(facts, { ...cache.where, pattern: id }, ['cache/stale-after-write']),
    }))
  })
}

/** The age of what another region reads, as the rule draws the line. */
const REGION_SECONDS = 10

function regionRows(facts: ReviewFacts): ReviewRow[] {
  return facts.caches.flatMap(({ name, where, distant }) => {
    if (!distant) return []
    const { region, primary, primaryRegion, behind } = distant
    return measuredRow(
      of(`region/${name}`, `Age of values in ${safe(region, 64)}`, name, pageOf(where)),
      behind,
      'seconds',
      facts,
      (seconds) => ({
        is: seconds >= REGION_SECONDS ? 'act' : 'well',
        follows: `It follows ${safe(primary, 80)} in ${safe(primaryRegion, 64)}: readers there get what was, and that much is lost when the primary's region is.`,
        change: remedyFor(facts, where, ['cache/replication-lag']),
      }),
    )
  })
}

function trafficRows(facts: ReviewFacts): ReviewRow[] {
  const days = [...facts.days].map(([name, day]) =>
    numberRow(
      of(`day/${name}`, 'Busiest five minutes over the mean', name),
      day.mean > 0 ? day.peak / day.mean : 0,
      'factor',
      {
        is: day.peak > PEAKY * day.mean ? 'watch' : 'well',
        follows: `${text(day.peak, 'perSecond')} at most, ${text(day.mean, 'perSecond')} on average over ${duration(day.to - day.from)}${day.peak > PEAKY * day.mean ? ': what is sized by the mean is too small then' : ''}.`,
      },
      { span: day },
    ),
  )
  const hot = answering(facts).flatMap(({ name, hot }) => (Array.isArray(hot) && hot[0] ? [{ name, ...hot[0] }] : []))
  const top = hot.toSorted((a, b) => b.share - a.share)[0]
  return [
    ...(days.length > 0 ? days : [gapRow(of('days', 'Busiest five minutes over the mean'), 'less than an hour was recorded')]),
    top
      ? numberRow(
          of('skew', 'Hottest key of all caches', top.name),
          top.share,
          'ratio',
          {
            is: top.low >= 0.1 ? 'watch' : 'well',
            follows: top.low >= 0.1 ? 'More nodes do not share one key: keep it in the applications’ memory.' : 'Load spreads over nodes.',
          },
          { low: top.low, high: top.high, span: { from: top.at, to: top.at } },
        )
      : gapRow(of('skew', 'Hottest key of all caches'), 'no keys are counted'),
  ]
}

function stateRows(facts: ReviewFacts): ReviewRow[] {
  const sticky = facts.pools.filter(({ pool }) => pool.sticky)
  const stores = facts.caches.filter(({ role, isReplica }) => role === 'store' && !isReplica)
  return [
    ...sticky.map(({ pool }) => {
      const where = { target: pool.target, pool: pool.name }
      return statedRow(
        of(`sticky/${pool.target}/${pool.name}`, 'Sticky sessions', `${pool.target}/${pool.name}`, pageOf(where)),
        safe(pool.sticky!, 100),
        {
          is: 'watch',
          follows: 'A server that goes takes its users’ sessions along. In a shared store they outlive it.',
          change: remedyFor(facts, where, ['balancer/sticky-skew']) ?? {
            text: 'Keep sessions in a shared store, and drop the stickiness',
            href: null,
          },
        },
      )
    }),
    ...stores.map((store) =>
      statedRow(
        of(`store/${store.name}`, 'Holds state', store.name, pageOf(store.where)),
        store.policy ?? 'policy not told',
        evictsState(store),
      ),
    ),
    ...(sticky.length + stores.length === 0
      ? [
          statedRow(of('none', 'State'), 'no store and no sticky pool is watched', {
            is: 'well',
            follows: 'What is cached can be fetched again.',
          }),
        ]
      : []),
  ]
}

function evictsState({ policy, where }: CacheFacts): Pick<ReviewRow, 'is' | 'follows' | 'change'> {
  if (policy === null) return { is: 'gap', follows: 'Whether it may drop what it holds is not known.', change: null }
  if (policy === 'noeviction') return { is: 'well', follows: 'It refuses writes rather than drop what it holds.', change: null }
  return {
    is: 'act',
    follows: 'When it is full it drops what must not be lost.',
    change: { text: 'Set `maxmemory-policy noeviction`', href: pageOf(where) },
  }
}

function budgetRows(facts: ReviewFacts): ReviewRow[] {
  const caches = answering(facts)
  if (caches.length === 0) return [gapRow(of('budget', 'Cost'), 'no cache is watched')]
  return caches.flatMap((cache) => {
    const { name, where, memoryMax, memoryUsed, misses, prices, references } = cache
    const bytes = memoryMax || memoryUsed
    const row = of(`budget/${name}`, 'Cost a month', name, labOf(where.target!))
    const memory = bytes ? memoryCost(bytes, prices) : null
    const reads = misses.is === 'measured' ? readsCost(misses.value, prices) : null
    const open = remedyFor(facts, where, ['cache/memory-surplus'])
    const lab = references === 'cannot' ? null : { text: 'Weigh memory against reads of the origin in the lab', href: labOf(where.target!) }
    const held = bytes ? `${text(bytes, 'bytes')} of memory` : 'memory not told'
    const missed = misses.is === 'measured' ? `${text(misses.value, 'perSecond')} reads of the origin` : 'misses not measured'
    if (memory === null && reads === null)
      return [{ ...gapRow(row, `no price is configured: ${held}, ${missed}`, open ?? lab), follows: 'Name `prices` to see it in money.' }]
    const currency = prices.currency ? ` ${prices.currency}` : ''
    const money = (amount: number | null, what: string) =>
      amount === null ? `${what}: not known` : `${what}: ${amount.toFixed(2)}${currency}`
    return [
      statedRow(row, `${money(memory, 'memory')}, ${money(reads, 'origin')}`, {
        is: open ? 'act' : 'well',
        follows: `${held}, ${missed}.${memory !== null && reads !== null ? (reads > memory ? ' Misses cost more than the memory.' : ' Memory costs more than the misses.') : ''}`,
        change: open ?? lab,
      }),
    ]
  })
}
