/** Time, injected: tests run it by hand. */
export type Clock = {
  /** Epoch ms. */
  now(): number
  /** Runs once after `ms`; returns the way to call it off. */
  setTimer(run: () => void, ms: number): () => void
  /** 0 to 1: spreads what would otherwise happen in one moment. */
  random(): number
}

export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer(run, ms) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
  random: () => Math.random(),
}
