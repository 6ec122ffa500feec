import { changeOf } from '../../model/changeAlert.ts'
import type { Finding } from '../../model/finding.ts'
import type { Route } from '../../model/notice.ts'
import type { LogEntry } from './notificationLog.ts'

/** Why a group is notified now. */
export type Reason = 'first notification' | 'new findings' | 'repeat interval elapsed' | 'resolved'

export type Decision =
  | { is: 'nothing' }
  /** The group has just something to tell; more of it may come within the route's wait. */
  | { is: 'wait'; until: number }
  /** `firing` and `resolved`: the findings of one notice each, none where empty. */
  | { is: 'notify'; reasons: Reason[]; firing: Finding[]; resolved: Finding[] }

/**
 * Deduplication: what of a group is sent, given its entry in the notification log. `current` answers an alert by its id as it is
 * now. Pure in what it is given.
 *
 * | since the last notice | decision |
 * |---|---|
 * | nothing new, nothing resolved | nothing, until the repeat interval has elapsed |
 * | something new or resolved | wait for `waitMs`, then notify |
 * | neither, and the repeat interval has elapsed | notify again, at once |
 */
export function notificationOf(
  last: LogEntry,
  firing: Finding[],
  current: (id: string) => Finding | null,
  { waitMs, repeatMs }: Pick<Route, 'waitMs' | 'repeatMs'>,
  at: number,
): Decision {
  const fresh = firing.filter(({ id }) => !last.firing.includes(id))
  const ended = endedOf(last, current)
  // That a change waits is sent once: nothing goes on that would get worse unnoticed.
  const lasts = firing.some(({ id }) => changeOf(id) === null)
  const repeats = lasts && fresh.length === 0 && last.at > 0 && at - last.at >= repeatMs
  if (fresh.length === 0 && ended.length === 0 && !repeats) return { is: 'nothing' }
  if (!repeats) {
    const until = last.dueAt ?? (waitMs > 0 ? at + waitMs : at)
    if (at < until) return { is: 'wait', until }
  }
  const resolved = ended.flatMap((id) => current(id) ?? [])
  const reasons: Reason[] = []
  if (fresh.length > 0) reasons.push(last.firing.length === 0 ? 'first notification' : 'new findings')
  if (repeats) reasons.push('repeat interval elapsed')
  if (resolved.length > 0) reasons.push('resolved')
  return { is: 'notify', reasons, firing: fresh.length > 0 || repeats ? firing : [], resolved }
}

/** The notification log's next entry. A silenced finding stays in it: silenced is not resolved, only its own end is. */
export function loggedAfter(
  last: LogEntry,
  decision: Decision,
  firing: Finding[],
  current: (id: string) => Finding | null,
  at: number,
): LogEntry {
  if (decision.is === 'nothing') return { firing: last.firing, at: last.at }
  if (decision.is === 'wait') return { ...last, dueAt: decision.until }
  const ended = endedOf(last, current)
  const still = last.firing.filter((id) => !ended.includes(id))
  return { firing: [...new Set([...still, ...firing.map(({ id }) => id)])], at }
}

function endedOf({ firing }: LogEntry, current: (id: string) => Finding | null): string[] {
  return firing.filter((id) => {
    const finding = current(id)
    return finding === null || finding.state === 'resolved'
  })
}
