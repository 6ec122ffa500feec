import type { Log } from '../model/log.ts'
import type { Ownership } from '../model/ownership.ts'
import type { Members } from './cluster.ts'
import { movesOf } from './deal.ts'
import type { LeaseTable, Session } from './leaseTable.ts'
import { createTrust } from './trust.ts'

export type LeasesOptions = {
  table: LeaseTable
  session: string
  /** The targets, in the groups that one replica has together. */
  cells: readonly (readonly string[])[]
  monotonic(): number
  wall(): number
  now(): number
  /** Before what was taken is worked on: everything that others have committed is to be known here. Rejects when that cannot be. */
  caughtUp(): Promise<void>
  /** Whether a cell can be handed over now: no change is in flight there. */
  mayLeave(cell: readonly string[]): boolean
  /** Polling has ended here; what it brought is to be with the others before they begin. */
  drained(targets: readonly string[]): Promise<void>
  /** `owns` answers otherwise from now on. */
  onDealt(change: { taken: readonly string[]; lost: readonly string[] }): void
  log: Log
}

/** The leases of this replica: what it has, and how sure that is. */
export interface Leases extends Ownership {
  /** One round: renews, reads, takes and gives up. Never rejects. */
  round(): Promise<void>
  /** Fencing: whether it has the target for at least so long, whatever others do. */
  holds(target: string, ms: number): boolean
  members(): Members
  /** The living sessions but this one, as of the newest round. */
  others(): readonly Session[]
  /** Has the others say everything anew with the next round. */
  wantAll(): void
  /** Gives everything back, so that others need not wait. */
  end(): Promise<void>
}

/** A lease lasts for so long by the database's clock; its holder relies on it for less, so that what it begins can end. Take-over: this, a round and a poll. */
export const LEASE_MS = 9_000
const TRUST_MS = 6_000
/** How long replicas and their cells are the same before any cell moves for evenness. */
const SETTLED_MS = 3_000
/**
 * After a time without the database, or a start, what others had is left to them for so long: they were cut off as well, and come back in the same
 * seconds.
 */
const GRACE_MS = 4_000
/** A replica that ended is told for so long. */
const SHOWN_MS = 15_000
/** The lease of what is done once for all: no target has this name. */
const LEADER = ''

export function createLeases(options: LeasesOptions): Leases {
  const { table, session, cells, monotonic, wall, now, log } = options
  const trust = createTrust({ monotonic, wall, forMs: TRUST_MS })
  const own = new Set<string>()
  const known = new Set([LEADER, ...cells.flat()])
  let sessions: readonly Session[] = []
  let readAt = now()
  let version = 0
  let wantsAll = true
  let unsettled = { at: monotonic(), key: '' }
  let warned = false
  /** Since when the leases were renewed without a break, by the monotonic clock. */
  let steadySince = Number.POSITIVE_INFINITY

  const mine = (target: string) => table.leases.get(target)?.session === session

  function dealt(taken: string[], lost: string[]): void {
    if (taken.length === 0 && lost.length === 0) return
    for (const target of lost) own.delete(target)
    for (const target of taken) own.add(target)
    version++
    log.info({ taken: taken.length, lost: lost.length, has: own.size }, 'targets are dealt')
    options.onDealt({ taken, lost })
  }

  /** Takes up what the table says now: others may have taken over, or this replica has got something. */
  async function settleOwn(): Promise<void> {
    const lost = [...own].filter((target) => !mine(target))
    dealt([], lost)
    const taken = [...known].filter((target) => mine(target) && !own.has(target))
    if (taken.length === 0) return
    await options.caughtUp()
    dealt(taken.filter(mine), [])
  }

  async function take(targets: readonly string[]): Promise<void> {
    if (targets.length === 0) return
    const termOf = (target: string) => table.leases.get(target)?.term ?? 0
    const terms = new Map<string, number>()
    for (const cell of cells) {
      const next = 1 + Math.max(...cell.map(termOf))
      for (const target of cell) terms.set(target, next)
    }
    await table.take(targets.map((target) => ({ target, term: terms.get(target) ?? 1 + termOf(target) })))
    await settleOwn()
  }

  async function giveUp(targets: readonly string[]): Promise<void> {
    const leaving = targets.filter((target) => own.has(target))
    if (leaving.length === 0) return
    dealt([], leaving)
    await options.drained(leaving)
    await table.give(leaving)
  }

  function isSettled(living: readonly string[], holders: ReadonlyMap<string, string>): boolean {
    const counts = living.map((one) => `${one} ${[...holders.values()].filter((holder) => holder === one).length}`)
    const key = counts.join()
    if (key !== unsettled.key) unsettled = { at: monotonic(), key }
    return monotonic() - unsettled.at >= SETTLED_MS
  }

  async function deal(): Promise<void> {
    const living = sessions.filter(({ alive }) => alive).map((one) => one.session)
    const alive = new Set(living)
    const isGrace = monotonic() - steadySince < GRACE_MS
    const holders = new Map<string, string>()
    for (const { target, session: holder } of table.leases.values())
      if (holder !== null && (alive.has(holder) || isGrace) && known.has(target)) holders.set(target, holder)
    const leader = holders.get(LEADER)
    holders.delete(LEADER)
    const moves = movesOf({ me: session, living, cells, holders }, isSettled(living, holders), options.mayLeave)
    await take([...moves.take, ...(leader === undefined ? [LEADER] : [])])
    await giveUp(moves.giveUp.flat())
    const gone = [...table.leases.values()].filter((lease) => lease.session === session && !known.has(lease.target))
    if (gone.length > 0) await table.give(gone.map(({ target }) => target))
  }

  return {
    async round() {
      const asked = trust.ask()
      const broken = trust.state() !== 'held'
      try {
        sessions = await table.renew(wantsAll)
        readAt = now()
        wantsAll = false
        await table.follow()
        await settleOwn()
        asked.renewed()
        if (broken) steadySince = monotonic()
        await deal()
        if (warned) log.info({}, 'the leases of this replica are renewed again')
        warned = false
      } catch (error) {
        asked.failed()
        if (!warned)
          log.warn({ err: error }, 'the leases of this replica could not be renewed: what is its own is polled on, and nothing is written')
        warned = true
      }
    },
    owns: (target) => own.has(target),
    holds: (target, ms) => own.has(target) && trust.lasts(ms),
    judges: () => trust.state() !== 'unknown',
    leads: () => own.has(LEADER) && trust.state() === 'held',
    version: () => version,
    members: () => ({
      replicas: membersOf(sessions, readAt, now()),
      leases: [...table.leases.values()]
        .filter(({ target }) => target !== LEADER)
        .map(({ target, replica, session: holder, term }) => {
          const living = holder === session ? own.has(target) : sessions.some((one) => one.session === holder && one.alive)
          return { target, replica: living ? replica : null, term }
        }),
    }),
    others: () => sessions.filter((one) => one.alive && one.session !== session),
    wantAll() {
      wantsAll = true
    },
    async end() {
      const lost = [...own]
      const held = trust.lasts(0)
      dealt([], lost)
      trust.drop()
      if (held) await options.drained(lost)
      await table.end()
    },
  }
}

/** By name, the newest run of each. */
function membersOf(sessions: readonly Session[], readAt: number, at: number): Members['replicas'] {
  const newest = new Map<string, number>()
  for (const { name, seenMs, alive } of sessions) {
    const seenAt = Math.round(readAt - seenMs)
    if (!alive && at - seenAt > SHOWN_MS) continue
    newest.set(name, Math.max(seenAt, newest.get(name) ?? 0))
  }
  return [...newest].map(([name, seenAt]) => ({ name, seenAt })).sort((a, b) => (a.name < b.name ? -1 : 1))
}
