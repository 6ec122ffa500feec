/** An interval at whose end it was seen whether something had changed within it. */
export type Looked = { ms: number; changed: boolean }

const HALVINGS = 60

/**
 * Changes a ms of what is only looked at now and then, as the maximum likelihood of a Poisson process whose intervals are of unequal length (Cho
 * and Garcia-Molina, Estimating frequency of change, 2003): two changes between two looks are seen as one. 0 where none was seen; infinite where
 * each look saw one.
 */
export function changeRate(looks: readonly Looked[]): number {
  const changed = looks.filter((look) => look.changed)
  if (changed.length === 0) return 0
  const unchangedMs = looks.reduce((all, { ms, changed }) => all + (changed ? 0 : ms), 0)
  if (unchangedMs === 0) return Number.POSITIVE_INFINITY
  // The derivative of the log-likelihood falls with the rate, so that its zero is found by halving.
  const slope = (rate: number) => changed.reduce((all, { ms }) => all + ms / Math.expm1(rate * ms), 0) - unchangedMs
  let [low, high] = [0, changed.length / unchangedMs]
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2
    if (slope(middle) > 0) low = middle
    else high = middle
  }
  return (low + high) / 2
}
