import type { RingSpec } from './ring.ts'

/** One key with its share of all traffic. */
export type KeyWeight = { key: string; weight: number }

/** A ring whose traffic is to be evened by points or weights. Plain data: it is answered in a worker thread too. */
export type SolverQuestion = {
  spec: RingSpec
  /** Share of traffic by node name; without it traffic is taken to be as even as the ring. */
  seen?: Readonly<Record<string, number>>
  /** Keys that are known, each with its fraction of all traffic: the hottest ones, or every key of a sample. */
  keys?: readonly KeyWeight[]
  /** Largest max over mean that is good enough. Default 1.05. */
  limit?: number
  /**
   * Fewest and most points or weight a node may have. Defaults: 1, and half more than the most now or twice the mean; where only the ratios
   * of weights count, as much as the ratios need.
   */
  bounds?: { min?: number; max?: number }
  /** How long a better answer is looked for. Default 700 ms; small rings are done long before. */
  budgetMs?: number
}

export type SolverAnswer =
  | {
      is: 'solved'
      setting: 'points' | 'weight'
      nodes: { name: string; before: number; after: number }[]
      /** max over mean of the traffic over the nodes that take keys, as seen and as it will be. */
      imbalance: { before: number; after: number }
      /** Share of the traffic by node as it will be. */
      shares: Record<string, number>
      /** Fraction of the traffic whose keys change hands, and what lies above the limit: no ring at all could move less. */
      moved: number
      leastMoved: number
      /** False when the limit cannot be met with these settings: this is the best that was found, and `because` says what would. */
      reached: boolean
      because?: string
    }
  /** No setting can do better than `floor`, max over mean, or none without moving far more keys than that is worth. */
  | { is: 'floor'; floor: number; because: string }
