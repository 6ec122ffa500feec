import { approvalOf } from '../../model/approval.ts'
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

/** What deduplication looks at besides the log. `current` answers an alert by its id as it is now; `isQuiet`: not even its end is told now. */
export type Looking = { firing: readonly Finding[]; current(id: string): Finding | null; isQuiet(finding: Finding): boolean; at: number }

/**
 * Deduplication: what of a group is sent, given its entry in the notification log. Pure in what it is given.
 *
 * | since the last notice | decision |
 * |---|---|
 * | nothing new, nothing resolved | nothing, until the repeat interval has elapsed |
 * | something new or resolved | wait for `waitMs`, then notify, without what was sent and is acknowledged |
 * | neither, and the repeat interval has elapsed | notify again, at once, of what nobody has acknowledged |
 */
export function notificationOf(last: LogEntry, looking: Looking, { waitMs, repeatMs }: Pick<Route, 'waitMs' | 'repeatMs'>): Decision {
  const { firing, current, at } = looking
  const fresh = firing.filter(({ id }) => !last.firing.includes(id))
  const ended = endedOf(last, looking)
  // That a change waits is sent once: nothing goes on that would get worse unnoticed. What somebody looks after is not sent again either.
  const lasting = firing.filter(({ id, acknowledged }) => changeOf(id) === null && approvalOf(id) === null && !acknowledged)
  const repeats = lasting.length > 0 && fresh.length === 0 && last.at > 0 && at - last.at >= repeatMs
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
  // Beside what is new stands the rest of its group, but for what somebody looks after already.
  const beside = firing.filter(({ id, acknowledged }) => !acknowledged || !last.firing.includes(id))
  return { is: 'notify', reasons, firing: fresh.length > 0 ? beside : repeats ? lasting : [], resolved }
}

/** The notification log's next entry. A muted finding stays in it: muted is not resolved, only its own end is. */
export function loggedAfter(last: LogEntry, decision: Decision, looking: Looking): LogEntry {
  if (decision.is === 'nothing') return { firing: last.firing, at: last.at }
  if (decision.is === 'wait') return { ...last, dueAt: decision.until }
  const ended = endedOf(last, looking)
  const still = last.firing.filter((id) => !ended.includes(id))
  return { firing: [...new Set([...still, ...looking.firing.map(({ id }) => id)])], at: looking.at }
}

function endedOf({ firing }: LogEntry, { current, isQuiet }: Looking): string[] {
  return firing.filter((id) => {
    const finding = current(id)
    return finding === null || (finding.state === 'resolved' && !isQuiet(finding))
  })
}
