import { duration } from '../format/format.ts'
import type { Change } from '../model/change.ts'
import { type Job, jobEnded } from '../model/job.ts'
import { settingKey } from '../model/setting.ts'
import { heldSteps, type SlowStart } from '../model/slowStart.ts'
import { tickAwaited } from './awaited.ts'
import type { ChangesContext } from './context.ts'
import { endDrill } from './drill.ts'
import { endChange, endInDrift } from './end.ts'
import { breachedSinceOf, type GuardState } from './guards.ts'
import { leave } from './leave.ts'
import { othersDuring } from './others.ts'
import { retimedBy } from './retime.ts'
import { riseOnce } from './rise.ts'
import { continueRollback, startRollback } from './rollback.ts'
import { jobWatchMs } from './settle.ts'
import { sharedText } from './step.ts'
import { isOwn } from './undo.ts'
import { judgeWatch } from './watch.ts'
import type { Watch } from './watches.ts'

/** One tick of one change in flight: continues its roll-back or its job, judges its watch, and acts on the verdict. */
export async function tickChange(id: string, context: ChangesContext): Promise<void> {
  const { journal, jobs, mode } = context
  const change = journal.get(id)
  if (!change) return
  if (change.state === 'awaiting') return tickAwaited(change, context)
  if (mode() !== 'tune') return leave(id, context)
  if (change.rollingBack) {
    await continueRollback(change, context)
    return
  }
  if (change.state !== 'watching') return
  if (change.job) {
    const job = jobs.of(change)
    if (job.state === 'failed') {
      const because = `Its job failed: ${job.because}`
      await startRollback(id, { by: 'Evenkeel', because, automatic: true }, { verdict: 'unjudged', outcome: because }, context)
      return
    }
    jobs.run(change)
    shortenWatch(change, job, context)
  }
  await tickWatch(journal.get(id)!, context)
}

/** Of a job that takes as long as it takes, the watch ends soon after it. */
function shortenWatch(change: Change, job: Job, { journal, now }: ChangesContext): void {
  if (job.settleMs === undefined || !jobEnded(job.state)) return
  const until = now() + jobWatchMs(job, now())
  if (change.watchUntil! <= until + 1_000) return
  journal.note(
    change.id,
    { what: 'note', text: `The job has ended; its effect is measured for ${duration(job.settleMs)}.` },
    { watchUntil: until },
  )
}

async function tickWatch(change: Change, context: ChangesContext): Promise<void> {
  const { journal, jobs, watches, fleet, settings } = context
  const { id } = change
  const watch = watches.of(id)
  readLive(change, watch, context)
  const now = context.now()
  const job = change.job ? jobs.of(change) : null
  const { breached, drifted } = watch
  // Without a control group nobody asks about other changes.
  const others = change.controls ? othersDuring(change, context) : []
  const { decision, guards, breach, measured } = judgeWatch(
    { change, job, retimedBy: retimedBy(change, change.prediction?.where.target, context), fleet, breached, drifted, others, now },
    settings,
  )
  watch.breached = breachedSinceOf(guards)
  noteShared(change, guards, watch, context)
  if (change.drill && (decision.is === 'keep' || decision.is === 'wait'))
    return decision.is === 'wait' ? undefined : endDrill(change, context)
  if (decision.is === 'wait') return
  if (decision.is === 'rise') return riseOnce(change, now >= change.watchUntil!, context)
  if (decision.is === 'drift') return endInDrift(id, drifted, decision.outcome, context)
  const { verdict, outcome, judged } = decision
  const found = { ...measured, verdict, outcome, ...(judged && { judged }) }
  journal.note(id, { what: breach ? 'guard' : 'measured', text: outcome })
  if (decision.is === 'roll back') {
    await startRollback(id, { by: 'Evenkeel', because: outcome, automatic: true }, found, context)
    return
  }
  if (change.job) await jobs.finish(change, 'Evenkeel')
  const { needsPerson } = decision
  endChange(id, { what: 'kept', text: outcome }, { ...found, state: 'kept', ...(needsPerson && { needsPerson }) }, context)
}

/** Says once of each guard that its limit is passed and nothing is rolled back for it. */
function noteShared({ id }: Change, guards: readonly GuardState[], watch: Watch, { journal }: ChangesContext): void {
  for (const [i, { guard, seen, limit, shared }] of guards.entries()) {
    if (shared === null || seen.is !== 'measured' || watch.told.has(i)) continue
    watch.told.add(i)
    journal.note(id, { what: 'guard', text: sharedText({ guard, value: seen.value, limit }, shared) })
  }
}

/** Reads the live values in the background, so that a slow server delays no tick. A read that fails says nothing: loss of sight is no drift. */
function readLive(change: Change, watch: Watch, { journal, liveSettings, settings, now }: ChangesContext): void {
  if (watch.reading || now() - watch.readAt < settings.lookMs) return
  watch.reading = true
  watch.readAt = now()
  const held = heldSteps(change)
  liveSettings
    .live(held.map((step) => step.setting))
    .then((live) => {
      // A stage that was written meanwhile is the change's own value.
      if (!sameStage(change.slowStart, journal.get(change.id)?.slowStart)) return
      watch.drifted = held.flatMap((step) => {
        const value = live.get(settingKey(step.setting))
        return value === undefined || isOwn(step, value, liveSettings) ? [] : [{ step, live: value }]
      })
    })
    .catch(() => {})
    .finally(() => {
      watch.reading = false
    })
}

const sameStage = (a?: SlowStart, b?: SlowStart) => a?.stage === b?.stage && a?.writing === b?.writing && a?.doneAt === b?.doneAt
