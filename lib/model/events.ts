import type { Change } from './change.ts'
import type { ClockStep } from './clock.ts'
import type { Finding } from './finding.ts'
import type { Proposal } from './proposal.ts'

/** What the engine and the changes tell the page and the notifiers. */
export type AppEvent =
  | { type: 'finding'; finding: Finding }
  | { type: 'proposal'; proposal: Proposal }
  | { type: 'change'; change: Change }
  | { type: 'target'; name: string; state: string }
  | { type: 'sample'; at: number }
  /** The clock was set: dates that somebody holds go along. */
  | { type: 'clock'; step: ClockStep }

export interface Bus {
  emit(event: AppEvent): void
  /** Returns the way to stop listening. A listener that throws is logged and hurts nobody. */
  on(listener: (event: AppEvent) => void): () => void
}
