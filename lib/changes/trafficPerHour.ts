import { text } from '../format/format.ts'
import type { TrafficMoved } from '../model/brakes.ts'
import type { Change } from '../model/change.ts'
import { EvenkeelError } from '../model/error.ts'
import { isRising } from '../model/slowStart.ts'
import { minute } from './minute.ts'

const HOUR_MS = 3_600_000
/** Shares are sums of quotients: a limit that is met exactly is not passed. */
const ROUNDING = 1e-9

/** What one change has moved in one pool or ring; `at`: when the last of it went, epoch ms; null: it still goes. */
export type Move = TrafficMoved & { change: string; at: number | null }

/** What a new change would move, and what others have moved lately. */
export type TrafficFacts = { wanted: readonly TrafficMoved[]; moved: readonly Move[] }

/** What the changes of the last hour have moved. One that was rolled back counts once: the way back is the safe one, and nobody is to wait with it. */
export function movesSince(changes: readonly Readonly<Change>[], now: number): Move[] {
  return changes.flatMap((change) => {
    const at = movedAt(change)
    if (!change.moves || (at !== null && at <= now - HOUR_MS) || !hasMoved(change)) return []
    return change.moves.map((move) => ({ ...move, change: change.id, at }))
  })
}

function movedAt(change: Readonly<Change>): number | null {
  const { state, slowStart, watchFrom, at } = change
  if (state === 'applying' || state === 'awaiting' || (state === 'watching' && isRising(change))) return null
  return slowStart?.doneAt ?? watchFrom ?? at
}

/** A change that failed may have written before that, and put it back. */
const hasMoved = ({ state, journal }: Readonly<Change>) => state !== 'failed' || journal.some(({ what }) => what === 'written')

/** Why a change would move too much within one hour, with what was moved, by which changes, and when there is room again; null where it would not. */
export function trafficBrake(limit: number, { wanted, moved }: TrafficFacts, now: number): EvenkeelError | null {
  for (const { of, share } of wanted) {
    if (share > limit + ROUNDING)
      return new EvenkeelError(
        'not_allowed',
        `It would move ${part(share)} of the traffic of ${of}; at most ${part(limit)} may be moved within an hour (changes.trafficPerHour). Take smaller steps.`,
      )
    const own = moved
      .filter((move) => move.of === of)
      .sort((a, b) => (a.at ?? Number.POSITIVE_INFINITY) - (b.at ?? Number.POSITIVE_INFINITY))
    const sum = own.reduce((total, move) => total + move.share, 0)
    if (sum + share <= limit + ROUNDING) continue
    const by = own.map((move) => `${part(move.share)} by change ${move.change} ${move.at === null ? 'in flight' : `at ${minute(move.at)}`}`)
    return new EvenkeelError(
      'not_allowed',
      `It would move ${part(share)} of the traffic of ${of}, where ${part(sum)} was moved within the last hour (${by.join(', ')}); at most ${part(limit)} may be (changes.trafficPerHour). ${roomAgain(own, limit - share, now)}`,
    )
  }
  return null
}

/** `own`: the oldest first. */
function roomAgain(own: readonly Move[], room: number, now: number): string {
  let left = own.reduce((total, move) => total + move.share, 0)
  for (const { share, at } of own) {
    if (at === null) break
    left -= share
    // The minute that is named is not a moment too early.
    if (left <= room + ROUNDING) return `There is room again at ${minute(Math.max(now, at + HOUR_MS) + 59_999)}.`
  }
  return 'There is room again an hour after what is in flight there has moved.'
}

const part = (share: number) => text(share, 'ratio')
