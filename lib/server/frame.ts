import type { FrameView, Person, SavingView } from '../model/views.ts'
import type { House } from './house.ts'
import { mode } from './mode.ts'
import { iso, isoOrNull } from './time.ts'

/** What the frame around every page needs. */
export function getFrame(house: House, person: Person | null): FrameView {
  const step = house.clock.newest()
  return {
    mode: mode(house),
    modeMax: house.config.mode,
    person,
    auth: house.config.auth.mode,
    drills: house.drills !== null,
    version: house.version,
    newestSampleAt: isoOrNull(house.store.newestAt()),
    clockStep: step && { at: iso(step.at), byMs: step.byMs },
    firing: house.store.findings.list((finding) => finding.state === 'firing' && finding.severity !== 'info').length,
    saving: savingView(house),
    repairs: house.store.repairs(),
  }
}

function savingView({ store }: House): SavingView | null {
  const failing = store.failing()
  return failing && { since: iso(failing.since), because: failing.because, mend: failing.mend }
}
