import { AgeHistogram } from './ages.ts'
import type { SimulatedCache } from './replay.ts'

/** What a replay shows of a part of the keys, beside the misses that it counts by key. */
export class PartTally {
  readonly ages = new AgeHistogram()
  unseen = 0
  /** Keys and bytes of the sample that it held, summed over all looks. */
  keys = 0
  bytes = 0
  looks = 0
}

/** Adds what each part of the keys holds at this moment: `part` says by key which it is in. */
export function lookAtParts(cache: Pick<SimulatedCache, 'bytesHeld'>, part: Uint8Array | undefined, tallies: readonly PartTally[]): void {
  for (const tally of tallies) tally.looks++
  if (!part) return
  for (let key = 0; key < part.length; key++) {
    const tally = tallies[part[key]! - 1]
    const bytes = tally ? cache.bytesHeld(key) : -1
    if (!tally || bytes < 0) continue
    tally.keys++
    tally.bytes += bytes
  }
}
