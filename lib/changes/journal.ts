import type { Change, JournalEntry } from '../model/change.ts'
import { changeInFlight } from '../model/change.ts'
import type { Bus } from '../model/events.ts'
import type { Store } from '../model/store.ts'

export type Entry = Omit<JournalEntry, 'at'>

/**
 * The write-ahead journal of changes: an entry is on disk when `note` returns, or, while the disk fails, as soon as it can be. It holds values of
 * settings and never secrets.
 */
export interface Journal {
  /** Throws `unavailable` when the change cannot be stored. */
  open(change: Change, entry: Entry): Change
  note(id: string, entry: Entry, patch?: Partial<Change>): Change
  /** An entry that the next write depends on: throws `unavailable` when it cannot be stored. */
  insist(id: string, entry: Entry, patch?: Partial<Change>): Change
  get(id: string): Change | null
  /** Changes that are applied, watched or being rolled back, on any replica. */
  active(): Change[]
}

/** Beyond this the oldest notes between the first and the last are dropped: a contested setting must not fill the disk. */
const ENTRIES_MAX = 200

export const isActive = (change: Change) => changeInFlight(change.state) || change.rollingBack !== undefined

export function createJournal(store: Store, bus: Bus, now: () => number): Journal {
  const active = new Set(store.changes.list(isActive).map((change) => change.id))

  function see(change: Change): void {
    if (isActive(change)) active.add(change.id)
    else active.delete(change.id)
  }
  store.onShared((shared) => {
    if (shared.noun !== 'change') return
    if (shared.document) see(shared.document)
    else active.delete(shared.id)
  })

  function keep(change: Change, write: (change: Change) => void): Change {
    write(change)
    if (!isActive(change)) void store.claims.release(change.id)
    see(change)
    bus.emit({ type: 'change', change })
    return change
  }

  function noted(id: string, entry: Entry, patch: Partial<Change> = {}): Change {
    const change = store.changes.get(id)
    if (!change) throw new Error(`change ${id} is not in the journal`)
    const journal = [...change.journal, { at: now(), ...entry }]
    if (journal.length > ENTRIES_MAX) journal.splice(ENTRIES_MAX / 2, 1)
    return { ...change, ...patch, journal }
  }

  return {
    open: (change, entry) => keep({ ...change, journal: [{ at: now(), ...entry }] }, (change) => store.changes.insist(change)),
    note: (id, entry, patch) => keep(noted(id, entry, patch), (change) => store.changes.put(change)),
    insist: (id, entry, patch) => keep(noted(id, entry, patch), (change) => store.changes.insist(change)),
    get: (id) => store.changes.get(id),
    active: () => [...active].flatMap((id) => store.changes.get(id) ?? []),
  }
}
