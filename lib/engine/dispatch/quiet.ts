import type { QuietHours } from '../../model/notice.ts'
import { type Labels, labelsMatch } from '../../model/series.ts'
import { endOf } from '../../model/weeklyWindow.ts'

/** Windows that follow one another without a gap are a week long at most; beyond that "until" says nothing more. */
const FOLLOWED_MAX = 14

/** Until when (epoch ms) a finding with these labels waits for the end of quiet hours; null where it does not. */
export type QuietUntil = (labels: Labels) => number | null

/** Quiet hours at one moment. Zones are asked once for all findings that the same windows hold: that takes long. */
export function quietUntil(quiet: readonly QuietHours[], at: number): QuietUntil {
  const active = quiet.filter((hours) => endOf(hours, at) !== null)
  const known = new Map<string, number>()
  return (labels) => {
    const holds = ({ but }: QuietHours) => but === null || !labelsMatch(labels, but)
    if (!active.some(holds)) return null
    const held = quiet.map(holds)
    const key = held.join()
    const until =
      known.get(key) ??
      endOfAll(
        quiet.filter((_, index) => held[index]),
        at,
      )
    known.set(key, until)
    return until
  }
}

/** When the last of windows that follow one another ends: the end of one may be the beginning of the next. */
function endOfAll(quiet: readonly QuietHours[], at: number): number {
  let until = at
  for (let followed = 0; followed < FOLLOWED_MAX; followed++) {
    const ends = quiet.flatMap((hours) => endOf(hours, until) ?? [])
    if (ends.length === 0) break
    until = Math.max(...ends)
  }
  return until
}
