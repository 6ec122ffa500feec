import { malformed } from '../../../model/error.ts'
import type { Probe } from '../../../model/product.ts'
import { keyText, wordOf } from '../../answers.ts'
import type { Histogram, SampledKey } from '../../ttlSample.ts'
import { keyShare, type Wanted } from '../keyShare.ts'
import type { RedisLink } from '../link.ts'
import { askPerKey, assertSomeHere, ELSEWHERE } from '../perKey.ts'
import { scan } from '../scan.ts'
import { fullestShare, isDoubted, NEWEST_MOST } from '../ttlDoubt.ts'
import { serverNow } from '../vitals.ts'

/** At most so many keys a second: 200 tell a bucket of 5 % within ±1 % after 20 s, and hold the server for 0.2 ms. */
const KEYS_MOST = 200
/** Once the sample is full, half as many renew it within 40 s. */
const KEYS_USUAL = 100
/** A full sample that says what is found is renewed within three minutes, by looks that are worth their round trips. */
const KEYS_SETTLED = 50
const SETTLED_EVERY_MS = 2_000
/** Of a settled sample so many have not ended since they were looked up. */
const ALIVE_LEAST = 0.75
/** Where more of them end within two seconds, it may become a cliff. */
const TOGETHER_MOST = 0.02
/** Fewer keys in one look are not worth its round trips. */
const KEYS_LEAST = 20
/** Of so many keys a share of 5 % is known within ±2 %: before, a sample goes before those that are only renewed. */
const KEYS_ENOUGH = 500
/** Weights in the sharing of one rate: see keyShare.ts. */
const WEIGHT = { doubted: 20, open: 3, usual: 1 }
/** A histogram that nothing was added to is counted anew after this long: keys in it have ended since. */
const COUNTED_ANEW_MS = 5_000
/** Lookups that are left for the types of big keys and for LFU counters. */
const LEAVE = 20
/** Where LFU counters are read, they get as much as this sample. */
const SHARED = 0.5

/** When keys end: a slice of SCAN with each key's expiry, as many as the budget of lookups allows, kept as a rolling sample. Foresees a cliff before it happens. */
export const ttl: Probe<RedisLink, Histogram | null> = {
  id: 'ttl',
  feature: 'TTL sampling',
  emits: { records: ['ttl-histogram'] },
  everyMs: 1_000,
  cost: 'lookups of at most 2 % of what clients do, or one a second (SCAN and PEXPIRETIME of what it found); 200 a second for 30 s after a bulk load. A full sample that agrees with what is found is renewed by 25 keys a second; of many caches each is sampled more slowly',
  wanted(link) {
    if (link.config.role !== 'cache') return 'only caches are sampled'
    if (link.seen === null) return 'waits for INFO'
    if (link.seen.keys === null) return 'INFO does not report how many keys it holds'
    return link.seen.keys > 0 ? true : 'it is empty'
  },
  due(link) {
    const now = performance.now()
    return now - link.ttlLooks.toldAt >= COUNTED_ANEW_MS || link.lookups.boosted(now) || hasTurn(link, now)
  },
  read(link, _cursor, signal) {
    return link.looks.during(sample(link, signal))
  },
  parse: (raw, { at }) => ({
    samples: [],
    records: raw === null ? [] : [{ kind: 'ttl-histogram', id: 'ttl', at, ...raw }],
    topology: {},
  }),
}

/** How many keys a look takes, and what they weigh among those of other caches. */
function wanted(link: RedisLink): Wanted {
  const { settled, gathering, toRenew } = link.ttlLooks
  const most = settled ? KEYS_SETTLED : link.ttl.full && toRenew === 0 ? KEYS_USUAL : KEYS_MOST
  const isOpen = gathering || (link.ttl.held < KEYS_ENOUGH && !link.ttl.whole)
  const weight = toRenew > 0 ? WEIGHT.doubted : isOpen ? WEIGHT.open : WEIGHT.usual
  return { keys: ofBudget(link, most), least: KEYS_LEAST, weight }
}

const ofBudget = (link: RedisLink, keys: number) => (link.lfuRead ? Math.ceil(keys * SHARED) : keys)

const rests = ({ ttlLooks }: RedisLink, now: number) => ttlLooks.settled && now - ttlLooks.at < SETTLED_EVERY_MS
const hasTurn = (link: RedisLink, now: number) => !rests(link, now) && keyShare.ready(link.ttl, now, wanted(link))

/** The next slice of the keyspace; null: nothing was looked at, and what is known is as it was told. */
async function sample(link: RedisLink, signal: AbortSignal): Promise<Histogram | null> {
  const { keysExpiring = null, runId = '' } = link.seen ?? {}
  const keys = link.seen?.keys ?? 0
  // Where no key has an expiry nothing is looked up: names alone cost no lookup.
  const now = performance.now()
  const boosted = link.lookups.boosted(now)
  const shared = boosted
    ? keyShare.takeUrgent(now, ofBudget(link, KEYS_MOST))
    : rests(link, now)
      ? 0
      : keyShare.take(link.ttl, now, wanted(link))
  const grant = keysExpiring === 0 ? null : link.lookups.take(now, shared, LEAVE)
  const most = grant?.count ?? shared
  if (!boosted) keyShare.giveBack(link.ttl, shared - most)
  const told = () => {
    link.ttlLooks.toldAt = now
    return link.ttl.histogram(serverNow(link.seen), keys)
  }
  if (most === 0) return now - link.ttlLooks.toldAt < COUNTED_ANEW_MS ? null : told()
  link.ttlLooks.at = now
  const { cursor, found } = await scan(link, link.ttl.cursor, most, signal)
  // More comes back than was asked for while the server rehashes.
  const asked = found.slice(0, grant ? most : 2 * KEYS_MOST)
  if (grant) link.lookups.giveBack(grant, most - asked.length)
  // Not PTTL, which applications use too: Redis counts each lookup as a hit, and the `info` probe takes ours off again.
  const ends =
    keysExpiring === 0
      ? asked.map(() => -1)
      : await askPerKey(
          link,
          asked.map((key) => ['PEXPIRETIME', key] as const),
          endIn,
          signal,
        )
  if (keysExpiring !== 0)
    link.looks.answered(ends.filter((end) => end !== ELSEWHERE && end !== GONE).length, ends.filter((end) => end === GONE).length)
  const sampled = asked.flatMap((key, i): SampledKey[] => {
    const endsAt = ends[i]
    return typeof endsAt !== 'number' || endsAt === GONE ? [] : [{ key: keyText(key), endsAt: endsAt < 0 ? null : endsAt }]
  })
  link.passed.add(asked)
  link.ttl.add(sampled, keys, runId)
  link.ttl.cursor = cursor
  // Names alone are not asked about.
  if (keysExpiring !== 0) assertSomeHere(link, ends)
  const histogram = told()
  const { ttl: known, ttlLooks } = link
  // Once it is doubted all of it is renewed: a sample that holds half of a cliff is as good as none.
  const toRenew = isDoubted(known.newest(NEWEST_MOST), histogram) ? known.held : Math.max(0, ttlLooks.toRenew - asked.length)
  const gathering = fullestShare(histogram) >= TOGETHER_MOST
  const alive = histogram.sampled >= ALIVE_LEAST * known.held
  Object.assign(ttlLooks, { toRenew, gathering, settled: toRenew === 0 && known.whole && alive && !gathering })
  return histogram
}

/** PEXPIRETIME of a key that has ended since. -1 is a key without TTL. */
const GONE = -2

function endIn(answer: unknown): number {
  if (typeof answer !== 'number') throw malformed('PEXPIRETIME is to answer a number', wordOf(answer))
  return answer
}
