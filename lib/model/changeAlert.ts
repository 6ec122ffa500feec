import { approvalOf } from './approval.ts'
import { type Change, changeInFlight } from './change.ts'
import type { Finding } from './finding.ts'

const PREFIX = 'change-'
const NEEDS_PERSON = '-needs-person'
const BY_AUTOPILOT = '-autopilot'
/** What stands where findings have the id of their rule. */
export const CHANGE_RULES: readonly string[] = ['change/failed', 'change/needs-person', 'change/needs-approval', 'change/autopilot']

/** Whether a change needs a person: it failed, or asks for a decision, and has not been acknowledged. */
export const isOpen = ({ state, needsPerson, seenTo }: Pick<Change, 'state' | 'needsPerson' | 'seenTo'>): boolean =>
  needsPerson !== undefined || (state === 'failed' && seenTo === undefined)

/**
 * The alert that a change raises while it is open, so that it takes the way of every finding: routes, groups, silences, its end. Labels stay
 * the same from first to last: receivers know an alert by them.
 */
export function alertOf(change: Change, id: string, at: number): Finding {
  const asks = id.endsWith(NEEDS_PERSON)
  const firing = isOpen(change) && idOf(change) === id
  const setting = change.steps[0]?.setting
  return {
    id,
    rule: asks ? 'change/needs-person' : 'change/failed',
    severity: 'warning',
    state: firing ? 'firing' : 'resolved',
    subject: setting ? { target: setting.target } : {},
    ...(change.labels && { labels: change.labels }),
    summary: change.outcome ?? change.needsPerson ?? (asks ? 'A change needs a person.' : 'A change failed.'),
    evidence: [],
    since: change.at,
    seenAt: at,
    ...(!firing && { resolvedAt: at }),
  }
}

/** Whether a change of the autopilot is in flight: that it acts is told to whoever asks for it (severity `info`), and ends with the verdict. */
export const isStepOfAutopilot = ({ autopilot, state, rollingBack }: Readonly<Change>): boolean =>
  autopilot !== undefined && (changeInFlight(state) || rollingBack !== undefined)

/** The alert of a step of the autopilot. */
export function stepAlertOf(change: Readonly<Change>, at: number): Finding {
  const firing = isStepOfAutopilot(change)
  const words = change.steps.map(({ setting, before, after }) => `${setting.name} of ${setting.target} ${before} to ${after}`).join(', ')
  return {
    id: `${PREFIX}${change.id}${BY_AUTOPILOT}`,
    rule: 'change/autopilot',
    severity: 'info',
    state: firing ? 'firing' : 'resolved',
    subject: change.steps[0] ? { target: change.steps[0].setting.target } : {},
    summary: firing ? `The autopilot has set ${words}.` : (change.outcome ?? `The autopilot had set ${words}.`),
    evidence: [],
    since: change.at,
    seenAt: at,
    ...(!firing && { resolvedAt: at }),
  }
}

/** The alert of a change by its id. */
export const alertBy = (change: Change, id: string, at: number): Finding =>
  id.endsWith(BY_AUTOPILOT) ? stepAlertOf(change, at) : alertOf(change, id, at)

/** The id of the alert that an open change raises now. One that waited for a decision and failed then raises another. */
export const idOf = ({ id, state }: Pick<Change, 'id' | 'state'>): string => `${PREFIX}${id}${state === 'failed' ? '' : NEEDS_PERSON}`

/** The change that an alert's id names, or null where it is a finding of a detector. */
export function changeOf(id: string): string | null {
  if (!id.startsWith(PREFIX)) return null
  const suffix = [NEEDS_PERSON, BY_AUTOPILOT].find((one) => id.endsWith(one))
  return id.slice(PREFIX.length, suffix === undefined ? undefined : -suffix.length)
}

/** The path of the page where a reader of a notice decides; the overview where the notice is about nothing that has a page. */
export function pageOf({ id }: Pick<Finding, 'id'>): string {
  if (id === 'test') return ''
  if (approvalOf(id) !== null) return '/changes#approvals'
  const change = changeOf(id)
  return change === null ? `/findings/${encodeURIComponent(id)}` : `/changes/${encodeURIComponent(change)}`
}
