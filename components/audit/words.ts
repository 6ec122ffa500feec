import type { Tone } from '@/components/ui/status.tsx'
import type { AuditEntry, AuditKind, AuditOutcome } from '@/lib/model/audit.ts'
import { AUTOPILOT } from '@/lib/model/autopilot.ts'

/** The filters as they stand in the address. `since` and `until` are local times of the browser, `2026-01-31T12:00`. */
export const FILTERS = ['what', 'by', 'address', 'since', 'until'] as const
export type Filters = Record<(typeof FILTERS)[number], string>

const KIND: Record<AuditKind, string> = {
  start: 'Evenkeel started',
  stop: 'Evenkeel stopped',
  configuration: 'Configuration read',
  'configuration-reloaded': 'Configuration reloaded',
  'clock-set': 'Clock of the machine set',
  'store-repaired': 'Damaged store repaired',
  'sign-in': 'Signed in',
  'sign-in-refused': 'Sign-in refused',
  'sign-out': 'Signed out',
  'password-set': 'Password set',
  'second-factor': 'Second factor',
  'session-ended': 'Session ended',
  refused: 'Refused',
  'token-made': 'Token made',
  'token-revoked': 'Token revoked',
  'person-invited': 'Person invited',
  'person-changed': 'Person changed',
  'person-removed': 'Person removed',
  'consent-set': 'MONITOR consent set',
  'consent-ended': 'MONITOR consent ended',
  'mode-set': 'Mode set',
  'freeze-set': 'Changes frozen',
  'freeze-lifted': 'Freeze lifted',
  'silence-made': 'Silence made',
  'silence-changed': 'Silence changed',
  'silence-ended': 'Silence ended',
  'change-asked': 'Change asked for',
  'approval-asked': 'Approval asked for',
  'approval-given': 'Change approved',
  'approval-declined': 'Approval declined',
  'approval-withdrawn': 'Request for approval withdrawn',
  'change-steered': 'Change steered',
  'course-steered': 'Course over a group steered',
  'change-ended': 'Change ended',
  'licence-lost': 'Autopilot lost a licence',
  'licence-returned': 'Licence of the autopilot returned',
  'job-steered': 'Job steered',
  'finding-acknowledged': 'Finding acknowledged',
  'finding-commented': 'Finding commented',
  'finding-judged': 'Finding judged by a person',
  'trace-uploaded': 'Trace uploaded',
  'trace-deleted': 'Trace deleted',
  'annotation-made': 'Annotation made',
  'annotation-changed': 'Annotation changed',
  'annotation-deleted': 'Annotation deleted',
  'load-result-attached': 'Result of a load test attached',
  'notice-tested': 'Test notice sent',
  'alerts-edited': 'Receivers and routes edited',
  'browser-subscribed': 'Browser subscribed to notices',
  'browser-unsubscribed': 'Browser unsubscribed',
  'drill-started': 'Drill started',
  'drill-ended': 'Drill ended',
  'warming-started': 'Cache warming started',
  'warming-stopped': 'Cache warming stopped by a person',
  'warming-ended': 'Cache warming ended',
  'audit-exported': 'Audit log exported',
  'audit-lost': 'Entries lost',
}
/** A kind of a newer version is shown by its name. */
export const kindWords = (kind: AuditKind): string => KIND[kind] ?? kind

export const outcomeTone: Record<AuditOutcome, Tone> = { done: 'ok', refused: 'warning', failed: 'info' }

/** Who: a name, and how they were known where that is not the usual way. */
export function actorWords({ by, how }: Pick<AuditEntry, 'by' | 'how'>): string {
  if (how === 'evenkeel') return by === AUTOPILOT ? 'the autopilot' : 'Evenkeel itself'
  if (by === null) return 'nobody known'
  return how.startsWith('token:') ? `${by}, by token` : by
}

/** One line of what the row has no column for. */
export function detailWords({ detail }: Pick<AuditEntry, 'detail'>): string {
  const { operation, status, code, times, ...rest } = detail
  const words = Object.entries(rest).map(([name, value]) => `${name} ${value}`)
  return [operation, code ?? (status && Number(status) >= 400 ? status : undefined), ...words, times && `${times} more times`]
    .filter(Boolean)
    .join(' · ')
}

/** What the API is asked for; a time that cannot be read is left out. */
export function questionOf({ what, by, address, since, until }: Filters): Record<string, string | undefined> {
  const time = (local: string) => {
    const ms = Date.parse(local)
    return Number.isFinite(ms) ? new Date(ms).toISOString() : undefined
  }
  return { what, by, address, from: time(since), to: time(until) }
}
