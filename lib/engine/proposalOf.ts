import type { Finding } from '../model/finding.ts'
import type { Draft, Proposal, Step } from '../model/proposal.ts'
import { newId } from './id.ts'

/** The proposal of a draft, with the commands that it would send; an error where nobody can write its settings and it brings no text to copy. */
export function proposalOf(
  finding: Pick<Finding, 'id'>,
  advisor: string,
  draft: Draft,
  now: number,
  describe: (steps: readonly Step[]) => { commands: string[]; costs?: string[] },
): Proposal | Error {
  const { predict, ...own } = draft
  const proposal: Proposal = {
    id: newId(),
    finding: finding.id,
    advisor,
    ...own,
    prediction: 'absentBecause' in predict ? null : predict,
    ...('absentBecause' in predict && { unpredicted: predict.absentBecause }),
    commands: [],
    state: 'open',
    createdAt: now,
  }
  try {
    const { commands, costs = [] } = describe(draft.steps)
    return { ...proposal, commands, riskBecause: [proposal.riskBecause, ...costs.map((cost) => `Last time ${cost}.`)].join(' ') }
  } catch (cause) {
    if (!draft.patch) return new Error('a proposal names a setting that nobody can write', { cause })
    return {
      ...proposal,
      commands: [draft.patch],
      patchOnly: draft.patchOnly ?? 'Evenkeel has no way to write this setting; copy the text.',
    }
  }
}
