/** What an entry of the audit log is about. Closed: what is not here cannot be recorded, and a filter can name all of it. */
export const AUDIT_KINDS = [
  'start',
  'stop',
  'configuration',
  'configuration-reloaded',
  'clock-set',
  'store-repaired',
  'sign-in',
  'sign-in-refused',
  'sign-out',
  'password-set',
  'second-factor',
  'session-ended',
  'refused',
  'token-made',
  'token-revoked',
  'person-invited',
  'person-changed',
  'person-removed',
  'consent-set',
  'consent-ended',
  'mode-set',
  'freeze-set',
  'freeze-lifted',
  'silence-made',
  'silence-changed',
  'silence-ended',
  'change-asked',
  'approval-asked',
  'approval-given',
  'approval-declined',
  'approval-withdrawn',
  'change-steered',
  'course-steered',
  'change-ended',
  'licence-lost',
  'licence-returned',
  'job-steered',
  'finding-acknowledged',
  'finding-commented',
  'finding-judged',
  'annotation-made',
  'annotation-changed',
  'annotation-deleted',
  'load-result-attached',
  'notice-tested',
  'alerts-edited',
  'browser-subscribed',
  'browser-unsubscribed',
  'drill-started',
  'drill-ended',
  'warming-started',
  'warming-stopped',
  'warming-ended',
  'trace-uploaded',
  'trace-deleted',
  'audit-exported',
  'audit-lost',
] as const
export type AuditKind = (typeof AUDIT_KINDS)[number]

export const AUDIT_OUTCOMES = ['done', 'refused', 'failed'] as const
export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number]

/** How somebody was known: as a person, by an API token (its id), not at all; or nobody asked and Evenkeel acted by itself. */
export type AuditHow = 'person' | 'anonymous' | 'evenkeel' | `token:${string}`

/** What is recorded, before it has its place in the chain. Texts hold no secrets. */
export type AuditDraft = {
  /** Epoch ms. */
  at: number
  what: AuditKind
  /** The name of the person or token; null when nobody is known, and for what Evenkeel does by itself. */
  by: string | null
  how: AuditHow
  /** The address that it came from; null where there is none. */
  from: string | null
  /** The thing that it was done to: a target's name, an id. Empty when the kind says it all. */
  about: string
  outcome: AuditOutcome
  detail: Readonly<Record<string, string>>
}

/** One entry of the audit log, as it is exported and hashed. */
export type AuditEntry = Omit<AuditDraft, 'at'> & {
  /** From 1, without a gap. */
  seq: number
  /** ISO 8601 with milliseconds, UTC. */
  at: string
  /** The hash of the entry before; 64 zeros in the first. */
  prev: string
  /** SHA-256, in hex, of the entry without this member (`canonical`). */
  hash: string
}

/** The newest entry's place in the chain. */
export type AuditHead = { seq: number; hash: string }
export const NO_HASH = '0'.repeat(64)

export const AUDIT_MAX = { by: 100, from: 64, about: 200, members: 16, name: 40, value: 300 }

/**
 * The JSON Canonicalization Scheme (RFC 8785) of what entries hold (texts, whole numbers, null, one record): members sorted by name, no
 * spaces. Whatever program read an exported line and wrote it again, its hash is still the same.
 */
export function canonical(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`
}

/** A draft within its bounds: texts that are text in every encoding, without control characters, and cut where they are long. */
export function bounded(draft: AuditDraft): AuditDraft {
  const detail: Record<string, string> = {}
  for (const [name, value] of Object.entries(draft.detail).slice(0, AUDIT_MAX.members))
    detail[plain(name, AUDIT_MAX.name)] = plain(value, AUDIT_MAX.value)
  return {
    at: Math.round(draft.at),
    what: draft.what,
    by: draft.by === null ? null : plain(draft.by, AUDIT_MAX.by),
    how: plain(draft.how, AUDIT_MAX.name) as AuditHow,
    from: draft.from === null ? null : plain(draft.from, AUDIT_MAX.from),
    about: plain(draft.about, AUDIT_MAX.about),
    outcome: draft.outcome,
    detail,
  }
}

function plain(text: string, max: number): string {
  const clean = text.replace(/\p{Cc}/gu, ' ')
  return (clean.length > max ? `${clean.slice(0, max - 1)}…` : clean).toWellFormed()
}
