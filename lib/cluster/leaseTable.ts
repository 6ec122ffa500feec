import type { Database } from '../store/postgres/connection.ts'

/** A run of a replica's process as the database knows it. `wantsAt`: when it last asked the others to say everything anew, by the database's clock. */
export type Session = { session: string; name: string; alive: boolean; seenMs: number; wantsAt: number | null }
export type HeldLease = { target: string; replica: string | null; session: string | null; term: number }

/** The shared tables of replicas and leases, as one replica reads and writes them. */
export interface LeaseTable {
  /** Renews this session and reads who is there. */
  renew(wantsAll: boolean): Promise<Session[]>
  /** What has changed since the last time, taken up into `leases`. */
  follow(): Promise<void>
  /** By target, as of the newest `follow`, `take` and `give`. */
  readonly leases: ReadonlyMap<string, HeldLease>
  /** Answers those that it got. */
  take(wanted: readonly { target: string; term: number }[]): Promise<string[]>
  give(targets: readonly string[]): Promise<void>
  /** Gives back everything, and is not there any more. */
  end(): Promise<void>
}

export type LeaseTableOptions = {
  database: Pick<Database, 'query'>
  session: string
  name: string
  /** How long a lease lasts without a renewal, by the database's clock. */
  lastsMs: number
}

type ReplicaRow = { session: string; name: string; alive: boolean; seen_ms: number; wants_ms: number | null }

export function createLeaseTable({ database: { query }, session, name, lastsMs }: LeaseTableOptions): LeaseTable {
  const leases = new Map<string, HeldLease>()
  let cursor = 0
  return {
    leases,
    async renew(wantsAll) {
      const rows = await query<ReplicaRow>('SELECT * FROM evenkeel.lease_renew($1, $2, $3, $4)', [session, name, lastsMs / 1000, wantsAll])
      return rows.map((row) => ({ session: row.session, name: row.name, alive: row.alive, seenMs: row.seen_ms, wantsAt: row.wants_ms }))
    },
    async follow() {
      const rows = await query<HeldLease & { seq: number }>(
        'SELECT target, replica, session, term, seq FROM evenkeel.lease WHERE seq > $1 ORDER BY seq',
        [cursor],
      )
      for (const { seq, ...lease } of rows) {
        leases.set(lease.target, lease)
        cursor = seq
      }
    },
    async take(wanted) {
      const rows = await query<{ target: string; term: number }>('SELECT target, term FROM evenkeel.lease_take($1, $2, $3, $4)', [
        session,
        name,
        wanted.map(({ target }) => target),
        wanted.map(({ term }) => term),
      ])
      for (const { target, term } of rows) leases.set(target, { target, replica: name, session, term })
      return rows.map(({ target }) => target)
    },
    async give(targets) {
      await query('SELECT evenkeel.lease_give($1, $2)', [session, targets])
      for (const target of targets) {
        const lease = leases.get(target)
        if (lease?.session === session) leases.set(target, { ...lease, replica: null, session: null })
      }
    },
    async end() {
      await query('SELECT evenkeel.lease_end($1)', [session])
      leases.clear()
    },
  }
}
