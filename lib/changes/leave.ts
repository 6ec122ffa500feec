import { count } from '../format/format.ts'
import type { Change } from '../model/change.ts'
import type { Job } from '../model/job.ts'
import type { Step } from '../model/proposal.ts'
import { settingKey } from '../model/setting.ts'
import { type HeldStep, heldSteps, isRising, lastStage, stepsBetween } from '../model/slowStart.ts'
import type { ChangesContext } from './context.ts'
import { endChange, markContested } from './end.ts'
import { isActive } from './journal.ts'
import type { LiveSettings } from './liveSettings.ts'
import { publicError } from './publicError.ts'
import { driftText } from './step.ts'
import { type Drifted, isOwn } from './undo.ts'

/** The end of a change in observe mode: what its servers hold, and the commands that a person would send to go either way. */
export type Left = {
  state: 'kept' | 'rolled_back' | 'failed'
  outcome: string
  needsPerson?: string
  /** The commands that put back what the servers hold of the change; empty when they hold nothing of it. */
  undo: string[]
  /** The commands that complete the change, where it was left half-way. */
  finish: string[]
  drifted: Drifted[]
}

/** `live`: the settings' values, or why they cannot be read. `job`: the change's long work, once it has begun; `undo`: items whose undo is stored. */
export type Found = { live: ReadonlyMap<string, string> | { because: string }; job: Job | null; undo: number }

const OBSERVES = 'Evenkeel is in observe mode and writes nothing'
const NOTHING_WRITTEN: Left = {
  state: 'failed',
  outcome: 'Not applied: Evenkeel ended before it wrote anything.',
  undo: [],
  finish: [],
  drifted: [],
}
const BY_HAND = 'Use the commands below, or "Roll back" in tune mode, which does the same.'

/** Ends a change that a start or a tick finds in flight in observe mode. Its values stay as they are, because nothing may be written. */
export async function leave(id: string, context: ChangesContext): Promise<void> {
  const { journal, jobs, liveSettings, store } = context
  const change = journal.get(id)
  if (!change || !isActive(change)) return
  const job = change.job === undefined ? null : store.jobs.get(change.job)
  if (job) await jobs.finish(change, 'Evenkeel')
  const live = await liveSettings
    .live(heldSteps(change).map((step) => step.setting))
    .catch((error: unknown) => ({ because: publicError(error, 'a server cannot be read now.').message }))
  const left = leaveStanding(change, { live, job: job && store.jobs.get(job.id), undo: await store.undo.count(id) }, liveSettings)
  const { state, outcome, needsPerson, undo, finish, drifted } = left
  markContested(id, drifted, context)
  endChange(
    id,
    { what: drifted.length > 0 ? 'drift' : state, text: outcome },
    {
      state,
      outcome,
      verdict: state === 'failed' ? change.verdict : 'unjudged',
      ...(state === 'rolled_back' && { automatic: change.rollingBack!.automatic }),
      needsPerson,
      ...(undo.length > 0 && { undo }),
      ...(finish.length > 0 && { finish }),
    },
    context,
  )
}

/**
 * The end of a change that is found in flight in observe mode, where neither its watch nor its roll-back could write. Pure in what it is
 * given: nothing is guessed, the servers' own values say how far it came.
 */
function leaveStanding(change: Change, { live, job, undo }: Found, liveSettings: LiveSettings): Left {
  if (change.job !== undefined) return leaveJob(change, job, undo, liveSettings)
  if (!(live instanceof Map)) return leaveUnread(change, (live as { because: string }).because, liveSettings)
  const liveOf = (step: Step) => live.get(settingKey(step.setting)) ?? ''
  const steps = heldSteps(change)
  const standing = steps.filter((step) => isOwn(step, liveOf(step), liveSettings))
  const others = steps.filter((step) => !standing.includes(step))
  // While the change was being written the old value is no drift; while it was watched, another writer has put it back.
  const back = isHalfWay(change) ? others.filter((step) => liveSettings.same(step.setting, liveOf(step), step.before)) : []
  const drifted = others.filter((step) => !back.includes(step)).map((step) => ({ step, live: liveOf(step) }))
  return drifted.length > 0 ? leaveDrifted(standing, drifted, liveSettings) : leaveRead(change, { standing, back, liveOf }, liveSettings)
}

/** Whether it ended between two writes: of its apply, or of its roll-back. */
const isHalfWay = ({ state, rollingBack }: Change) => state === 'applying' || rollingBack !== undefined

function leaveUnread(change: Change, because: string, liveSettings: LiveSettings): Left {
  const steps = heldSteps(change)
  return {
    state: 'kept',
    outcome: `${OBSERVES}: the change was found in flight and ends here, not judged. What its servers hold is not known: ${because}`,
    needsPerson: `Check what ${namesOf(steps)} hold. ${BY_HAND}`,
    undo: inverseOf(steps, liveSettings),
    finish: commandsOf(isHalfWay(change) ? steps : missingOf(change), liveSettings),
    drifted: [],
  }
}

function leaveDrifted(standing: readonly HeldStep[], drifted: Drifted[], liveSettings: LiveSettings): Left {
  return {
    state: 'failed',
    outcome: `${driftText(drifted)} ${OBSERVES}: what else was written stays.`,
    needsPerson: `Somebody else changes this setting. Nothing more is proposed for it until you decide who owns it.${standing.length > 0 ? ` ${namesOf(standing)} still hold what this change wrote.` : ''}`,
    undo: inverseOf(standing, liveSettings),
    finish: [],
    drifted,
  }
}

/** Splits steps into `standing`, whose new value the servers hold, and `back`, whose old one they hold. */
type Standing = { standing: HeldStep[]; back: HeldStep[]; liveOf(step: Step): string }

function leaveRead(change: Change, { standing, back, liveOf }: Standing, liveSettings: LiveSettings): Left {
  const steps = heldSteps(change)
  // A server that reads its file only on a reload may still run with the other text.
  const unsure = isHalfWay(change) ? steps.filter(({ setting }) => needsResume(setting, liveSettings)) : []
  if (standing.length === 0 && (unsure.length === 0 || change.state === 'applying')) {
    if (!change.rollingBack) return NOTHING_WRITTEN
    return { state: 'rolled_back', outcome: change.rollingBack.because, undo: [], finish: [], drifted: [] }
  }
  const unsureTargets = [...new Set(unsure.map(({ setting }) => setting.target))].join(', ')
  const maybe =
    unsure.length > 0
      ? ` ${unsureTargets} may not have loaded its file yet, so it is not known whether the file's values are in force.`
      : ''
  const half = back.length > 0 && standing.length > 0
  const rising = isRising(change)
  const where = half
    ? ` It is half-way: ${holds(standing, liveOf)}; ${holds(back, liveOf)}.`
    : rising
      ? ` A weight is still rising: ${holds(standing, liveOf)}.`
      : ` ${holds(steps, liveOf)}.`
  const doing = change.rollingBack ? 'while it was rolled back' : change.state === 'applying' ? 'while it wrote' : 'while it watched'
  return {
    state: 'kept',
    outcome: `${OBSERVES}: Evenkeel ended ${doing}, and the change ends here, not judged.${where}${maybe}`,
    needsPerson: `${half || rising || maybe ? 'Decide whether it is completed or put back.' : 'Decide whether it stays.'} ${BY_HAND}`,
    undo: inverseOf(half && !maybe ? standing : steps, liveSettings),
    finish: commandsOf(maybe ? steps : half ? back : missingOf(change), liveSettings),
    drifted: [],
  }
}

/** The end of a change with long work. How much was written is counted in the undo, which is stored before each write: a job's own count is a second old. */
function leaveJob(change: Change, job: Job | null, recorded: number, liveSettings: LiveSettings): Left {
  if (!job || recorded === 0) return NOTHING_WRITTEN
  const until = new Date(job.undoableUntil).toISOString()
  const [step] = change.steps
  return {
    state: 'kept',
    outcome: `${OBSERVES}: the job and its change end here, not judged. What the job wrote, up to ${count(recorded)} items, stays.`,
    needsPerson: `Decide whether it stays. What each of them held is stored until ${until}; in tune mode "Roll back" puts it back.`,
    undo: [
      `# ${count(recorded)} items: what each held is stored until ${until}, and put back by "Roll back" in tune mode. For each of them:`,
      ...commandsOf([{ setting: step!.setting, before: step!.after, after: step!.before }], liveSettings),
    ],
    finish: [],
    drifted: [],
  }
}

const namesOf = (steps: readonly Step[]) => steps.map(({ setting }) => `${setting.name} on ${setting.target}`).join(', ')

/** The commands that put back what these steps wrote, the last written first. */
const inverseOf = (steps: readonly HeldStep[], liveSettings: LiveSettings) =>
  commandsOf(
    [...steps].reverse().map(({ setting, before, after }) => ({ setting, before: after, after: before })),
    liveSettings,
  )

/** The stages of a slow start that are still to come. */
const missingOf = ({ slowStart }: Change): Step[] =>
  slowStart && isRising({ slowStart }) ? stepsBetween(slowStart, slowStart.stage, lastStage(slowStart)) : []

const holds = (steps: readonly Step[], liveOf: (step: Step) => string) =>
  steps.map((step) => `${step.setting.name} on ${step.setting.target} holds ${liveOf(step)}`).join(', ')

/** The commands of steps; a comment for each step where a target has left the configuration and has no commands any more. */
function commandsOf(steps: readonly Step[], liveSettings: LiveSettings): string[] {
  try {
    return liveSettings.describe(steps).commands
  } catch {
    return steps.map(
      ({ setting, before, after }) => `# ${setting.target}, which is not configured any more: ${setting.name} ${before} → ${after}`,
    )
  }
}

function needsResume(setting: Step['setting'], liveSettings: LiveSettings): boolean {
  try {
    return liveSettings.needsResume(setting)
  } catch {
    return true
  }
}
