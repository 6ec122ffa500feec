import { median } from '../../math/robust.ts'
import type { HotKey } from '../../model/record.ts'

// Redis's defaults: lfu-log-factor 10, lfu-decay-time 1 minute.
const FACTOR = 10
const DECAY_SECONDS = 60
/** A new key's counter. */
const START = 5
const FULL = 255
/** The precision of an LFU counter: a third to three times. It shows the class of a key, not its rank. */
const WIDE = 3
const HOT_SHARE = 0.01
const HOT_TIMES = 5

/**
 * Reads a second that keep Redis's logarithmic counter where it is: it rises with probability 1 / ((counter − 5) · 10 + 1) at each access
 * and falls by one a minute (Redis, evict.c, LFULogIncr and LFUDecrAndReturn). At 255 it is full: at least 42 a second.
 */
export const perSecondOf = (counter: number): number => (Math.max(0, counter - START) * FACTOR + 1) / DECAY_SECONDS

/** Keys by their LFU counters, as classes with wide intervals, hottest first. `readsPerSecond` is the server's. */
export function lfuClasses(
  keys: readonly { key: string; counter: number }[],
  readsPerSecond: number,
): Pick<HotKey, 'key' | 'share' | 'low' | 'high' | 'perSecond' | 'lines' | 'hot'>[] {
  const classes = keys
    .filter(({ counter }) => counter > START && readsPerSecond > 0)
    .map(({ key, counter }) => {
      const perSecond = Math.min(readsPerSecond, perSecondOf(counter))
      const share = perSecond / readsPerSecond
      return { key, share, low: share / WIDE, high: counter >= FULL ? 1 : Math.min(1, share * WIDE), perSecond, lines: 0 }
    })
    .sort((a, b) => b.share - a.share)
  const bar = Math.max(HOT_SHARE, HOT_TIMES * (median(classes.map((one) => one.share)) ?? 0))
  return classes.map((one) => ({ ...one, hot: one.low > bar }))
}
