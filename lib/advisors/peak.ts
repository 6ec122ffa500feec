/** Of a Poisson count, the part that its mean may be off when the fullest of several seconds is looked at: polls are no exact seconds. */
const UNEVEN = 1.5

/**
 * The fullest second of keys whose ends are spread evenly, per second: their mean, plus what chance adds to the largest of so many Poisson
 * counts (λ + √(2 λ ln n)). `high` allows for a server that ends keys in rounds and for polls that do not last a second to the millisecond.
 */
export function spreadPeak(keys: number, seconds: number, background: number): { after: number; low: number; high: number } {
  const mean = keys / Math.max(1, seconds) + background
  const most = mean + Math.sqrt(2 * mean * Math.log(Math.max(2, seconds)))
  return { after: most, low: mean, high: UNEVEN * most }
}
