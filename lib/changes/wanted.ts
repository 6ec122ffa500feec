import type { Change } from '../model/change.ts'
import { EvenkeelError } from '../model/error.ts'
import type { Proposal, Step } from '../model/proposal.ts'
import type { RepositoryConfig } from '../model/repository.ts'
import { contestedKeys, existsIn, readWritten, type SettingText, settingKey, settingText } from '../model/setting.ts'
import type { PlannedStep } from '../predictions/stepsApplied.ts'
import { trafficMoved } from '../predictions/trafficMoved.ts'
import { type Approved, approvedOf, unapproved } from './approval.ts'
import { brakeOf } from './brakes.ts'
import type { ChangesContext } from './context.ts'
import { courseOn } from './courses.ts'
import { contestedWeightError, fixedWeightError, unsettableWeightError } from './feasible.ts'
import { inFlightIn, inFlightOn } from './inFlight.ts'
import type { LiveSettings } from './liveSettings.ts'
import { onlyByPerson } from './onlyByPerson.ts'
import { ownerOf } from './ownedByFile.ts'
import { publicError } from './publicError.ts'
import type { RefusalFacts } from './refusal.ts'
import { movesSince, type TrafficFacts } from './trafficPerHour.ts'

/** What somebody asks to be applied: a proposal, or steps of their own. */
export type Wanted = Approved & {
  steps: readonly WantedStep[]
  because: string
  by: string
  dryRun: boolean
  proposal?: Proposal
  /** The change that it completes by a plan of Evenkeel's own, which bounds it as a proposal would. */
  follows?: string
  drill?: Change['drill']
  /** Made by the autopilot. */
  autopilot?: Change['autopilot']
  /** What the autopilot says when nothing else can begin any more: null where it still may, by all that other replicas have done. */
  still?(): EvenkeelError | null
  /** The course over a group that it is a part of, and what is predicted of this part. */
  course?: string
  prediction?: Change['prediction']
  guards: Change['guards']
}
export type ApplyOptions = Approved & { dryRun?: boolean; autopilot?: Change['autopilot']; still?: Wanted['still'] }

export type WantedStep = { setting: SettingText; before?: string; after: string }

export function wantedOf(proposal: Proposal, by: string, { dryRun = false, autopilot, still, ...approved }: ApplyOptions): Wanted {
  const { steps, because, guards } = proposal
  return {
    steps,
    because,
    by,
    dryRun,
    proposal,
    guards,
    ...approvedOf(approved),
    ...(autopilot && { autopilot }),
    ...(still && { still }),
  }
}

export function demandProposal(id: string, { store }: Pick<ChangesContext, 'store'>): Proposal {
  const proposal = store.proposals.get(id)
  if (!proposal) throw new EvenkeelError('not_found', `There is no proposal ${id}.`)
  return proposal
}

/** Why a proposal is never applied without a person; null where it may be. */
export function personalBecause(proposal: Proposal, context: ChangesContext): string | null {
  const checked = checkSteps({ steps: proposal.steps, proposal }, context)
  // What it is refused for anyway says more.
  if (checked instanceof EvenkeelError) return null
  const { liveSettings } = context
  const { reversal } = liveSettings.describe(proposal.steps)
  return onlyByPerson(proposal, { reversal, byFile: isByFile(checked, context), long: isLong(checked, liveSettings) })
}

/** Validates the steps. Answers them with each value as the server itself would write it, or the first error. */
export function checkSteps(
  { steps, proposal }: Pick<Wanted, 'steps' | 'proposal'>,
  { liveSettings, fleet }: Pick<ChangesContext, 'liveSettings' | 'fleet'>,
): { setting: SettingText; after: string }[] | EvenkeelError {
  if (steps.length === 0) return new EvenkeelError('bad_request', 'steps: at least one is needed.')
  const seen = new Set<string>()
  const checked: { setting: SettingText; after: string }[] = []
  const exists = existsIn(fleet.topology().pools)
  for (const [i, { setting: written, after }] of steps.entries()) {
    const where = `steps[${i}]`
    let setting = written
    try {
      if (!proposal) setting = settingText(readWritten(written, exists, where))
      checked.push({ setting, after: liveSettings.check(setting, after, where) })
    } catch (error) {
      if (error instanceof EvenkeelError) return error
      throw error
    }
    if (seen.has(settingKey(setting)))
      return new EvenkeelError('bad_request', `${where}: ${setting.name} appears twice in one change; name each setting once.`)
    seen.add(settingKey(setting))
  }
  if (checked.length > 1 && isLong(checked, liveSettings))
    return new EvenkeelError('bad_request', 'steps: a setting that takes long work must be the only step of its change.')
  const topology = fleet.topology()
  const owner = owned(checked, fleet)
  if (owner instanceof EvenkeelError) return owner
  if (owner && isLong(checked, liveSettings))
    return new EvenkeelError('invalid', 'steps: it takes long work on the servers, and stands in no file that could be changed instead.')
  if (proposal || owner) return checked
  return (
    fixedWeightError(checked, topology) ?? contestedWeightError(checked, topology) ?? unsettableWeightError(checked, topology) ?? checked
  )
}

/** The repository that owns these settings, or why there is no one way for them. */
function owned(steps: readonly { setting: SettingText }[], fleet: ChangesContext['fleet']): RepositoryConfig | null | EvenkeelError {
  try {
    return ownerOf(steps, { fleet })
  } catch (error) {
    if (error instanceof EvenkeelError) return error
    throw error
  }
}

export function isByFile(steps: readonly { setting: SettingText }[], { fleet }: Pick<ChangesContext, 'fleet'>): boolean {
  const owner = owned(steps, fleet)
  return owner !== null && !(owner instanceof EvenkeelError)
}

export const isLong = (steps: readonly { setting: SettingText }[], liveSettings: LiveSettings): boolean =>
  steps.some(({ setting }) => liveSettings.isLong(setting))

/** The live values, or why they cannot be read. That a setting does not exist is for validation, and thrown; all else has its place in the order of refusals. */
export async function readLive(
  steps: readonly { setting: SettingText }[],
  liveSettings: LiveSettings,
): Promise<Map<string, string> | EvenkeelError> {
  try {
    return await liveSettings.live(steps.map((step) => step.setting))
  } catch (error) {
    const refusal = publicError(error, 'The live values cannot be read now.')
    if (refusal.code === 'not_found' || refusal.code === 'invalid' || refusal.code === 'bad_request') throw refusal
    return refusal
  }
}

/** The refusal of a compare-and-set: a step whose `before` is not what its server holds. `live`: the same steps, with `before` as it was read. */
export function driftOf({ steps }: Pick<Wanted, 'steps'>, live: readonly Step[], liveSettings: LiveSettings): EvenkeelError | null {
  const words = live.flatMap(({ setting, before }, i) => {
    const expected = steps[i]!.before
    if (expected === undefined || liveSettings.same(setting, before, expected)) return []
    return [`${setting.name} on ${setting.target} is ${before}, not ${expected}`]
  })
  if (words.length === 0) return null
  return new EvenkeelError('drift', `${words.join('; ')}. Nothing was written; the proposal is renewed in a moment.`)
}

/** `invalid` for a change of one's own that changes nothing: its watch and its roll-back would say nothing. `live` as for `driftOf`. */
export function unchangedError(
  { proposal }: Pick<Wanted, 'proposal'>,
  live: readonly Step[],
  liveSettings: LiveSettings,
): EvenkeelError | null {
  if (proposal || !live.every(({ setting, before, after }) => liveSettings.same(setting, before, after))) return null
  const words = live.map(({ setting, before }, i) => `steps[${i}]: ${setting.name} on ${setting.target} is ${before} already`)
  return new EvenkeelError('invalid', `${words.join('; ')}. Nothing was written.`)
}

/** What took its place; of one that was approved what stands there now, because that took its time. */
function renewalOf(proposal: Proposal | undefined, approved: boolean, { proposals }: ChangesContext['store']): Proposal | null {
  let renewal = proposal?.replaced ? proposals.get(proposal.replaced.by) : null
  for (let i = 0; approved && renewal?.replaced && i < RENEWALS_MAX; i++) renewal = proposals.get(renewal.replaced.by)
  return renewal
}
const RENEWALS_MAX = 10_000

function brakeNow(steps: readonly PlannedStep[], { brakes, journal, store, fleet, now }: ChangesContext): EvenkeelError | null {
  const { settings, freeze } = brakes()
  const limited = settings.trafficPerHour !== null
  const traffic: TrafficFacts = {
    wanted: limited ? trafficMoved(steps, fleet.topology()) : [],
    moved: limited ? movesSince(store.changes.list(), now()) : [],
  }
  return brakeOf({ settings, freeze, inFlight: journal.active().length, traffic, now: now() })
}

/** The facts that are known without asking a server. */
export function refusalFacts(
  wanted: Pick<Wanted, 'steps' | 'proposal' | 'follows' | 'dryRun' | 'drill' | 'autopilot' | 'approvedBy' | 'course' | 'prediction'>,
  context: ChangesContext,
  /** The steps with the values that they begin at, where those were read. */
  read: readonly Step[] = [],
): Omit<RefusalFacts, 'live'> {
  const { store, liveSettings, fleet } = context
  const checked = checkSteps(wanted, context)
  const steps = checked instanceof EvenkeelError ? wanted.steps : checked
  // Its state may have changed since it was read.
  const proposal = wanted.proposal && (store.proposals.get(wanted.proposal.id) ?? wanted.proposal)
  const groups = liveSettings.groups(steps)
  const change = inFlightIn(groups, context)
  const course = courseOn(steps, context)
  const measuring = inFlightOn(proposal?.prediction ?? wanted.prediction, context)
  return {
    proposal,
    renewal: renewalOf(proposal, wanted.approvedBy !== undefined, store),
    approved: wanted.approvedBy !== undefined,
    steps,
    byFile: isByFile(steps, context),
    invalid: checked instanceof EvenkeelError ? checked : null,
    mode: context.modeForNew(),
    personal: wanted.autopilot && proposal ? personalBecause(proposal, context) : null,
    brake: brakeNow(read.length > 0 ? read : steps, context),
    long: !(checked instanceof EvenkeelError) && isLong(checked, liveSettings) && wanted.follows === undefined,
    failing: wanted.dryRun ? null : store.failing(),
    inFlight: change ? { change, groups } : null,
    measuring,
    course: course && course.id !== wanted.course ? course : null,
    contested: steps.find(({ setting }) => contestedKeys(setting).some((key) => store.memory.get(key) !== null))?.setting ?? null,
    // What cannot be described is refused for that.
    unapproved: checked instanceof EvenkeelError ? null : unapproved({ ...wanted, proposal, steps }, context),
    fleet,
    now: context.now(),
  }
}
