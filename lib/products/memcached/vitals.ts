import { decimalOf } from '../answers.ts'
import { saysProxy } from './parts.ts'

/** The newest `stats`' few numbers that other probes look at before they cost something. Rates are of the time since the one before. */
export type Vitals = {
  /** By the monotonic clock. */
  at: number
  /** How far the server's clock, which its keys end by, is ahead of ours, in ms. */
  aheadMs: number
  runId: string
  items: number
  proxy: boolean
  /** Null after a single one. */
  readsPerSecond: number | null
  evictedPerSecond: number | null
  /** Part of one core. */
  cpu: number | null
  /** Lines that watchers never got: NaN where it is not told. */
  lost: number
  counted: { reads: number; evicted: number; cpuSeconds: number }
}

/** Reads them out of an answer taken at `at` (monotonic) and `now` (epoch ms). What is no number counts as none. */
export function vitalsOf(text: string, at: number, now: number, before: Vitals | null): Vitals {
  const number = (name: string) => decimalOf(new RegExp(`^STAT ${name} (\\S{1,40})\\r?$`, 'm').exec(text)?.[1] ?? '')
  const [time, uptime] = [number('time'), number('uptime')]
  const runId = `${number('pid')}@${time - uptime}`
  const counted = {
    reads: number('get_hits') + number('get_misses'),
    evicted: number('evictions'),
    cpuSeconds: number('rusage_user') + number('rusage_system'),
  }
  const seconds = before?.runId === runId ? (at - before.at) / 1_000 : 0
  const perSecond = (name: keyof Vitals['counted']) => {
    const grown = before ? counted[name] - before.counted[name] : Number.NaN
    return seconds > 0 && Number.isFinite(grown) ? Math.max(0, grown) / seconds : null
  }
  return {
    at,
    aheadMs: Number.isFinite(time) ? time * 1_000 - now : 0,
    runId,
    items: number('curr_items') || 0,
    proxy: saysProxy((name) => !Number.isNaN(number(name))),
    readsPerSecond: perSecond('reads'),
    evictedPerSecond: perSecond('evicted'),
    cpu: perSecond('cpuSeconds'),
    lost: number('log_worker_dropped') + number('log_watcher_skipped'),
    counted,
  }
}
