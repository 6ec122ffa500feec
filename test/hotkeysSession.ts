import type { HotkeysSession } from '../lib/products/redis/hotkeys/answer.ts'

/** A session of HOTKEYS that has run for 2.5 s and counted nothing. */
export const hotkeysSession = (given: Partial<HotkeysSession>): HotkeysSession => ({
  dialect: 'redis',
  active: true,
  sampleRatio: 1,
  startedAt: 1_000,
  durationMs: 2_500,
  cpuUs: 10_000,
  byCpu: [],
  byBytes: [],
  ...given,
})
