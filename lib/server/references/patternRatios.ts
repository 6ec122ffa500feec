import type { PatternHitRatio } from '../../model/answers/key.ts'
import { EvenkeelError } from '../../model/error.ts'
import type { Log } from '../../model/log.ts'
import type { Store } from '../../model/store.ts'
import { keysNow, type LiveCache } from '../curves/liveCache.ts'
import { measuredRatio } from '../curves/measuredRatio.ts'
import { nextDue } from '../curves/nextDue.ts'
import type { PatternOutcomes, PatternsQuestion } from './computePatterns.ts'

/** Traffic changes over hours. */
const EVERY_MS = 300_000
const AGAIN_MS = 15_000
/** A model that is further off what is measured says nothing of its parts. */
const OFF_MOST = 0.03
const MODEL_ERROR = 0.01

type Options = {
  store: Pick<Store, 'query'>
  /** Targets that have references. */
  sources(): string[]
  live(target: string): LiveCache
  log(target: string): PatternsQuestion['log']
  compute(question: PatternsQuestion): Promise<PatternOutcomes | null>
  now(): number
  logger: Log
}

/** Hit ratios by pattern of keys, computed anew every few minutes: no server counts them, a simulation of its references does. */
export interface PatternRatios {
  /** Begins what is due, and does not wait for it. */
  tick(): void
  /** Null: not known. */
  of(target: string, pattern: string): PatternHitRatio | null
  /** For tests: what is under way. */
  idle(): Promise<void>
}

export function createPatternRatios({ store, sources, live, log, compute, now, logger }: Options): PatternRatios {
  const known = new Map<string, Map<string, PatternHitRatio>>()
  const dueAt = new Map<string, number>()
  let running: Promise<void> | null = null

  async function next(): Promise<void> {
    const target = nextDue(sources(), dueAt, now())
    if (target === undefined) return
    dueAt.set(target, now() + EVERY_MS)
    try {
      const found = await ratiosOf(target)
      known.set(target, found)
      if (found.size === 0) dueAt.set(target, now() + AGAIN_MS)
    } catch (error) {
      if (!(error instanceof EvenkeelError)) logger.error({ target, err: error }, 'hit ratios by pattern could not be computed')
    }
  }

  async function ratiosOf(target: string): Promise<Map<string, PatternHitRatio>> {
    const { keys: _, maxBytes: __, emptyBytes: ___, bytesPerKey: ____, ...rule } = live(target)
    const capacity = keysNow(live(target))
    if (capacity === null) return new Map()
    const outcomes = await compute({ log: log(target), question: { ...rule, sizes: { keys: [capacity] }, steady: true } })
    const measured = outcomes && measuredRatio(store, target, outcomes.from, outcomes.to)
    if (!outcomes || !measured) return new Map()
    const off = measured.ratio - ratio(outcomes.all)
    if (Math.abs(off) > OFF_MOST) return new Map()
    return new Map(outcomes.items.map((item) => [item.pattern, hitRatioOf(item, outcomes, off)]))
  }

  return {
    tick() {
      running ??= next().finally(() => {
        running = null
      })
    },
    of: (target, pattern) => known.get(target)?.get(pattern) ?? null,
    idle: () => running ?? Promise.resolve(),
  }
}

const ratio = ({ gets, misses }: { gets: number; misses: number }) => (gets > 0 ? 1 - misses / gets : 0)

/** With what the model is off over all keys in its band. */
function hitRatioOf(
  item: PatternOutcomes['items'][number],
  { from, to, all, samplingRate }: PatternOutcomes,
  off: number,
): PatternHitRatio {
  const value = ratio(item)
  const half = MODEL_ERROR + Math.abs(off) + 2 * Math.sqrt((value * (1 - value)) / item.gets)
  const clamp = (part: number) => Math.min(1, Math.max(0, part))
  return {
    value,
    low: clamp(value - half),
    high: clamp(value + half),
    readsShare: item.gets / all.gets,
    readsPerSecond: item.gets / samplingRate / Math.max(1, (to - from) / 1_000),
  }
}
