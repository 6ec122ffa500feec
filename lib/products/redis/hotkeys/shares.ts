import { wilson } from '../../../math/intervals.ts'
import { median } from '../../../math/robust.ts'
import type { HotKey } from '../../../model/record.ts'
import type { HotkeysWindow } from './answer.ts'
import type { Batch } from './batches.ts'

export type CountedKey = Pick<
  HotKey,
  'key' | 'share' | 'low' | 'high' | 'perSecond' | 'lines' | 'hot' | 'measure' | 'heardMs' | 'bytesPerSecond'
>

/** As for MONITOR bursts: surely above both, a key stands out of the crowd. */
const HOT_SHARE = 0.01
const HOT_TIMES = 5

/** With fewer batches one slow command may stand for a hot key. */
const BATCHES_LEAST = 3

/**
 * Keys by their share of the CPU time, hottest first: the trimmed mean of the batches, without the smallest and the largest, which are its bounds,
 * no narrower than chance in the commands that were sampled. Not the mean: where the server is descheduled for a moment, the command of that
 * moment is charged for it. Nor the median, which would make less of as many commands.
 */
export function sessionShares(batches: readonly Batch[]): CountedKey[] {
  if (batches.length < BATCHES_LEAST) return []
  const heardMs = sum(batches.map(({ ms }) => ms))
  const lines = Math.round(sum(batches.map(({ commands, sampleRatio }) => (commands ?? 0) / sampleRatio)))
  const names = new Set(batches.flatMap(({ keys }) => keys.map(([key]) => key)))
  const found = batches.map(({ keys }) => new Map(keys.map(([key, us, bytes]) => [key, { us, bytes }])))
  return stated(
    [...names].map((key) => {
      const shares = batches.map(({ cpuUs, sampleRatio }, i) => Math.min(1, ((found[i]!.get(key)?.us ?? 0) * sampleRatio) / cpuUs))
      const share = trimmedMean(shares)
      const chance = shareOf(share, lines)
      const bytes = batches.map(({ sampleRatio }, i) => (found[i]!.get(key)?.bytes ?? Number.NaN) * sampleRatio).filter(Number.isFinite)
      return {
        ...chance,
        low: Math.min(chance.low, ...shares),
        high: Math.max(chance.high, ...shares),
        key,
        perSecond: null,
        measure: 'cpu-time' as const,
        heardMs,
        ...(bytes.length === batches.length ? { bytesPerSecond: (sum(bytes) * 1_000) / heardMs } : {}),
      }
    }),
  )
}

function trimmedMean(values: readonly number[]): number {
  const [, ...rest] = [...values].sort((a, b) => a - b)
  return sum(rest.slice(0, -1)) / (rest.length - 1)
}

const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0)

/** How Valkey samples, of its configuration; null: it does not tell. */
export type Sampling = { topK: number | null; windowSeconds: number | null; percentage: number | null }

/** A window's keys by their share of the accesses, hottest first. `perSecond`: commands of the server. Keys of several databases are one where they are called the same. */
export function windowShares({ keys }: HotkeysWindow, perSecond: number, { windowSeconds, percentage }: Sampling): CountedKey[] {
  const rates = new Map<string, number>()
  for (const one of keys) rates.set(one.key, (rates.get(one.key) ?? 0) + one.perSecond)
  // INFO's rate is of another moment than the window: a part is never more than the whole.
  const all = Math.max(perSecond, sum([...rates.values()]))
  if (all <= 0) return []
  const lines = Math.round((all * (windowSeconds ?? 1) * (percentage ?? 1)) / 100)
  return stated(
    [...rates].map(([key, rate]) => ({
      ...shareOf(rate / all, lines),
      key,
      perSecond: rate,
      measure: 'accesses' as const,
      ...(windowSeconds === null ? {} : { heardMs: windowSeconds * 1_000 }),
    })),
  )
}

function shareOf(share: number, lines: number) {
  const { low, high } = wilson(share * lines, lines)
  return { share, low: Math.min(low, share), high: Math.max(high, share), lines }
}

function stated(keys: Omit<CountedKey, 'hot'>[]): CountedKey[] {
  const hottest = keys.filter(({ share }) => share > 0).sort((a, b) => b.share - a.share || (a.key < b.key ? -1 : 1))
  const bar = Math.max(HOT_SHARE, HOT_TIMES * (median(hottest.map(({ share }) => share)) ?? 0))
  return hottest.map((key) => ({ ...key, hot: key.low > bar }))
}
