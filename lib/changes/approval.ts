import { EvenkeelError } from '../model/error.ts'
import type { Risk } from '../model/proposal.ts'
import { settingKey } from '../model/setting.ts'
import type { ChangesContext } from './context.ts'
import type { Wanted } from './wanted.ts'

/**
 * How risky it is: a proposal says so itself. A change of one's own is of high risk where a roll-back does not bring everything back, or where an open
 * proposal about one of the same settings is: nobody goes around a second person by typing the proposal's values.
 */
export function riskOf(
  { steps, proposal }: Pick<Wanted, 'steps' | 'proposal'>,
  { store, liveSettings }: Pick<ChangesContext, 'store' | 'liveSettings'>,
): { risk: Risk; because: string } {
  if (proposal) return { risk: proposal.risk, because: proposal.riskBecause }
  const own = new Set(steps.map(({ setting }) => settingKey(setting)))
  const same = store.proposals
    .list(({ state, risk }) => state === 'open' && risk === 'high')
    .find((other) => other.steps.some(({ setting }) => own.has(settingKey(setting))))
  if (same) return { risk: 'high', because: same.riskBecause }
  const { reversal, lost } = liveSettings.describe(steps.map((step) => ({ ...step, before: step.before ?? '' })))
  if (reversal === 'exact') return { risk: 'medium', because: 'What it writes is put back exactly by a roll-back.' }
  return { risk: 'high', because: `A roll-back does not bring everything back${lost.length > 0 ? `: ${lost.join('; ')}` : ''}.` }
}

/** `approvedBy`: the second person who has approved it, where one has to; `approval`: the request for that. */
export type Approved = { approvedBy?: string; approval?: string }

export const approvedOf = ({ approvedBy, approval }: Approved): Approved => ({
  ...(approvedBy !== undefined && { approvedBy }),
  ...(approval !== undefined && { approval }),
})

/** The refusal of what a second person has to approve first; null where nobody has to, has done so, or nothing is to be written. */
export function unapproved(wanted: Pick<Wanted, 'steps' | 'proposal' | 'dryRun' | 'drill' | 'approvedBy'>, context: ChangesContext) {
  const { secondApprover } = context.brakes().settings
  if (!secondApprover || wanted.dryRun || wanted.approvedBy !== undefined) return null
  if (riskOf(wanted, context).risk !== 'high') return null
  const how = wanted.drill
    ? 'A drill cannot be approved by a second person: take settings that come back exactly.'
    : 'Ask for that with POST approvals; another person approves it.'
  return new EvenkeelError(
    'approval_needed',
    `It is of high risk, and a second person has to approve that (changes.secondApprover). ${how}`,
  )
}
