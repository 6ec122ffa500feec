import { EvenkeelError } from '../model/error.ts'
import type { Fleet } from '../model/fleet.ts'
import { freshFollowers } from '../model/follower.ts'
import type { Course } from '../model/group.ts'
import { heldUntil, type Proposal } from '../model/proposal.ts'
import type { Ref } from '../model/ref.ts'
import { contestedText, documentOf, type SettingText } from '../model/setting.ts'
import type { SavingFailure } from '../model/store.ts'
import { busyError } from './claim.ts'
import { overloadBecause } from './feasible.ts'
import { onlyByPersonError } from './onlyByPerson.ts'
import { type Mode, readOnly } from './readOnly.ts'

/** Everything that the order of refusals looks at before a proposal, or a person's own change, is applied. */
export type RefusalFacts = {
  /** Absent for a change of a person's own. */
  proposal?: Proposal
  /** What took the place of a superseded proposal. */
  renewal: Proposal | null
  /** A second person has approved it, which may have taken longer than a proposal is held for one. */
  approved: boolean
  steps: readonly { setting: SettingText; after: string }[]
  /** Why the steps cannot be read: no such target, no such setting, no such value. */
  invalid: EvenkeelError | null
  mode: Mode
  /** Why nothing new may begin now, whatever it is. */
  brake: EvenkeelError | null
  /** Of the autopilot: why only a person may apply it. */
  personal: string | null
  /** Their file owns the settings: what a server refuses at run time can be committed. */
  byFile: boolean
  /** Whether it takes long work that nothing has bounded yet. */
  long: boolean
  /** Why nothing can be written down just now; null too where nothing is to be (a dry run). */
  failing: SavingFailure | null
  inFlight: { change: string; groups: readonly Ref[] } | null
  /** A change in flight elsewhere whose effect shows in the same measurement. */
  measuring: string | null
  /** A course over a group that has these settings yet to change, or has changed them. */
  course: Course | null
  /** The servers' refusal: they cannot be read, or hold other values. Null where they agree, or are not asked. */
  live: EvenkeelError | null
  /** The first of the settings that another writer contests. */
  contested: SettingText | null
  /** That a second person has to approve it first. */
  unapproved: EvenkeelError | null
  fleet: Pick<Fleet, 'topology' | 'window'>
  now: number
}

type Rule = (facts: RefusalFacts) => EvenkeelError | null

/**
 * The one order of refusals: the contract's (400, 404, 422; then read_only, the brakes, busy, drift, stale, not_followed). Applying asks it with the live
 * values, the proposal's view without them, so the button shows the reason that the click would get. Null: it is not refused.
 */
export function refusalOf(facts: RefusalFacts): EvenkeelError | null {
  for (const rule of ORDER) {
    const refusal = rule(facts)
    if (refusal) return refusal
  }
  return null
}

/** The load that an overload is judged by. */
const NEWEST_MS = 60_000

const STALE = {
  applied: 'This proposal was applied already.',
  superseded: 'A newer proposal has taken the place of this one.',
  withdrawn: 'This proposal was withdrawn: its finding is gone, or its advice.',
}

// A proposal that can only be copied may name a setting that Evenkeel cannot write; the reason why it can only be copied explains more.
const invalid: Rule = ({ invalid, proposal, byFile }) => (proposal?.patchOnly && !byFile ? null : invalid)

const observed: Rule = ({ mode }) => readOnly(mode)

const braked: Rule = ({ brake }) => brake

const personal: Rule = ({ personal }) => (personal === null ? null : onlyByPersonError(personal))

const byProposalAlone: Rule = ({ proposal, long }) =>
  !proposal && long
    ? new EvenkeelError('not_allowed', 'This setting can be changed by a proposal alone, because its work has to be bounded.')
    : null

const patchOnly: Rule = ({ proposal, byFile }) =>
  proposal?.patchOnly && !byFile ? new EvenkeelError('not_allowed', proposal.patchOnly) : null

const unsaved: Rule = ({ failing }) => (failing ? unsavedError(failing) : null)

const busy: Rule = ({ inFlight }) => (inFlight ? busyError(inFlight.change, inFlight.groups) : null)

const measuring: Rule = ({ measuring }) =>
  measuring
    ? new EvenkeelError(
        'busy',
        `Change ${measuring} is in flight, and its effect is measured by the same numbers: of two at once nobody could tell which one had moved them. Wait for its end.`,
      )
    : null

const course: Rule = ({ course }) =>
  course
    ? new EvenkeelError(
        'busy',
        `Course ${course.id} is under way on group ${course.group}, which sets this on ${course.order.join(', ')}: wait for its end, or roll it back.`,
      )
    : null

const live: Rule = ({ live }) => live

const stale: Rule = ({ proposal, renewal, approved, now }) => {
  if (!proposal || proposal.state === 'open') return null
  const until = heldUntil(proposal, renewal)
  const holds = until !== null && (approved ? renewal?.state === 'open' : now < until)
  return holds ? null : new EvenkeelError('stale', STALE[proposal.state])
}

// A contested setting stops proposals alone: an own change is a decision of a person.
const contested: Rule = ({ proposal, contested }) =>
  proposal && contested ? new EvenkeelError('not_allowed', contestedText(contested)) : null

const unfollowed: Rule = ({ steps, fleet, now }) => {
  for (const { setting } of steps) {
    const document = documentOf(setting, fleet.topology())
    if (!document?.followersExpected) continue
    const fresh = freshFollowers(document.followers, now)
    if (fresh < document.followersExpected)
      return new EvenkeelError(
        'not_followed',
        `${fresh} of ${document.followersExpected} followers of ${setting.target} have reported lately; a change would not reach the others. Start them, or correct the number that is expected in the configuration.`,
      )
  }
  return null
}

const overload: Rule = ({ proposal, steps, fleet }) => {
  const because = overloadBecause(steps, fleet.topology(), fleet.window(NEWEST_MS))
  return because === null ? null : new EvenkeelError(proposal ? 'not_allowed' : 'invalid', because)
}

const approval: Rule = ({ unapproved }) => unapproved

const ORDER: Rule[] = [
  invalid,
  observed,
  personal,
  braked,
  byProposalAlone,
  patchOnly,
  unsaved,
  busy,
  measuring,
  course,
  live,
  stale,
  contested,
  unfollowed,
  overload,
  // Last: what would be refused anyway, nobody is asked to approve.
  approval,
]

/** The refusal while the disk fails: a change that cannot be stored must not begin, because a crash would lose track of it. */
export const unsavedError = ({ because, mend }: SavingFailure): EvenkeelError =>
  new EvenkeelError('unavailable', `A change could not be stored: ${because}. ${mend} What is in flight can still be kept or rolled back.`)
