import { median } from '../../../math/robust.ts'
import type { HotKey } from '../../../model/record.ts'
import type { Measured } from './meter.ts'

/** Slots whose keys are asked for. */
const SLOTS = 3
/** A slot stands out that has this part of its node's load, and so many times the median of the slots that hold keys. */
const SHARE_LEAST = 0.02
const TIMES = 5

export type HotSlot = { slot: number; share: number; keys: number }

/** The slots that stand out of their node's load, hottest first. Pure. */
export function hotSlots({ slots, keys, load }: Measured): HotSlot[] {
  if (load === null) return []
  const all = load.reduce((sum, one) => sum + one, 0)
  if (all <= 0) return []
  const held = slots.map((slot, i) => ({ slot, share: load[i]! / all, keys: keys[i]! })).filter((one) => one.keys > 0)
  const bar = Math.max(SHARE_LEAST, TIMES * (median(held.map(({ share }) => share)) ?? 0))
  return held
    .filter(({ share }) => share >= bar)
    .sort((a, b) => b.share - a.share)
    .slice(0, SLOTS)
}

/** Keys of a slot that were used within the last second, as names. `asked`: how many of the slot's keys were looked at. */
export type UsedKeys = HotSlot & { used: string[]; asked: number }

/**
 * Hot keys by the load of their slots: a slot's load is that of its only key; of several in use each may have all of it or hardly any. Redis and
 * Valkey count CPU time for each slot, which is what the share is of.
 */
export function keysOfSlots(slots: readonly UsedKeys[], spanMs: number): Omit<HotKey, 'kind' | 'target' | 'id' | 'at'>[] {
  return slots.flatMap(({ share, keys, used, asked }) =>
    used.map((key) => {
      const sure = keys === 1 || (used.length === 1 && asked >= keys)
      const part = sure ? share : share / used.length
      return {
        key,
        share: part,
        low: sure ? share : 0,
        high: share,
        perSecond: null,
        method: 'slot-stats' as const,
        lines: 0,
        measure: 'cpu-time' as const,
        heardMs: spanMs,
        hot: sure,
      }
    }),
  )
}
