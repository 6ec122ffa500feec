import type { Finding } from './finding.ts'
import type { Risk, Step } from './proposal.ts'

/** What is asked for: a proposal, or a change of one's own. */
export type ApprovalSubject = { proposal: string; group?: true } | { own: true }

/**
 * `pending`: it waits for another person. `applying`: that person has approved, and it is being written. `void`: it could not be applied any more, because
 * the servers or the proposal had moved on.
 */
export type ApprovalState = 'pending' | 'applying' | 'approved' | 'declined' | 'withdrawn' | 'void'

/** A request that a second person approves a change of high risk. It is no change yet: nothing was written for it. */
export type Approval = {
  id: string
  state: ApprovalState
  subject: ApprovalSubject
  /** `before` is what the servers held when it was asked for: with other values it is not applied. */
  steps: Step[]
  because: string
  risk: Risk
  riskBecause: string
  commands: string[]
  /** The name of who asked, and who that is: the person, be it through one of their tokens. */
  by: string
  byId: string
  at: number
  /** Epoch ms: from then on it can no longer be approved. */
  until: number
  decidedBy?: string
  decidedAt?: number
  /** Why it was declined, or is void. */
  reason?: string
  /** The change that came of it. */
  change?: string
}

/** Under which the store keeps them, for all replicas. */
export const APPROVAL_PREFIX = 'approval/'
const ALERT = 'approval-'

export const isPending = ({ state, until }: Pick<Approval, 'state' | 'until'>, now: number): boolean => state === 'pending' && now < until

/** The alert that a request raises while it waits, so that those who may approve it are told as they are told of findings. */
export function approvalAlert(approval: Approval, now: number): Finding {
  const firing = isPending(approval, now)
  const setting = approval.steps[0]?.setting
  return {
    id: `${ALERT}${approval.id}`,
    rule: 'change/needs-approval',
    severity: 'warning',
    state: firing ? 'firing' : 'resolved',
    subject: setting ? { target: setting.target } : {},
    summary: `${approval.by} asks for the approval of a second person: ${stepsWords(approval.steps)}. ${approval.because}`.trim(),
    evidence: [],
    since: approval.at,
    seenAt: now,
    ...(!firing && { resolvedAt: now }),
  }
}

/** The request that an alert's id names, or null where it is of something else. */
export const approvalOf = (alert: string): string | null => (alert.startsWith(ALERT) ? alert.slice(ALERT.length) : null)

const SHOWN = 3
export function stepsWords(steps: readonly Step[]): string {
  const words = steps.slice(0, SHOWN).map(({ setting, before, after }) => `${setting.name} on ${setting.target} ${before} → ${after}`)
  return words.join(', ') + (steps.length > SHOWN ? ` and ${steps.length - SHOWN} more` : '')
}
