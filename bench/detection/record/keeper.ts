import type { NewRecord } from '../../../lib/model/record.ts'

/** Of the keys of a burst those that a rule may name. */
const HOTTEST = 3
/** The rule for hot keys judges from 3 % on: while all are colder than this, one burst in so many seconds says so. */
const TEPID = 0.02
const COLD_S = 10
/** Of a cache's expiry times one sample in so many seconds. */
const HISTOGRAM_S = 10

type Kept = { at: number; share: number }

/** What of the records of a poll is worth its place in a recording. */
export function createKeeper(): (target: string, fresh: readonly NewRecord[], second: number) => NewRecord[] {
  const bursts = new Map<string, Kept>()
  const sampled = new Map<string, number>()
  return (target, fresh, second) => {
    const hot = fresh.filter((record) => record.kind === 'hot-key').sort((a, b) => b.share - a.share)
    const share = hot[0]?.share ?? 0
    const last = bursts.get(target)
    // The first cold burst after a hot one is kept too: by it the alarm ends.
    const tells = hot.length > 0 && (!last || Math.max(share, last.share) >= TEPID || second - last.at >= COLD_S)
    if (tells) bursts.set(target, { at: second, share })
    const isDue = second - (sampled.get(target) ?? Number.NEGATIVE_INFINITY) >= HISTOGRAM_S
    const ending = isDue ? fresh.filter(({ kind }) => kind === 'ttl-histogram') : []
    if (ending.length > 0) sampled.set(target, second)
    return [...(tells ? hot.slice(0, HOTTEST).map(short) : []), ...ending]
  }
}

/** Who reads a key is evidence, and no rule judges it. */
function short({ clients: _, ...key }: NewRecord & { kind: 'hot-key' }): NewRecord {
  return {
    ...key,
    share: digits(key.share),
    low: digits(key.low),
    high: digits(key.high),
    perSecond: key.perSecond === null ? null : digits(key.perSecond),
  }
}

const digits = (value: number) => Number(value.toPrecision(4))
