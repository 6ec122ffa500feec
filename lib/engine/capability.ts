import type { Capability } from '../model/topology.ts'
import type { ProbeStatus } from './probeStatus.ts'

/** So many polls without an answer, and what a probe stands for is not to be had. */
const LOST_AFTER = 6

type Known = { up: boolean; everyMs: number; because: string | undefined; now: number }

/** What can be had of a target by the fate of one probe. `because`: why it is asked less often. Null while nothing is known of it yet. */
export function capabilityOf(
  { state, because, lastAt }: Pick<ProbeStatus, 'state' | 'because' | 'lastAt'>,
  { up, everyMs, because: slower, now }: Known,
): Omit<Capability, 'feature'> | null {
  // One late answer says nothing; several in a row say that it cannot be read now.
  if (state === 'gap' && lastAt !== null && up && now - lastAt > LOST_AFTER * everyMs)
    return {
      available: false,
      because: `nothing could be read since ${new Date(lastAt).toISOString().slice(11, 19)} UTC: ${because}`,
    }
  if (state === 'ok' || (state === 'gap' && lastAt !== null)) return { available: true, ...(slower && { because: slower }) }
  if (state === 'unavailable' || (state === 'resting' && up)) return { available: false, because: because! }
  return null
}
