import type { Reversal } from '../model/change.ts'
import { EvenkeelError } from '../model/error.ts'
import type { Proposal } from '../model/proposal.ts'

/** What is known of a proposal beside itself. */
type Known = { reversal: Reversal; byFile: boolean; long: boolean }

/**
 * Why a proposal is never applied without a person, whatever the configuration allows; null where it may be. What nobody can judge afterwards, what
 * does not come back, and what goes through a review of its own is a person's to decide.
 */
export function onlyByPerson(proposal: Pick<Proposal, 'risk' | 'prediction' | 'guards' | 'patchOnly'>, known: Known): string | null {
  const { risk, prediction, guards, patchOnly } = proposal
  if (patchOnly) return 'It can only be copied, not applied here.'
  if (risk === 'high') return 'Its risk is high.'
  if (!prediction) return 'Its effect is not predicted, so that nothing could be judged.'
  if (known.byFile) return 'A repository owns its settings, and a commit is reviewed by people.'
  if (known.long) return 'It takes long work on the servers.'
  if (known.reversal === 'none') return 'It cannot be rolled back.'
  if (known.reversal === 'lossy' && guards.length === 0) return 'A roll-back would lose something, and no guard bounds what it may cost.'
  return null
}

export const onlyByPersonError = (because: string): EvenkeelError =>
  new EvenkeelError('not_allowed', `Only a person may apply this. ${because}`)
