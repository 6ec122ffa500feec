import type { ClockStep } from '../model/clock.ts'
import { settleApprovals } from './approvals/settleApprovals.ts'
import { forecastsOf } from './curves/forecasts.ts'
import { targetLog } from './curves/targetLog.ts'
import { eventBody } from './events/eventBody.ts'
import { moveFreeze } from './freeze/freeze.ts'
import { tickHandDrills } from './handDrills/handDrills.ts'
import { sourcesOf } from './references/sources.ts'
import { createStalenessLook } from './references/stalenessLook.ts'
import type { Runtime } from './runtime.ts'
import { moveSilences } from './silences/silences.ts'
import { honourConsents, moveConsents } from './targets/monitorConsent.ts'
import { stalenessInThread } from './workers/curves.ts'

/** Moves the dates along that people have set. Not those that replicas share: of one clock that was wrong the others know nothing. */
function moveDates(runtime: Runtime, step: ClockStep): void {
  moveSilences(runtime, step)
  moveFreeze(runtime, step)
  moveConsents(runtime, step)
  runtime.auth.sessions.stepClock(step)
}

/** Subscribes the parts to one another: to events, to ticks, to the end of sessions. */
export function connectParts(runtime: Runtime): void {
  const { bus, cluster, engine, changes, dispatch, log } = runtime
  bus.on((event) => {
    if (event.type !== 'clock') return
    runtime.heartbeat?.stepClock(event.step.byMs)
    if (!runtime.config.state) moveDates(runtime, event.step)
    runtime.audit.own({ what: 'clock-set', detail: { ahead: `${Math.round(event.step.byMs / 1000)} s` } })
  })
  runtime.auth.onEnded(() => void runtime.stream.recheck())
  // Before anybody is told: whoever asks because of it gets what is made after it.
  bus.on(runtime.answers.heard)
  bus.on((event) => runtime.stream.publish(event, eventBody(runtime, event)))
  bus.on((event) => event.type === 'change' && runtime.audit.change(event.change, event.shared))
  engine.onTick(() => runtime.audit.tick())
  // What is done once for all replicas.
  engine.onTick(() => (cluster.leads() ? runtime.heartbeat?.tick() : undefined))
  engine.onTick(() => (cluster.leads() ? runtime.annotationPush?.tick() : undefined))
  const forecasts = forecastsOf(runtime, () => sourcesOf(runtime))
  engine.onTick(() => forecasts.tick())
  engine.onTick(() => runtime.patternRatios.tick())
  const staleness = createStalenessLook({
    store: runtime.store,
    sources: () => sourcesOf(runtime),
    log: (target) => targetLog(runtime, target),
    compute: stalenessInThread,
    now: runtime.now,
    logger: log,
  })
  engine.onTick(() => staleness.tick())
  engine.onTick(() => runtime.outbound?.tick())
  engine.onTick(() => (cluster.leads() ? tickHandDrills(runtime) : undefined))
  engine.onTick(() => runtime.autopilot.tick())
  engine.onTick(() => runtime.warming.tick())
  engine.onTick(() => settleApprovals(runtime))
  engine.onTick(async () => {
    const each = await Promise.allSettled([
      honourConsents(runtime),
      changes.tick(),
      (async () => dispatch.tick())(),
      runtime.references.tick(),
    ])
    for (const one of each) if (one.status === 'rejected') log.error({ err: one.reason }, 'a part of the tick failed')
  })
}
