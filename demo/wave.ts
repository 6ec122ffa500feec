import { normal } from '../test/random.ts'

/**
 * How much busier than the mean it is: a day of ±25 % squeezed into `dayMs`, with noise that is correlated over some seconds.
 * Stays within 0.6 and 1.4.
 */
export function wave(dayMs: number, random: () => number): (at: number) => number {
  let noise = 0
  return (at) => {
    noise = 0.98 * noise + 0.01 * normal(random)
    return Math.min(1.4, Math.max(0.6, 1 + 0.25 * Math.sin((2 * Math.PI * at) / dayMs) + noise))
  }
}
