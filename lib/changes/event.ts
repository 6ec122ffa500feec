import { count } from '../format/format.ts'
import { increase, spanMs } from '../math/rates.ts'
import type { Prediction } from '../model/proposal.ts'
import type { SeriesWindow } from '../model/window.ts'

/** Why an effect that shows only in an event cannot be judged yet: the event has not come again within the window. Null once it has, or where none is needed. */
export function notYet({ event, where }: Prediction, window: SeriesWindow): string | null {
  if (!event) return null
  const { counter, least, background, words } = event
  const seen = window
    .series(counter, where)
    .reduce((sum, { points }) => sum + Math.max(0, increase(points) - (background * spanMs(points)) / 1_000), 0)
  return seen >= least ? null : `${count(seen)} of about ${count(least)} ${words}`
}
