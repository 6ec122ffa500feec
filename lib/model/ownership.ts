/**
 * The part of the fleet that this process is in charge of, where several share one: it polls and judges that, and is told of the rest. A process
 * that is alone has all of it.
 */
export interface Ownership {
  /** Whether it polls and judges this configured target. */
  owns(target: string): boolean
  /** Whether findings may be judged now: not while it is unknown whether another has taken over. */
  judges(): boolean
  /** Leader election: whether it does what is done once for the whole fleet, such as sending notices. */
  leads(): boolean
  /** Raised whenever another answer of `owns` may follow. */
  version(): number
}

export const ALONE: Ownership = { owns: () => true, judges: () => true, leads: () => true, version: () => 0 }
