import type { Ownership } from '../model/ownership.ts'

/** The replica that has a target: null while nobody does. The term is raised each time it changes hands. */
export type Lease = { target: string; replica: string | null; term: number }
export type Members = {
  /** Those that were seen of late, by name; `seenAt`: epoch ms. */
  replicas: { name: string; seenAt: number }[]
  leases: Lease[]
}

/** All processes that are one Evenkeel together: who is there, and who has what. */
export interface Cluster extends Ownership {
  /** The name of this replica. */
  readonly name: string
  /** As of the newest round. */
  members(): Members
  /** Fencing: whether this replica has the target for at least so long, whatever others do meanwhile. */
  holds(target: string, ms: number): boolean
  /** Has the replica that has the target run a call, and answers what it answers. */
  ask(target: string, request: unknown): Promise<unknown>
  /** Resolves when all that others have committed before the call is known here. */
  caughtUp(): Promise<void>
}

/** A process that shares its state with no other. */
export const alone = (name: string, targets: readonly string[], now: () => number): Cluster => ({
  name,
  owns: () => true,
  judges: () => true,
  leads: () => true,
  version: () => 0,
  holds: () => true,
  ask: () => Promise.reject(new Error('there is no other replica')),
  caughtUp: async () => {},
  members: () => ({
    replicas: [{ name, seenAt: now() }],
    leases: targets.map((target) => ({ target, replica: name, term: 1 })),
  }),
})
