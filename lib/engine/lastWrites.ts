import type { Change } from '../model/change.ts'
import { type ClockStep, movedDate } from '../model/clock.ts'
import type { Step } from '../model/proposal.ts'
import { isWithin, tierOf } from '../model/ref.ts'
import type { Labels } from '../model/series.ts'
import { groupOf, parseSetting } from '../model/setting.ts'

/** When each change last wrote to its servers, by itself or by its roll-back: what was measured before speaks of other settings. */
export interface LastWrites {
  note(change: Change): void
  /** Epoch ms of the newest write on a finding's subject; -Infinity when there was none. */
  on(subject: Labels): number
  stepClock(step: ClockStep): void
}

export function createLastWrites(changes: readonly Change[]): LastWrites {
  const writes = new Map<string, { at: number; steps: Step[] }>()
  function note(change: Change): void {
    const at = change.state === 'rolled_back' ? change.endedAt : change.watchFrom
    if (at !== undefined) writes.set(change.id, { at, steps: change.steps })
  }
  for (const change of changes) note(change)
  return {
    note,
    on(subject) {
      let last = Number.NEGATIVE_INFINITY
      for (const { at, steps } of writes.values()) if (at > last && touches(steps, subject)) last = at
      return last
    },
    stepClock(step) {
      for (const write of writes.values()) write.at = movedDate(write.at, step)
    },
  }
}

/** True when one of the steps changes a setting of the finding's subject: of its whole pool or ring, where it is a server or a node. */
function touches(steps: Step[], labels: Labels): boolean {
  const subject = tierOf(labels)
  return subject !== null && steps.some(({ setting }) => isWithin(groupOf(parseSetting(setting)), subject))
}
