import type { HotKey } from '../model/record.ts'
import type { Store } from '../model/store.ts'
import type { HotNames, KeyReads, WarmSettings } from '../model/warming.ts'
import { KeyCounts } from './keyCounts.ts'
import { keyBytes, keyItem } from './keyItem.ts'

const PREFIX = 'warming/hot/'
/** The first names are kept at once, then at ever longer distances up to this. */
const KEEP_LEAST_MS = 1_000
const KEEP_MOST_MS = 60_000
/** Older names say little of what is read today. */
const NAMES_OLD_MS = 24 * 3_600_000
/** What is restored from names counts as so many reads: the first bursts correct it, they do not replace it. */
const RESTORED_READS = 3_000
/** Where a server tells parts and no counts, a look counts as so many reads. */
const LOOK_READS = 1_000
/** Names as text alone are not taken while a probe tells their bytes. */
const BYTES_REST_MS = 10 * 60_000

type Told = { reads?: KeyReads; hot: readonly Pick<HotKey, 'key' | 'share'>[] }
type Options = {
  memory: Store['memory']
  settings(target: string): WarmSettings | null
  /** Whether the cache is as usual: what a cold cache is asked for first is not what was hot before. */
  isWell(target: string): boolean
}

type Counted = { counts: KeyCounts; keptAt: number; everyMs: number; bytesAt: number; partly: boolean }

/**
 * The names of the hottest keys of each cache that has a hook, remembered while it is well. They are kept in the store, so that a restart of Evenkeel
 * loses none, and as they were before a cold start.
 */
export interface KeyMemory {
  hear(target: string, told: Told, at: number): void
  /** The names to replay: null where none are known that are young enough. */
  names(target: string, at: number): HotNames | null
  /** All that is remembered of other caches. */
  forget(but: { has(target: string): boolean }): void
}

export function createKeyMemory({ memory, settings, isWell }: Options): KeyMemory {
  const known = new Map<string, Counted>()

  function countedOf(target: string, { keys }: WarmSettings, at: number): Counted {
    const before = known.get(target)
    if (before) return before
    const counts = new KeyCounts(keys)
    const kept = namesOf(target, at)
    if (kept) {
      counts.add({ keys: kept.keys.map(([item, share]) => [keyBytes(item), share * RESTORED_READS]), reads: RESTORED_READS }, at)
      counts.name()
    }
    const counted = { counts, keptAt: kept?.at ?? 0, everyMs: KEEP_LEAST_MS, bytesAt: Number.NEGATIVE_INFINITY, partly: false }
    known.set(target, counted)
    return counted
  }

  function namesOf(target: string, at: number): HotNames | null {
    const kept = memory.get<HotNames>(PREFIX + target)
    return kept && kept.keys.length > 0 && at - kept.at < NAMES_OLD_MS ? kept : null
  }

  function keep(target: string, counted: Counted, at: number): void {
    const keys = counted.counts.name().map(([name, part]): [ReturnType<typeof keyItem>, number] => [keyItem(name), rounded(part)])
    const covers = counted.partly ? null : counted.counts.covers(at)
    memory.put(PREFIX + target, { at, keys, covers } satisfies HotNames)
    counted.keptAt = at
    counted.everyMs = Math.min(KEEP_MOST_MS, 2 * counted.everyMs)
  }

  return {
    hear(target, { reads, hot }, at) {
      const set = settings(target)
      if (!set || !isWell(target)) return
      const counted = countedOf(target, set, at)
      if (reads) counted.bytesAt = at
      else if (at - counted.bytesAt < BYTES_REST_MS) return
      const heard = reads ?? ofTexts(hot)
      if (heard.keys.length === 0) return
      counted.partly = reads === undefined
      counted.counts.add(heard, at)
      if (at - counted.keptAt >= counted.everyMs) keep(target, counted, at)
    },
    names: namesOf,
    forget(but) {
      for (const key of memory.keys(PREFIX)) if (!but.has(key.slice(PREFIX.length))) memory.delete(key)
      for (const target of known.keys()) if (!but.has(target)) known.delete(target)
    },
  }
}

/** Keys of which only the text is told. One with an escape, or cut, may stand for other bytes: it is left out. */
function ofTexts(hot: Told['hot']): KeyReads {
  const plain = hot.filter(({ key }) => !/\\|… \(\d+ bytes/.test(key))
  return { keys: plain.map(({ key, share }) => [Buffer.from(key, 'utf8').toString('latin1'), share * LOOK_READS]), reads: LOOK_READS }
}

const rounded = (part: number) => Number(part.toPrecision(3))
