import { type Interval, Z } from './intervals.ts'

/** The share of sequences that ever exclude the truth, however often and however long one looks. */
export const MISSED = 0.05

/**
 * A confidence sequence: an interval that holds the truth at all times of looking at once (with 1 − `MISSED`), in place of an interval that
 * holds it at one time that was fixed before. Robbins' normal mixture for the mean of a running measurement (Howard et al., Annals of Statistics
 * 2021, arXiv:1810.08240, eq. 14; asymptotic: Waudby-Smith et al., Annals of Statistics 2024, arXiv:2103.06476; the same in canaries at Netflix:
 * Lindon et al., arXiv:2205.14762). `scale`: the size of deviation that it is most sensitive to, chosen before anything was measured: it is no
 * interval at all of 0.
 *
 * It holds of a difference between a fixed stretch before and a growing one after too: scores of the difference over its variance have
 * independent increments (Jennison and Turnbull, Group Sequential Methods, 2000, ch. 3). Autocorrelation and the few batches that a variance
 * is known from are in the width that is given (batch means, Student's t).
 */
export const anytime = ({ value, low, high }: Interval, scale: number): Interval => ({
  value,
  low: value - widened(value - low, scale),
  high: value + widened(high - value, scale),
})

/** The half-width of a sequence instead of that of an interval at a fixed time. */
function widened(half: number, scale: number): number {
  if (!(half > 0)) return 0
  const variance = (half / Z) ** 2
  const gain = scale ** 2 / variance
  return Math.sqrt(variance * (1 + 1 / gain) * (Math.log1p(gain) + 2 * Math.log(1 / MISSED)))
}
