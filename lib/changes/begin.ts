import type { Change } from '../model/change.ts'
import type { Fleet } from '../model/fleet.ts'
import type { Job } from '../model/job.ts'
import { lastStage } from '../model/slowStart.ts'
import { WATCH_MAX_MS } from '../model/watch.ts'
import { baselineFrom, baselineOf } from './baseline.ts'
import type { ChangesContext } from './context.ts'
import { controlGroupsOf } from './controlGroups.ts'
import { beforeReach, delayOfChange, watchedFor } from './delay.ts'
import { othersDuring } from './others.ts'
import { refresh } from './refresh.ts'
import { jobWatchMs, watchLimitMs } from './settle.ts'
import type { WatchSettings } from './watchSettings.ts'

/** The fields that a watch begins with: from when, until when, and the baseline that the effect is held against. Pure in what it is given. */
export function watchOpening(
  change: Change,
  {
    job,
    problemSince,
    fleet,
    others = [],
    now,
  }: { job: Job | null; problemSince: number; fleet: Pick<Fleet, 'window' | 'topology'>; others?: readonly Change[]; now: number },
  settings: WatchSettings,
): Partial<Change> {
  const { slowStart } = change
  const delay = delayOfChange(change, fleet.topology())
  const beforeMs = beforeReach(settings.beforeMs, delay)
  const baseline = change.baseline ?? baselineOf(change, problemSince, fleet, now, beforeMs)
  const span = { now, from: baselineFrom(change, problemSince, fleet, beforeMs), beforeMs }
  const controls = change.controls ?? controlGroupsOf({ ...change, baseline }, others, fleet, span)
  const limit = job ? jobWatchMs(job, now) : (change.drill?.lastsMs ?? watchedFor(watchLimitMs(change, fleet.topology(), settings), delay))
  return {
    state: 'watching',
    watchFrom: now,
    watchUntil: now + Math.max(limit, slowStart ? Math.min(WATCH_MAX_MS, limit + lastStage(slowStart) * slowStart.everyMs) : 0),
    ...(baseline && { baseline }),
    ...(controls.length > 0 && { controls }),
    ...(slowStart && { slowStart: { ...slowStart, nextAt: now + slowStart.everyMs } }),
  }
}

/**
 * Begins the watch of a change of which every step is written, and marks its proposal as applied. `before`: until when the old values surely held
 * (epoch ms), where that was not the moment in which the change was made.
 */
export function beginWatch(id: string, text: string, context: ChangesContext, before?: number): void {
  const { store, bus, journal, jobs, fleet, settings } = context
  const change = journal.get(id)!
  const problemSince = (change.finding && store.findings.get(change.finding)?.since) || 0
  const job = change.job ? jobs.of(change) : null
  const others = othersDuring(change, context)
  const opening = watchOpening(
    before === undefined ? change : { ...change, at: before },
    { job, problemSince, fleet, others, now: context.now() },
    settings,
  )
  journal.note(id, { what: 'watching', text }, opening)
  const proposal = change.proposal ? store.proposals.get(change.proposal) : null
  if (proposal && proposal.state !== 'applied') {
    const applied = { ...proposal, state: 'applied' as const }
    store.proposals.put(applied)
    bus.emit({ type: 'proposal', proposal: applied })
  }
  refresh(change, context)
}
