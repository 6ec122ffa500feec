import type { Advisor, Question, SettingsOf } from '../model/detector.ts'
import type { Finding } from '../model/finding.ts'
import type { Draft, NoRemedy } from '../model/proposal.ts'
import type { Topology } from '../model/topology.ts'
import type { SeriesWindow } from '../model/window.ts'
import { isMarginal } from './draft.ts'

/** An advisor's answer to a finding. */
export type Advice =
  /** Too little has been measured since the last write. */
  | { is: 'early' }
  | { is: 'silent' }
  | { is: 'none'; because: string }
  | { is: 'draft'; draft: Draft }
  /** It is known once that is answered. */
  | { is: 'asks'; question: Question }

/** After a change or its roll-back an advisor looks only at what came after it, and waits for this much of it. */
const HISTORY_MIN_MS = 15_000

/**
 * Asks one advisor about one finding. It sees nothing of the time before the last write on the subject (epoch ms), because that speaks of other
 * settings. Throws what the advisor throws.
 */
export function adviseOn(
  advisor: Advisor,
  finding: Finding,
  lastWrite: number,
  { windowOf, topology, now }: { windowOf(spanMs: number): SeriesWindow; topology: Topology; now: number },
  settingsOf?: SettingsOf,
): Advice {
  if (now - lastWrite < HISTORY_MIN_MS) return { is: 'early' }
  const window = windowOf(advisor.spanMs)
  const answer = advisor.propose(finding, lastWrite > window.from ? window.between(lastWrite, window.to) : window, topology, settingsOf)
  if (answer === null) return { is: 'silent' }
  return 'ask' in answer ? { is: 'asks', question: answer } : adviceOf(answer)
}

/** The advice of an advisor, once nothing more has to be asked. */
export function adviceOf(answer: Draft | NoRemedy): Extract<Advice, { is: 'none' | 'draft' }> {
  if ('none' in answer) return { is: 'none', because: answer.none }
  if (isMarginal(answer)) return { is: 'none', because: 'What could be done would change it by less than its own noise.' }
  return { is: 'draft', draft: answer }
}
