import type { Drill } from './drill.ts'

/**
 * A drill that a person does by hand: they stop something, Evenkeel writes nothing, notices that it went, holds what was expected against what
 * comes, and notices its return. `waiting`: told, and still there. `called_off`: it did not go, or somebody ended the wait.
 */
export type HandDrillState = 'waiting' | 'away' | 'returned' | 'called_off'

export type HandDrill = {
  id: string
  /** The ref of what is stopped: `node:products/cache-b`, `server:edge/app/app3`. */
  thing: string
  state: HandDrillState
  by: string
  /** Epoch ms. */
  at: number
  goneAt?: number
  backAt?: number
  drill: Drill
  risks: string[]
}

/** A person who has said that they stop something does it within this time, or the drill is called off. */
export const HAND_WAIT_MS = 15 * 60_000

export const handDrillActive = ({ state }: Pick<HandDrill, 'state'>): boolean => state === 'waiting' || state === 'away'
