import type { Advisor, Question } from '../model/detector.ts'
import type { Finding } from '../model/finding.ts'
import type { Proposal } from '../model/proposal.ts'

/** One advisor's standing with one finding. `none`: why it proposes nothing. */
export type Case = {
  finding: Finding
  advisor: Advisor
  dueAt: number
  open: Proposal | null
  silentSince: number | null
  none?: string
  /** What is being computed for it. A change that was made meanwhile makes its answer void. */
  asked: Question | null
}
