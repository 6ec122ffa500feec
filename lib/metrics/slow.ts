/** When a response counts as slow beside another one. The keys are those of the settings of balancer/slow-server. */
export type SlowLimits = {
  /** Response time over the other one. */
  ratio: number
  /** And at least so many ms more. */
  slower: number
  /** Requests in each of three spans; with fewer there is no response to speak of. */
  requestsMin: number
  /** How far back to look for them, in ms. */
  longest: number
}

export const SLOW_LIMITS: SlowLimits = { ratio: 2, slower: 20, requestsMin: 40, longest: 180_000 }

export const isSlow = (seconds: number, other: number, { ratio, slower }: Pick<SlowLimits, 'ratio' | 'slower'>): boolean =>
  seconds >= ratio * other && seconds - other >= slower / 1000
