import { clockStepText } from '../format/clockStep.ts'
import { type ClockStep, movedDate } from '../model/clock.ts'
import { slowStartMoved } from '../model/slowStart.ts'
import type { ChangesContext } from './context.ts'

/** Moves the dates of all changes in flight along with a step of the clock: what is under way lasts as long as it would have. */
export function moveDates(step: ClockStep, { journal, jobs, watches }: ChangesContext): void {
  const { byMs } = step
  for (const { id, watchFrom, watchUntil, slowStart, rollingBack, job, at, committed, returned } of journal.active()) {
    const change = journal.note(
      id,
      { what: 'note', text: `${clockStepText(step)}: the times of this change were moved along, so nothing lasts longer or shorter.` },
      {
        at: movedDate(at, step),
        ...(watchFrom !== undefined && { watchFrom: watchFrom + byMs, watchUntil: watchUntil! + byMs }),
        ...(committed && { committed: { ...committed, until: committed.until + byMs } }),
        ...(returned && { returned: { ...returned, until: returned.until + byMs } }),
        ...(slowStart && { slowStart: slowStartMoved(slowStart, byMs) }),
        ...(rollingBack && { rollingBack: { ...rollingBack, at: rollingBack.at + byMs } }),
      },
    )
    if (job) jobs.stepClock(change, step)
  }
  watches.stepClock(byMs)
}
