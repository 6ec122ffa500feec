import type { Annotation } from './annotation.ts'
import type { Approval } from './approval.ts'
import type { Change } from './change.ts'
import type { ClockStep } from './clock.ts'
import type { Finding } from './finding.ts'
import type { Proposal } from './proposal.ts'
import type { WarmRun } from './warming.ts'

/** The events that the engine and the changes publish to the page and the notifiers. `shared`: another replica did it, and has written down what follows. */
export type AppEvent =
  | { type: 'finding'; finding: Finding; shared?: true }
  | { type: 'proposal'; proposal: Proposal; shared?: true }
  | { type: 'change'; change: Change; shared?: true }
  /** It was made, changed or deleted. */
  | { type: 'annotation'; annotation: Annotation; deleted?: true; shared?: true }
  /** A request for the approval of a second person: made, or decided. */
  | { type: 'approval'; approval: Approval; shared?: true }
  /** A run of a hook that warms a cache: begun, gone on, ended, judged. */
  | { type: 'warming'; run: WarmRun; shared?: true }
  | { type: 'target'; name: string; state: string }
  /** `spreadMs`: at the wire, over how long the pages that are open spread what they ask for. */
  | { type: 'sample'; at: number; spreadMs?: number }
  /** The clock was set: whoever holds dates moves them along. */
  | { type: 'clock'; step: ClockStep }

export interface Bus {
  emit(event: AppEvent): void
  /** Returns the way to stop listening. A listener that throws is logged and stops no other. */
  on(listener: (event: AppEvent) => void): () => void
}
