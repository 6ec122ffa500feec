import type { Prediction } from './proposal.ts'

/** A prediction of a metric's mean over a part of a drill, ms after its write. */
export type Expectation = Omit<Prediction, 'holds' | 'event' | 'dip'> & { fromMs: number; toMs: number }

/** An expectation beside what came. `inside` null: not judged, because of `because`. */
export type ExpectationOutcome = { value: number; low: number; high: number; inside: boolean } | { inside: null; because: string }

/** What makes a change a drill: something is taken away for so long, watched against what was expected of it, and put back. */
export type Drill = {
  /** What is taken away, in words: "cache-b of products". */
  of: string
  lastsMs: number
  expects: Expectation[]
  /** One for each expectation, once it has ended. */
  outcomes?: ExpectationOutcome[]
}

/** The longest and the shortest time that something may be taken away for. */
export const DRILL_MS = { least: 20_000, most: 15 * 60_000 } as const

export const DRILL_STAYS_NOT = 'A drill is not kept: it is put back when its time is over. Roll it back to end it now.'
