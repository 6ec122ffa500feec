import { createHash } from 'node:crypto'
import { type AuditDraft, type AuditEntry, type AuditHead, canonical, NO_HASH } from '../model/audit.ts'

/** The hash chain of the audit log: each entry's hash covers the entry and the hash of the one before. */
function hashOf(entry: Omit<AuditEntry, 'hash'>): string {
  return createHash('sha256').update(canonical(entry)).digest('hex')
}

/** Drafts as entries behind the newest, each with the hash of the one before. */
export function chained(drafts: readonly AuditDraft[], head: AuditHead): AuditEntry[] {
  let { seq, hash } = head
  return drafts.map((draft) => {
    const unhashed = { ...draft, seq: ++seq, at: new Date(draft.at).toISOString(), prev: hash }
    hash = hashOf(unhashed)
    return { ...unhashed, hash }
  })
}

/** Where a chain first breaks. `seq` is the entry that is wrong or missing. */
export type AuditBreak = { seq: number; what: string; found: string; expected: string }
export type AuditVerdict = {
  /** How many entries were looked at, the first and the last of them. */
  entries: number
  first: number | null
  last: AuditHead | null
  broken: AuditBreak | null
}

export type VerifyOptions = {
  /** True: the first entry must be the chain's first. False for a part of it: what the first entry says of the one before is believed. */
  whole: boolean
  /** The record of the newest entry that is kept beside the entries; absent for an export, which has none. */
  head?: AuditHead | null
  /** Entries that are known from elsewhere: a log line, an earlier export. */
  anchors?: readonly AuditHead[]
}

/** Walks a chain from its first entry on and stops at the first that is not what it should be. An `AuditBreak` among the entries is one that cannot be read. */
export function verifyChain(entries: Iterable<AuditEntry | AuditBreak>, { whole, head, anchors = [] }: VerifyOptions): AuditVerdict {
  const verdict: AuditVerdict = { entries: 0, first: null, last: null, broken: null }
  const breaks = (seq: number, what: string, found: string, expected: string): AuditVerdict => ({
    ...verdict,
    broken: { seq, what, found, expected },
  })
  let headSeen = head === undefined || head?.seq === 0
  for (const entry of entries) {
    if ('expected' in entry) return { ...verdict, broken: entry }
    const expectedSeq = verdict.last ? verdict.last.seq + 1 : whole ? 1 : entry.seq
    if (entry.seq !== expectedSeq) {
      const deleted = entry.seq > expectedSeq
      return breaks(
        expectedSeq,
        deleted ? 'the entry is missing' : 'the number of the entry after it',
        deleted ? `entry ${entry.seq} in its place` : String(entry.seq),
        String(expectedSeq),
      )
    }
    const prev = verdict.last?.hash ?? (whole || entry.seq === 1 ? NO_HASH : entry.prev)
    if (entry.prev !== prev) return breaks(entry.seq, 'the hash of the entry before (prev)', entry.prev, prev)
    const { hash, ...rest } = entry
    const computed = hashOf(rest)
    if (hash !== computed) return breaks(entry.seq, 'the hash of its contents', hash, computed)
    for (const known of [...(head ? [head] : []), ...anchors])
      if (known.seq === entry.seq && known.hash !== hash)
        return breaks(entry.seq, known === head ? 'the hash that the head record has' : 'the hash that was given', hash, known.hash)
    if (head?.seq === entry.seq) headSeen = true
    verdict.entries++
    verdict.first ??= entry.seq
    verdict.last = { seq: entry.seq, hash }
  }
  const lastSeq = verdict.last?.seq ?? 0
  if (head === null) return breaks(lastSeq, 'the head record', 'none', 'the number and the hash of the newest entry')
  if (head && !headSeen) return breaks(lastSeq + 1, 'the entry is missing', 'the end', `entries up to ${head.seq}, by the head record`)
  const beyond = anchors.find(({ seq }) => seq > lastSeq || seq < (verdict.first ?? 1))
  if (beyond) return breaks(beyond.seq, 'the entry that was given', 'no such entry', beyond.hash)
  return verdict
}

const HASH = /^[0-9a-f]{64}$/
const text = (value: unknown) => typeof value === 'string'
const MEMBERS: Record<keyof AuditEntry, (value: unknown) => boolean> = {
  seq: (value) => Number.isSafeInteger(value) && (value as number) > 0,
  at: (value) => text(value) && isoMs(value as string) !== null,
  // Any: a later version may know more kinds.
  what: text,
  by: (value) => value === null || text(value),
  how: text,
  from: (value) => value === null || text(value),
  about: text,
  outcome: text,
  detail: (value) => value !== null && typeof value === 'object' && !Array.isArray(value) && Object.values(value).every(text),
  prev: (value) => text(value) && HASH.test(value as string),
  hash: (value) => text(value) && HASH.test(value as string),
}

function isoMs(value: string): number | null {
  const ms = Date.parse(value)
  return Number.isFinite(ms) && new Date(ms).toISOString() === value ? ms : null
}

/** An entry out of what a line of an export or a row holds, or what is wrong with it. `expectedSeq` is for entries whose own number is gone. */
export function readEntry(value: unknown, expectedSeq: number): AuditEntry | AuditBreak {
  const found = (what: string, is: unknown, expected: string): AuditBreak => ({
    seq: expectedSeq,
    what,
    found: (JSON.stringify(is) ?? 'nothing').slice(0, 120),
    expected,
  })
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return found('the entry', value, 'an object')
  const members = value as Record<string, unknown>
  for (const [name, fits] of Object.entries(MEMBERS))
    if (!fits(members[name])) return found(`the member ${name}`, members[name], 'what an entry of this log has there')
  const stranger = Object.keys(members).find((name) => !Object.hasOwn(MEMBERS, name))
  if (stranger !== undefined) return found(`the member ${stranger}`, members[stranger], 'no such member')
  return value as AuditEntry
}
