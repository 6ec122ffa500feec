import type { HotkeysSession } from './answer.ts'

/** What a session counted between two looks: commands of the server meanwhile (null: not known), µs of all keys and of each of the hottest, bytes where they are told. */
export type Batch = {
  ms: number
  commands: number | null
  cpuUs: number
  sampleRatio: number
  keys: [key: string, us: number, bytes: number | null][]
}

/** 15 s: the smallest and the largest of six hold the median with 97 %. */
export const BATCHES = 6

/** The part of a session that came since the look before at it; all of it where that was another session. Null: nothing came. */
export function batchOf(before: HotkeysSession | null, now: HotkeysSession, commands: number | null): Batch | null {
  const earlier = before?.startedAt === now.startedAt && before.durationMs <= now.durationMs ? before : null
  const [us, bytes] = [new Map(earlier?.byCpu), new Map(earlier?.byBytes)]
  const bytesNow = new Map(now.byBytes)
  const ms = now.durationMs - (earlier?.durationMs ?? 0)
  const cpuUs = now.cpuUs - (earlier?.cpuUs ?? 0)
  if (ms <= 0 || cpuUs <= 0) return null
  return {
    ms,
    commands,
    cpuUs,
    sampleRatio: now.sampleRatio,
    // The sketch forgets a little: a count may fall.
    keys: now.byCpu.map(([key, sum]) => {
      const moved = bytesNow.get(key)
      return [key, Math.max(0, sum - (us.get(key) ?? 0)), moved === undefined ? null : Math.max(0, moved - (bytes.get(key) ?? 0))]
    }),
  }
}
