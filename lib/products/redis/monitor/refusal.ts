import type { RedisLink } from '../link.ts'
import type { Burst } from './burst.ts'
import { consentMissing } from './consent.ts'

const OPS_MAX = 150_000
const CPU_MAX = 0.8
/** Of the commands: more than that is a storm, and what a server does then is not its usual day. */
const EVICTIONS_MAX = 0.5
/** Arguments are printed in full: a burst of larger ones costs the server more than HOTKEYS. */
const LINE_BYTES_MAX = 1_024
/** For so long HOTKEYS counts after such a burst. */
const LARGE_MS = 600_000

/** Why a server is not listened to now, or null. HOTKEYS, where it has that, takes the place of MONITOR then. */
export function refusalOf({ config, seen, monitored }: Pick<RedisLink, 'config' | 'seen' | 'monitored'>, now: number): string | null {
  const missing = consentMissing(config)
  if (missing !== null) return missing
  if (seen === null) return 'waits for INFO'
  if (seen.opsPerSecond > OPS_MAX) return `the server is too busy: ${seen.opsPerSecond} commands a second`
  if (seen.cpu !== null && seen.cpu > CPU_MAX) return `the server is too busy: ${Math.round(seen.cpu * 100)} % of a core`
  if (seen.evictedPerSecond !== null && seen.evictedPerSecond > Math.max(1_000, EVICTIONS_MAX * seen.opsPerSecond))
    return `the server is busy evicting: ${Math.round(seen.evictedPerSecond)} keys a second`
  return now < monitored.largeUntil ? 'its commands are large: HOTKEYS counts without printing them' : null
}

/** Until when HOTKEYS is to count instead, after this burst. */
export const largeUntil = ({ bytes, lines, ended }: Burst, now: number): number =>
  ended === 'bytes' || (lines > 0 && bytes / lines > LINE_BYTES_MAX) ? now + LARGE_MS : 0
