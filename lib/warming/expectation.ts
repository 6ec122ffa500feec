import type { Interval } from '../math/intervals.ts'
import type { Share, WarmExpectation, WarmRun } from '../model/warming.ts'
import { coldMisses, type Hook, warmingTimes } from '../predictions/warming.ts'
import { type Before, lookupsOf, OVER_MS } from './warmth.ts'

/** Traffic of the next minutes is that of the minute before, give or take this. */
const TRAFFIC = 0.2
/** Samples come each second, and the ratio is looked at each second. */
const SAMPLED_MS = 2_000

type Asked = { before: Before; emptiedAt: number; begunAt: number; keys: number; perSecond: number; covers: Share | null; factor: number }

const around = (value: number): Interval => ({ value, low: (1 - TRAFFIC) * value, high: (1 + TRAFFIC) * value })
const seconds = ({ value, low, high }: Interval): Share => ({ value: value / 1_000, low: low / 1_000, high: high / 1_000 })

/** What is expected of a run before its first call; a sentence where nothing can be. */
export function expectationOf({ before, emptiedAt, begunAt, keys, perSecond, covers, factor }: Asked): WarmExpectation | string {
  const { ratio, perSecond: lookups, items } = before
  if (items === null) return 'How many keys it held before is not reported.'
  const hits = around(ratio * lookups)
  const hook: Hook = { keys: Math.min(keys, items), perSecond, afterMs: begunAt - emptiedAt, covers }
  const times = warmingTimes({ hits, keys: items }, hook, OVER_MS[0])
  if (!times) return 'It was not read before it was emptied.'
  const { value, low, high } = seconds(times.withHook)
  const [least, most] = [Math.max(0, low - SAMPLED_MS / 1_000), high + SAMPLED_MS / 1_000]
  return {
    withHook: {
      value,
      low: Math.max(0, value - factor * (value - least)),
      high: value + factor * (most - value),
      ...(factor > 1 && { widened: factor }),
    },
    without: seconds(times.without),
    hitsPerSecond: hits,
    keys: items,
  }
}

/** Misses of readers that the hook has spared until a moment: what the model says of a cache that fills by itself, less what was measured. */
export function sparedOf(
  run: WarmRun,
  { window, until }: { window: Parameters<typeof lookupsOf>[0]['window']; until: number },
): Share | null {
  const { expects, emptiedAt, ratioBefore, target } = run
  if (!expects || emptiedAt === null || ratioBefore === null) return null
  const seen = lookupsOf({ window, target }, emptiedAt, until)
  if (!seen) return null
  const extra = Math.max(0, seen.lookups - seen.hits - (1 - ratioBefore) * seen.lookups)
  const hook: Hook = { keys: Math.min(run.keys, expects.keys), perSecond: run.perSecond, afterMs: run.at - emptiedAt, covers: run.covers }
  const alone = coldMisses({ hits: expects.hitsPerSecond, keys: expects.keys }, hook, until - emptiedAt)
  const less = (misses: number) => Math.max(0, misses - extra)
  // A hook that looks first whether a key is there has made as many misses of its own.
  return {
    value: less(alone.value),
    low: less(alone.low),
    high: Math.max(less(alone.value), Math.min(alone.high, less(alone.high) + (run.filled ?? 0))),
  }
}
