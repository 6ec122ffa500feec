import { count } from '../format/format.ts'
import type { Change } from '../model/change.ts'
import type { Job } from '../model/job.ts'
import type { Step } from '../model/proposal.ts'
import { type HeldStep, heldSteps, isRising, lastStage, stepsBetween } from '../model/slowStart.ts'
import { type LiveSettings, settingKey } from './liveSettings.ts'
import { driftText } from './step.ts'
import { type Drifted, isOwn } from './undo.ts'

/** How a change ends in observe mode: with what its servers hold, and with what a person would send to go either way. */
export type Left = {
  state: 'kept' | 'rolled_back' | 'failed'
  outcome: string
  needsPerson?: string
  /** What the commands are that put back what stands; empty when nothing does. */
  undo: string[]
  /** What is missing of the change, where it stands half-way. */
  finish: string[]
  drifted: Drifted[]
}

/** `live`: the settings' values, or why they cannot be read. `job`: the change's long work, once it has begun; `undo`: items whose undo is stored. */
export type Found = { live: ReadonlyMap<string, string> | { because: string }; job: Job | null; undo: number }

const OBSERVES = 'Evenkeel is in observe mode and writes nothing'
const BY_HAND = 'The commands stand below; in tune mode "Roll back" does the same.'

/**
 * The end of a change that is found in flight in observe mode, where neither its watch nor its roll-back could write. Pure in what it is
 * given: nothing is guessed, the servers' own values say how far it came.
 */
export function leaveStanding(change: Change, { live, job, undo }: Found, liveSettings: LiveSettings): Left {
  if (change.job !== undefined) return leaveJob(change, job, undo, liveSettings)
  const steps = heldSteps(change)
  const names = (some: readonly Step[]) => some.map(({ setting }) => `${setting.name} on ${setting.target}`).join(', ')
  const inverse = (some: readonly HeldStep[]) => commandsOf([...some].reverse().map(({ setting, before, after }) => ({ setting, before: after, after: before })), liveSettings) // biome-ignore format: one line
  const missing = () => (change.slowStart && isRising(change) ? stepsBetween(change.slowStart, change.slowStart.stage, lastStage(change.slowStart)) : []) // biome-ignore format: one line
  const interrupted = change.state === 'applying' || change.rollingBack !== undefined
  const doing = change.rollingBack ? 'while it was rolled back' : change.state === 'applying' ? 'while it wrote' : 'while it watched'

  if (!(live instanceof Map)) {
    const { because } = live as { because: string }
    return {
      state: 'kept',
      outcome: `${OBSERVES}: found in flight, it ends here, not judged. What its servers hold is not known: ${because}`,
      needsPerson: `Look what ${names(steps)} hold. ${BY_HAND}`,
      undo: inverse(steps),
      finish: interrupted ? commandsOf(steps, liveSettings) : commandsOf(missing(), liveSettings),
      drifted: [],
    }
  }

  const liveOf = (step: Step) => live.get(settingKey(step.setting)) ?? ''
  const standing = steps.filter((step) => isOwn(step, liveOf(step), liveSettings))
  const others = steps.filter((step) => !standing.includes(step))
  // Half-way, the old value is the change's own too; under watch somebody else has put it back.
  const back = interrupted ? others.filter((step) => liveSettings.same(step.setting, liveOf(step), step.before)) : []
  const drifted = others.filter((step) => !back.includes(step)).map((step) => ({ step, live: liveOf(step) }))
  if (drifted.length > 0)
    return {
      state: 'failed',
      outcome: `${driftText(drifted)} ${OBSERVES}: what else was written stays.`,
      needsPerson: `Somebody else changes this setting. Nothing more is proposed for it until you decide who owns it.${standing.length > 0 ? ` ${names(standing)} still hold what this change wrote.` : ''}`,
      undo: inverse(standing),
      finish: [],
      drifted,
    }

  // A server that reads its file only when it is told to may run with the other text.
  const unsure = interrupted ? steps.filter(({ setting }) => needsResume(setting, liveSettings)) : []
  const maybe = unsure.length > 0 ? ` ${[...new Set(unsure.map(({ setting }) => setting.target))].join(', ')} may not have taken up its file yet: whether what it says is in force is not known.` : '' // biome-ignore format: one line
  if (standing.length === 0 && (unsure.length === 0 || change.state === 'applying')) {
    if (!change.rollingBack)
      return { state: 'failed', outcome: 'Not applied: Evenkeel ended before it wrote anything.', undo: [], finish: [], drifted: [] }
    return { state: 'rolled_back', outcome: change.rollingBack.because, undo: [], finish: [], drifted: [] }
  }
  const half = back.length > 0 && standing.length > 0
  const where = half
    ? ` It stands half-way: ${holds(standing, liveOf)}; ${holds(back, liveOf)}.`
    : isRising(change)
      ? ` A weight stands half-way up: ${holds(standing, liveOf)}.`
      : ` ${holds(steps, liveOf)}.`
  return {
    state: 'kept',
    outcome: `${OBSERVES}: Evenkeel ended ${doing}, and the change ends here, not judged.${where}${maybe}`,
    needsPerson: `${half || isRising(change) || maybe ? 'Decide which way it goes.' : 'Decide whether it stays.'} ${BY_HAND}`,
    undo: inverse(half && !maybe ? standing : steps),
    finish: commandsOf(maybe ? steps : half ? back : missing(), liveSettings),
    drifted: [],
  }
}

/** A job's own count is written down once a second: what it really did is in the undo, which is stored before each write. */
function leaveJob(change: Change, job: Job | null, recorded: number, liveSettings: LiveSettings): Left {
  if (!job || recorded === 0)
    return { state: 'failed', outcome: 'Not applied: Evenkeel ended before it wrote anything.', undo: [], finish: [], drifted: [] }
  const until = new Date(job.undoableUntil).toISOString()
  const [step] = change.steps
  return {
    state: 'kept',
    outcome: `${OBSERVES}: the job ends here, and its change, not judged. what it wrote, up to ${count(recorded)} items, stays.`,
    needsPerson: `Decide whether it stays. What each of them held is stored until ${until}; in tune mode "Roll back" puts it back.`,
    undo: [
      `# ${count(recorded)} items: what each held is stored until ${until}, and put back by "Roll back" in tune mode. For each of them:`,
      ...commandsOf([{ setting: step!.setting, before: step!.after, after: step!.before }], liveSettings),
    ],
    finish: [],
    drifted: [],
  }
}

const holds = (steps: readonly Step[], liveOf: (step: Step) => string) =>
  steps.map((step) => `${step.setting.name} on ${step.setting.target} holds ${liveOf(step)}`).join(', ')

/** A target that has left the configuration has no commands any more. */
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
