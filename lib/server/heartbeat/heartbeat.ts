import type { Config } from '../../config/config.ts'
import type { Engine } from '../../engine/engine.ts'
import { createHeartbeat, type Heartbeat } from '../../engine/heartbeat.ts'
import type { HeartbeatView } from '../../model/answers/heartbeat.ts'
import type { Log } from '../../model/log.ts'
import { iso, isoOrNull } from '../http/iso.ts'
import type { Runtime } from '../runtime.ts'
import { ping } from './ping.ts'

type Parts = { config: Config; engine: Engine; now(): number; monotonic(): number; log: Log }

/** A target that does not answer is asked once in half a minute; then nothing is polled that this is not seen of. */
const POLLS_WITHIN_MS = 60_000

/** The heartbeat of the configuration; null without one. */
export function heartbeatOf({ config, engine, now, monotonic, log }: Parts): Heartbeat | null {
  const { heartbeat, poll } = config
  if (!heartbeat) return null
  return createHeartbeat({
    everyMs: heartbeat.everyMs,
    send: (signal) => ping(heartbeat.url, signal),
    judgedAt: () => engine.tickedAt(),
    polled: () => engine.targets(),
    pollsWithinMs: Math.max(POLLS_WITHIN_MS, 3 * poll.everyMs),
    now,
    monotonic,
    log,
  })
}

export function heartbeatView({ heartbeat, config }: Runtime): HeartbeatView {
  if (!heartbeat || !config.heartbeat) return { configured: false }
  const { takenAt, failing, paused } = heartbeat.state()
  return {
    configured: true,
    everyMs: config.heartbeat.everyMs,
    takenAt: isoOrNull(takenAt),
    failing: failing && { since: iso(failing.since), answer: failing.answer },
    paused,
  }
}
