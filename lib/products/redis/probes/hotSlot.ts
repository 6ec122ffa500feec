import type { Probe } from '../../../model/product.ts'
import type { NewRecord } from '../../../model/record.ts'
import { keyText } from '../../answers.ts'
import type { RedisLink } from '../link.ts'
import { askPerKey, ELSEWHERE, numberOrGone } from '../perKey.ts'
import { type HotSlot, hotSlots, keysOfSlots, type UsedKeys } from '../slots/hotSlots.ts'

const KEY_MAX = 512
/** Keys of a slot that are looked at: of a slot with more, none is surely the hot one. */
const KEYS_MOST = 10
/** The TTL sample leaves 20. */
const LEAVE = 9

type Answer = { slots: UsedKeys[]; spanMs: number }

/** The keys of the slots that take most of a node's time, where neither HOTKEYS nor MONITOR nor LFU counters tell hot keys. */
export const hotSlot: Probe<RedisLink, Answer> = {
  id: 'hot-slot',
  feature: 'hot slots',
  // As with LFU counters: a page shows them, no rule judges by them.
  emits: {},
  everyMs: 30_000,
  cost: 'at most 3 calls of CLUSTER GETKEYSINSLOT, 30 lookups of OBJECT IDLETIME, each 30 s',
  wanted({ config, seen, deaf, hotkeys, slots }) {
    if (seen === null) return 'waits for INFO'
    if (!seen.clustered) return 'it is no node of a Redis Cluster'
    if (hotkeys.tells) return 'not needed: HOTKEYS tells more'
    if (config.monitor === 'bursts' && deaf === null) return 'not needed: MONITOR tells more'
    if (seen.policy.endsWith('lfu')) return 'not needed: LFU counters tell more'
    if (config.role !== 'cache') return 'only caches are sampled'
    return slots.newest?.load ? true : 'the server counts no load for each slot (CLUSTER SLOT-STATS with cluster-slot-stats-enabled yes)'
  },
  read(link, _cursor, signal) {
    return link.looks.during(look(link, signal))
  },
  parse({ slots, spanMs }, { at }) {
    const keys = keysOfSlots(slots, spanMs)
    return { samples: [], records: keys.map((key): NewRecord => ({ kind: 'hot-key', id: key.key, at, ...key })), topology: {} }
  },
}

async function look(link: RedisLink, signal: AbortSignal): Promise<Answer> {
  const { newest } = link.slots
  const slots: UsedKeys[] = []
  for (const slot of newest ? hotSlots(newest) : []) slots.push(await usedIn(link, slot, signal))
  return { slots, spanMs: newest?.spanMs ?? 0 }
}

async function usedIn(link: RedisLink, slot: HotSlot, signal: AbortSignal): Promise<UsedKeys> {
  const found = await link.client.callBytes(['CLUSTER', 'GETKEYSINSLOT', slot.slot, KEYS_MOST], signal)
  const keys = Array.isArray(found) ? found.filter(Buffer.isBuffer) : []
  const name = (key: Buffer) => keyText(key.subarray(0, KEY_MAX))
  // Its only key needs no look.
  if (slot.keys === 1 && keys.length === 1) return { ...slot, used: keys.map(name), asked: 1 }
  const asked = keys.slice(0, link.lookups.take(performance.now(), keys.length, LEAVE).count)
  const answers = await askPerKey(
    link,
    asked.map((key) => ['OBJECT', 'IDLETIME', key] as const),
    (answer) => numberOrGone('OBJECT IDLETIME', answer),
    signal,
  )
  const gone = answers.filter((answer) => answer === null).length
  link.looks.answered(answers.filter((answer) => answer !== ELSEWHERE).length - gone, gone)
  const used = asked.filter((_, i) => {
    const idle = answers[i]
    return typeof idle === 'number' && idle <= 1
  })
  return { ...slot, used: used.map(name), asked: asked.length }
}
