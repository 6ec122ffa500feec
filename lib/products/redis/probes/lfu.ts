import type { Probe } from '../../../model/product.ts'
import type { NewRecord } from '../../../model/record.ts'
import { keyText } from '../../answers.ts'
import { lfuClasses } from '../lfu.ts'
import type { RedisLink } from '../link.ts'
import { askPerKey, ELSEWHERE, hereOnly, numberOrGone } from '../perKey.ts'

const KEY_MAX = 512
/** Lookups that are left for the types of big keys. */
const LEAVE = 5

type Answer = { readsPerSecond: number; keys: { key: string; counter: number }[] }

/** The LFU counters of sampled keys: which class a key is of, where MONITOR may not be used and the policy keeps such counters. */
export const lfu: Probe<RedisLink, Answer> = {
  id: 'lfu',
  feature: 'OBJECT FREQ',
  // Its hot keys are classes of a counter of eight bits: a page shows them, no rule judges by them.
  emits: {},
  everyMs: 5_000,
  cost: 'its part of the lookups that sampling may make (OBJECT FREQ), 0.7 µs of Redis CPU each',
  wanted({ config, seen, deaf, hotkeys }) {
    if (config.role !== 'cache') return 'only caches are sampled'
    if (seen === null) return 'waits for INFO'
    if (!seen.policy.endsWith('lfu')) return `the policy ${seen.policy || 'of this server'} keeps no counts of keys`
    if (hotkeys.tells) return 'not needed: HOTKEYS tells more'
    return config.monitor === 'bursts' && deaf === null ? 'not needed: MONITOR tells more' : true
  },
  read(link, _cursor, signal) {
    link.lfuRead = true
    return link.looks.during(look(link, signal))
  },
  parse({ keys, readsPerSecond }, { at }) {
    const classes = lfuClasses(keys, readsPerSecond)
    const records = classes.map((key): NewRecord => ({ kind: 'hot-key', id: key.key, at, method: 'lfu', ...key }))
    return { samples: [], records, topology: {} }
  },
}

async function look(link: RedisLink, signal: AbortSignal): Promise<Answer> {
  const asked = link.frequencies.take(link.lookups.take(performance.now(), link.frequencies.size, LEAVE).count)
  const answers = await askPerKey(
    link,
    asked.map((key) => ['OBJECT', 'FREQ', key] as const),
    (answer) => numberOrGone('OBJECT FREQ', answer),
    signal,
  )
  const gone = answers.filter((answer) => answer === null).length
  link.looks.answered(answers.filter((answer) => answer !== ELSEWHERE).length - gone, gone)
  const counters = answers.map(hereOnly)
  const leaders = link.frequencies.learn(asked, counters)
  return {
    readsPerSecond: link.seen?.lookupsPerSecond ?? 0,
    keys: leaders.map(({ key, figure }) => ({ key: keyText(key.subarray(0, KEY_MAX)), counter: figure })),
  }
}
