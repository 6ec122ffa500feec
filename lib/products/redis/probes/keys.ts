import { mean } from '../../../math/robust.ts'
import type { Probe } from '../../../model/product.ts'
import type { NewRecord } from '../../../model/record.ts'
import { keyText, printable, wordOf } from '../../answers.ts'
import { patternOf } from '../../patterns.ts'
import type { RedisLink } from '../link.ts'
import { askPerKey, assertSomeHere, ELSEWHERE, hereOnly, numberOrGone } from '../perKey.ts'
import { scan } from '../scan.ts'
import type { PatternShare } from '../ttlSample.ts'
import { serverNow } from '../vitals.ts'

const PATTERNS = 20
const KEY_MAX = 512
/** Names of one walk's slice. */
const NAMES = 1_000

export type KeysAnswer = {
  big: { key: string; type: string; bytes: number }[]
  patterns: (PatternShare & { bytesMean: number })[]
}

/** Which keys hold the memory, and which patterns: MEMORY USAGE, which Redis counts as no lookup, of the keys that a walk through the names comes past. */
export const keys: Probe<RedisLink, KeysAnswer> = {
  id: 'keys',
  feature: 'MEMORY USAGE',
  emits: { records: ['big-key', 'key-pattern'] },
  everyMs: 5_000,
  cost: '1.1 ms of Redis CPU each 5 s (SCAN COUNT 1 000, and MEMORY USAGE of what it found, 5 elements of each)',
  wanted(link) {
    if (link.config.role !== 'cache') return 'only caches are sampled'
    return (link.seen?.keys ?? 0) > 0 ? true : 'no keys have been sampled yet'
  },
  read(link, _cursor, signal) {
    return link.looks.during(measure(link, signal))
  },
  parse: ({ big, patterns }, { at }) => ({
    samples: [],
    records: [
      ...big.map((key): NewRecord => ({ kind: 'big-key', id: key.key, at, ...key })),
      ...patterns.map((one): NewRecord => ({ kind: 'key-pattern', id: one.pattern, at, ...one })),
    ],
    topology: {},
  }),
}

async function measure(link: RedisLink, signal: AbortSignal): Promise<KeysAnswer> {
  const { cursor, found } = await scan(link, link.walk, NAMES, signal)
  link.walk = cursor
  link.sizes.offer(found)
  link.frequencies.offer(found)
  const asked = link.sizes.take()
  const answers = await askPerKey(
    link,
    asked.map((key) => ['MEMORY', 'USAGE', key] as const),
    (answer) => numberOrGone('MEMORY USAGE', answer),
    signal,
  )
  const bytes = answers.map(hereOnly)
  const largest = link.sizes.learn(asked, bytes)
  assertSomeHere(link, answers)
  const types = await typesOf(
    link,
    largest.map(({ key }) => key),
    signal,
  )
  const byPattern = new Map<string, number[]>()
  for (const [i, key] of asked.entries()) {
    const size = bytes[i]
    if (size == null) continue
    const pattern = patternOf(keyText(key))
    byPattern.set(pattern, [...(byPattern.get(pattern) ?? []), size])
  }
  return {
    big: largest.flatMap(({ key, figure }, i) =>
      types[i] === null ? [] : [{ key: keyText(key.subarray(0, KEY_MAX)), type: types[i]!, bytes: figure }],
    ),
    patterns: link.ttl
      .patternShares(serverNow(link.seen), PATTERNS)
      .map((one) => ({ ...one, bytesMean: mean(byPattern.get(one.pattern) ?? []) ?? 0 })),
  }
}

/** TYPE of each key, asked once for each while it is among the largest; null: gone, or not known yet because the budget of lookups is used up. */
async function typesOf(link: RedisLink, largest: Buffer[], signal: AbortSignal): Promise<(string | null)[]> {
  const ids = largest.map((key) => key.toString('latin1'))
  const unknown = largest.filter((_, i) => !link.types.has(ids[i]!))
  const asked = unknown.slice(0, link.lookups.take(performance.now(), unknown.length).count)
  const answers = await askPerKey(
    link,
    asked.map((key) => ['TYPE', key] as const),
    (answer) => printable(wordOf(answer).slice(0, 40)),
    signal,
  )
  for (const [i, answer] of answers.entries())
    if (answer !== ELSEWHERE && answer !== 'none') link.types.set(asked[i]!.toString('latin1'), answer)
  const gone = answers.filter((answer) => answer === 'none').length
  link.looks.answered(answers.filter((answer) => answer !== ELSEWHERE).length - gone, gone)
  for (const id of link.types.keys()) if (!ids.includes(id)) link.types.delete(id)
  return ids.map((id) => link.types.get(id) ?? null)
}
