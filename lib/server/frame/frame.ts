import type { FrameView, SavingView } from '../../model/answers/frame.ts'
import type { Person } from '../../model/answers/person.ts'
import { stepsWords } from '../../model/approval.ts'
import { pendingApprovals } from '../approvals/approvals.ts'
import { getFreeze } from '../freeze/freeze.ts'
import { iso, isoOrNull } from '../http/iso.ts'
import { mode } from '../mode/mode.ts'
import type { Runtime } from '../runtime.ts'

/** What the frame around every page needs. */
export function getFrame(runtime: Runtime, person: Person | null): FrameView {
  const step = runtime.clock.newest()
  return {
    mode: mode(runtime),
    modeMax: runtime.config.mode,
    person,
    auth: runtime.config.auth.mode,
    drills: runtime.drills !== null,
    version: runtime.version,
    newestSampleAt: isoOrNull(runtime.store.newestAt()),
    clockStep: step && { at: iso(step.at), byMs: step.byMs },
    firing: runtime.store.findings.list((finding) => finding.state === 'firing' && finding.severity !== 'info').length,
    approvals: pendingApprovals(runtime).map((approval) => ({
      id: approval.id,
      by: approval.by,
      words: stepsWords(approval.steps),
      until: iso(approval.until),
    })),
    freeze: getFreeze(runtime).freeze,
    saving: savingView(runtime),
    repairs: runtime.store.repairs(),
  }
}

function savingView({ store }: Runtime): SavingView | null {
  const failing = store.failing()
  return failing && { since: iso(failing.since), because: failing.because, mend: failing.mend }
}
