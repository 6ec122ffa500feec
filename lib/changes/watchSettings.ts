import { WATCH_MAX_MS } from '../model/watch.ts'

export type WatchSettings = {
  /** Longest watch of a change with a prediction. Default, and at most, 115 s. */
  watchMs: number
  /** Watch of a change of one's own, which has no prediction. Default 60 s, and at most the longest watch. */
  ownMs: number
  /** Longest watch of a TTL policy, where two TTLs and a minute are longer. Default 24 h. */
  ttlWatchMs: number
  /** History before the write that the effect is held against. Default 60 s. */
  beforeMs: number
  /** Least time of settled traffic before a verdict. Default 20 s. */
  measureMs: number
  /** How far back a guard looks. Default 10 s. */
  guardMs: number
  /** The live values of a watched change are read this often. Default 5 s. */
  lookMs: number
  /** A roll-back that cannot reach its server is tried for so long. Default 120 s. */
  undoMs: number
  /** How long one read of a server's settings may take. Default 3 s. */
  readMs: number
  /** How long one write may take: a reload is seen through. Default 15 s. */
  writeMs: number
  /** Over how long a server that comes back into its pool gets its weight. Default 30 s; 0: at once. */
  slowStartMs: number
}

export const WATCH_DEFAULTS: WatchSettings = {
  watchMs: WATCH_MAX_MS,
  ownMs: 60_000,
  ttlWatchMs: 86_400_000,
  beforeMs: 60_000,
  measureMs: 20_000,
  guardMs: 10_000,
  lookMs: 5_000,
  undoMs: 120_000,
  readMs: 3_000,
  writeMs: 15_000,
  slowStartMs: 30_000,
}

/** The configured settings over their defaults, with the longest watch capped: a configuration may shorten it only, and then that of one's own changes too. */
export function watchSettings(own: Partial<WatchSettings> = {}): WatchSettings {
  const settings = { ...WATCH_DEFAULTS, ...own }
  const watchMs = Math.min(settings.watchMs, WATCH_MAX_MS)
  return { ...settings, watchMs, ownMs: Math.min(settings.ownMs, watchMs) }
}
