import type { Probe } from '../../../model/product.ts'
import type { RedisLink } from '../link.ts'
import { unpacked } from '../packedKeys.ts'
import { askPerKey, ELSEWHERE, numberOrGone } from '../perKey.ts'

/** Keys of one look. */
const KEYS_MOST = 20
/** The TTL sample leaves 20: on a quiet server there is one for this. */
const LEAVE = 19

/** Idle times of the keys that the walk has just come past, for the page of patterns: how long since one was read or written last. */
export const idle: Probe<RedisLink, number> = {
  id: 'idle',
  feature: 'OBJECT IDLETIME',
  emits: {},
  everyMs: 15_000,
  cost: 'its part of the lookups that sampling may make (OBJECT IDLETIME), 0.7 µs of Redis CPU each',
  wanted({ config, seen }) {
    if (config.role !== 'cache') return 'only caches are sampled'
    if (seen === null) return 'waits for INFO'
    return seen.policy.endsWith('lfu') ? `the policy ${seen.policy} keeps no idle times` : true
  },
  read(link, _cursor, signal) {
    return link.looks.during(look(link, signal))
  },
  // What was learned is told with the patterns.
  parse: () => ({ samples: [], records: [], topology: {} }),
}

async function look(link: RedisLink, signal: AbortSignal): Promise<number> {
  const { keys, patterns } = link.slice
  const wanted = link.patterns.wantingIdle(unpacked(keys).map((key, i) => ({ key, pattern: patterns[i]! })))
  const asked = wanted.slice(0, link.lookups.take(performance.now(), Math.min(KEYS_MOST, wanted.length), LEAVE).count)
  const answers = await askPerKey(
    link,
    asked.map(({ key }) => ['OBJECT', 'IDLETIME', key] as const),
    (answer) => numberOrGone('OBJECT IDLETIME', answer),
    signal,
  )
  const gone = answers.filter((answer) => answer === null).length
  link.looks.answered(answers.filter((answer) => answer !== ELSEWHERE).length - gone, gone)
  for (const [i, answer] of answers.entries()) if (typeof answer === 'number') link.patterns.idle(asked[i]!.pattern, answer)
  return asked.length
}
