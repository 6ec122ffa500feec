import type { AuditDraft } from '../../model/audit.ts'

const MINUTE = 60_000
/** The back-off of reports: repetitions are reported a minute after the first refusal, after ten minutes, and then each hour. */
const WINDOWS = [MINUTE, 10 * MINUTE, 60 * MINUTE]
/** A refusal after this long without one counts as a first again. */
const FORGET_MS = 60 * MINUTE
/** Different ones of one actor (all strangers are one) within an hour; the others are counted together. */
const KINDS_MAX = 100
/** Addresses that are counted apart among the others. */
const ADDRESSES_MAX = 1_000

/** `since` is a date; `dueAt` and `lastAt` are by the monotonic clock: one that is set must neither silence a count nor hurry it. */
type Kept = { draft: AuditDraft; count: number; since: number; window: number; dueAt: number; lastAt: number; addresses?: Set<string> }

/**
 * Aggregation of what was refused: the first is recorded at once, its repetitions as counts, ever more seldom. Otherwise anybody who may not
 * sign in could fill the disk with refused requests.
 */
export class Refusals {
  readonly #record: (draft: AuditDraft) => void
  /** By actor, then by what it was. */
  readonly #actors = new Map<string, Map<string, Kept>>()

  constructor(record: (draft: AuditDraft) => void) {
    this.#record = record
  }

  /** `elapsed`: ms by the monotonic clock. */
  add(draft: AuditDraft, elapsed: number): void {
    const { at, what, by, how, from, outcome, detail } = draft
    const actor = by === null ? '' : JSON.stringify([by, how])
    const kinds = this.#actors.get(actor) ?? new Map<string, Kept>()
    this.#actors.set(actor, kinds)
    // The name of the thing is no part of the key, because names can be invented without end.
    const kind = JSON.stringify([what, from, outcome, detail.operation, detail.code])
    const known = kinds.get(kind)
    if (known) {
      count(known, draft, elapsed)
      return
    }
    if (kinds.size < KINDS_MAX) {
      kinds.set(kind, kept(draft, elapsed))
      this.#record(draft)
      return
    }
    const others = kinds.get('') ?? {
      ...kept({ at, what: 'refused', by, how, from: by === null ? null : from, about: '', outcome: 'refused', detail: {} }, elapsed),
      addresses: new Set<string>(),
    }
    kinds.set('', others)
    count(others, draft, elapsed)
    if (from !== null && others.addresses!.size < ADDRESSES_MAX) others.addresses!.add(from)
  }

  /** Records the counts that are due. */
  tick(at: number, elapsed: number): void {
    for (const [actor, kinds] of this.#actors) {
      for (const [kind, one] of kinds) {
        if (one.count > 0 && elapsed >= one.dueAt) this.#report(one, at, elapsed)
        else if (one.count === 0 && elapsed - one.lastAt >= FORGET_MS) kinds.delete(kind)
      }
      if (kinds.size === 0) this.#actors.delete(actor)
    }
  }

  /** Records what was counted up to now: the process ends. */
  close(at: number, elapsed: number): void {
    for (const kinds of this.#actors.values()) for (const one of kinds.values()) if (one.count > 0) this.#report(one, at, elapsed)
  }

  #report(one: Kept, at: number, elapsed: number): void {
    const { draft, count, since, addresses } = one
    const more: Record<string, string> = { times: String(count), since: new Date(since).toISOString() }
    if (addresses) {
      more.others = 'more kinds of calls than are counted separately'
      more.addresses = addresses.size < ADDRESSES_MAX ? String(addresses.size) : `${ADDRESSES_MAX} or more`
      addresses.clear()
    }
    one.window = Math.min(one.window + 1, WINDOWS.length - 1)
    one.count = 0
    one.dueAt = elapsed + WINDOWS[one.window]!
    this.#record({ ...draft, at, detail: { ...draft.detail, ...more } })
  }
}

const kept = (draft: AuditDraft, elapsed: number): Kept => ({
  draft,
  count: 0,
  since: draft.at,
  window: 0,
  dueAt: elapsed + WINDOWS[0]!,
  lastAt: elapsed,
})

function count(one: Kept, { at, about }: AuditDraft, elapsed: number): void {
  if (one.count === 0) one.since = at
  if (one.draft.about !== about) one.draft = { ...one.draft, about: '' }
  one.count++
  one.lastAt = elapsed
}
