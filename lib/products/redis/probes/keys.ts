import { patternOf } from '../../../model/patterns.ts'
import type { Probe } from '../../../model/product.ts'
import type { KeyPattern, NewRecord } from '../../../model/record.ts'
import { keyText, printable, wordOf } from '../../answers.ts'
import { interned } from '../../interned.ts'
import { nameOf } from '../keyName.ts'
import { keyShare, type Wanted } from '../keyShare.ts'
import type { Leader } from '../leaders.ts'
import type { RedisLink } from '../link.ts'
import { packed } from '../packedKeys.ts'
import type { PatternFacts } from '../patternSample.ts'
import { askPerKey, assertSomeHere, ELSEWHERE, hereOnly, numberOrGone } from '../perKey.ts'
import { scan } from '../scan.ts'
import { serverNow } from '../vitals.ts'

const PATTERNS = 20
const KEY_MAX = 512
/** The biggest keys of a pattern that are shown with it. */
const BIGGEST = 3
/** Types that are asked for patterns in one look. The TTL sample leaves 20 lookups: on a quiet server there is one for this. */
const TYPES = 20
const LEAVE = 19
/** Names of one look, and at least so many where there are more: the largest known keys are measured in each again. */
const NAMES = 500
const NAMES_LEAST = 100
/** Where that takes longer than this, a look takes fewer: what is told of patterns is to be of this minute. */
const PATIENCE_MS = 60_000
const NAMES_FEW = 30
/** In the sharing of one rate, where a sample of TTLs that is only renewed weighs 1. */
const WEIGHT = 2
/** Keys that are kept for the look at idle times: twice as many as one takes. */
const SLICE_KEPT = 40

export type KeysAnswer = {
  big: { key: string; type: string; bytes: number }[]
  patterns: Omit<KeyPattern, 'kind' | 'target' | 'id' | 'at'>[]
}

/** Which keys hold the memory, and which patterns: MEMORY USAGE, which Redis counts as no lookup, of the keys that a walk through the names comes past. */
export const keys: Probe<RedisLink, KeysAnswer | null> = {
  id: 'keys',
  feature: 'MEMORY USAGE',
  emits: { records: ['big-key', 'key-pattern'] },
  everyMs: 5_000,
  cost: '0.3 ms of Redis CPU each 5 s: MEMORY USAGE of 500 keys that the TTL sample came past, 5 elements of each; where that found fewer, SCAN in slices of at most 250 for the others. Of many caches each is looked at more seldom',
  wanted(link) {
    if (link.config.role !== 'cache') return 'only caches are sampled'
    return (link.seen?.keys ?? 0) > 0 ? true : 'no keys have been sampled yet'
  },
  due: (link) => keyShare.ready(link.sizes, performance.now(), wanted(link)),
  read(link, _cursor, signal) {
    return link.looks.during(measure(link, signal))
  },
  parse: (raw, { at }) => ({
    samples: [],
    records: [
      ...(raw?.big ?? []).map((key): NewRecord => ({ kind: 'big-key', id: key.key, at, ...key })),
      ...(raw?.patterns ?? []).map((one): NewRecord => ({ kind: 'key-pattern', id: one.pattern, at, ...one })),
    ],
    topology: {},
  }),
}

const wanted = ({ sizes, sizedAt }: RedisLink): Wanted => ({
  keys: NAMES + sizes.known,
  least: performance.now() - sizedAt > PATIENCE_MS ? NAMES_FEW : NAMES_LEAST,
  weight: WEIGHT,
})

/** Null: the process asks about keys of so many servers that this one has no turn yet. */
async function measure(link: RedisLink, signal: AbortSignal): Promise<KeysAnswer | null> {
  link.patterns.begin(link.seen?.runId ?? '')
  const most = keyShare.take(link.sizes, performance.now(), wanted(link))
  if (most === 0) return null
  link.sizedAt = performance.now()
  const found = await names(link, Math.min(NAMES, most - link.sizes.known), signal)
  link.sizes.offer(found)
  // Elsewhere nobody would ever take them.
  if (link.seen?.policy.endsWith('lfu')) link.frequencies.offer(found)
  const asked = link.sizes.take(most)
  keyShare.giveBack(link.sizes, most - asked.length)
  const answers = await askPerKey(
    link,
    asked.map((key) => ['MEMORY', 'USAGE', key] as const),
    (answer) => numberOrGone('MEMORY USAGE', answer),
    signal,
  )
  const bytes = answers.map(hereOnly)
  const largest = link.sizes.learn(asked, bytes)
  assertSomeHere(link, answers)
  const types = await typesOf(link, largest, signal)
  const big = largest.flatMap(({ key, figure }, i) =>
    types[i] === null ? [] : [{ key: keyText(key.subarray(0, KEY_MAX)), type: types[i]!, bytes: figure }],
  )
  await learnPatterns(link, { found, asked, bytes }, signal)
  const keys = link.seen?.keys ?? null
  const patternsOfBig = big.map(({ key }) => patternOf(key))
  return {
    big,
    patterns: link.ttl.patternShares(serverNow(link.seen), PATTERNS).map((one) => ({
      ...one,
      ...(keys === null ? {} : { keys }),
      ...told(link.patterns.facts(one.pattern)),
      biggest: big.filter((_, i) => patternsOfBig[i] === one.pattern).slice(0, BIGGEST),
    })),
  }
}

/** What the sample of TTLs came past costs no walk; on a quiet server that are few, and a walk of its own goes on. */
async function names(link: RedisLink, most: number, signal: AbortSignal): Promise<Buffer[]> {
  const found = link.passed.takeAll().slice(-most)
  for (let walked = 0; found.length < most && walked < most; walked += link.slices.names) {
    const slice = await scan(link, link.walk, most - found.length, signal)
    link.walk = slice.cursor
    found.push(...slice.found)
    if (slice.cursor === '0') break
  }
  return found
}

type Look = { found: Buffer[]; asked: Buffer[]; bytes: (number | null)[] }

/** Takes the slice into the sample of patterns. The largest keys are measured in each look: counted each time, they would make every mean too large. */
async function learnPatterns(link: RedisLink, { found, asked, bytes }: Look, signal: AbortSignal): Promise<void> {
  const names = new Set(found.map(nameOf))
  const slice: { key: Buffer; pattern: string }[] = []
  for (const [i, key] of asked.entries()) {
    const size = bytes[i]
    if (size == null || !names.has(nameOf(key))) continue
    const pattern = interned(patternOf(keyText(key)))
    link.patterns.size(pattern, size)
    slice.push({ key, pattern })
  }
  const kept = link.patterns.wantingIdle(slice).slice(0, SLICE_KEPT)
  link.slice = { keys: packed(kept.map(({ key }) => key)), patterns: kept.map(({ pattern }) => pattern) }
  const wanting = link.patterns.wantingType(slice).slice(0, TYPES)
  const keys = wanting.slice(0, link.lookups.take(performance.now(), wanting.length, LEAVE).count)
  const types = await askTypes(
    link,
    keys.map(({ key }) => key),
    signal,
  )
  for (const [i, type] of types.entries()) if (type !== null) link.patterns.type(keys[i]!.pattern, type)
}

function told({ bytesMean, sizes, types, idleSecondsMedian, idles }: PatternFacts) {
  return {
    bytesMean: bytesMean?.value ?? null,
    // Of one size nothing is known of the others.
    ...(bytesMean && sizes > 1 ? { bytesLow: Math.max(0, bytesMean.low), bytesHigh: bytesMean.high } : {}),
    sizes,
    types,
    ...(idleSecondsMedian === null ? {} : { idleSecondsMedian, idles }),
  }
}

/** TYPE of each key, asked once for each while it is among the largest; null: gone, or not known yet because the budget of lookups is used up. */
async function typesOf(link: RedisLink, largest: readonly Leader[], signal: AbortSignal): Promise<(string | null)[]> {
  const types = largest.map(({ note }) => note)
  const unknown = largest
    .keys()
    .filter((i) => types[i] === null)
    .toArray()
  const asked = unknown.slice(0, link.lookups.take(performance.now(), unknown.length).count)
  const keys = asked.map((i) => largest[i]!.key)
  const answers = await askTypes(link, keys, signal)
  for (const [i, type] of answers.entries()) {
    if (type === null) continue
    types[asked[i]!] = type
    link.patterns.type(interned(patternOf(keyText(keys[i]!))), type)
  }
  link.sizes.note(types)
  return types
}

/** TYPE of each key; null: it is gone, or elsewhere. */
async function askTypes(link: RedisLink, keys: Buffer[], signal: AbortSignal): Promise<(string | null)[]> {
  const answers = await askPerKey(
    link,
    keys.map((key) => ['TYPE', key] as const),
    (answer) => interned(printable(wordOf(answer).slice(0, 40))),
    signal,
  )
  const gone = answers.filter((answer) => answer === 'none').length
  link.looks.answered(answers.filter((answer) => answer !== ELSEWHERE).length - gone, gone)
  return answers.map((answer) => (answer === ELSEWHERE || answer === 'none' ? null : answer))
}
