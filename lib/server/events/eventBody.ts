import type { AppEvent } from '../../model/events.ts'
import { annotationView } from '../annotations/annotations.ts'
import { approvalView } from '../approvals/approvals.ts'
import { changeView } from '../changes/changes.ts'
import { findingView } from '../findings/findings.ts'
import { iso } from '../http/iso.ts'
import { proposalView } from '../proposals/proposals.ts'
import type { Runtime } from '../runtime.ts'
import { warmRunView } from '../warming/views.ts'

/** An event's data is the noun as the API answers it. */
export function eventBody(runtime: Runtime, event: AppEvent): unknown {
  if (event.type === 'finding') return findingView(runtime, event.finding)
  if (event.type === 'proposal') return proposalView(runtime, event.proposal, runtime.engine.topology())
  if (event.type === 'change') return changeView(runtime, event.change)
  if (event.type === 'annotation') return { ...annotationView(event.annotation), ...(event.deleted && { deleted: true }) }
  if (event.type === 'approval') return approvalView(runtime, event.approval)
  if (event.type === 'warming') return warmRunView(event.run)
  if (event.type === 'target') return { name: event.name, state: event.state }
  if (event.type === 'clock') return { at: iso(event.step.at), byMs: event.step.byMs }
  return { at: event.at }
}
