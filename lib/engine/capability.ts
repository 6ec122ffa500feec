import type { Capability } from '../model/topology.ts'
import type { Poller } from './poller.ts'

/** So many polls without an answer, and what a probe stands for is not to be had. */
const LOST_AFTER = 6

type Known = { up: boolean; everyMs: number; because: string | undefined; now: number }
type Fate = Pick<Poller, 'probe' | 'state' | 'because' | 'lastAt'>

/** What can be had of a target by the fate of one probe. `because`: why it is asked less often. Null while nothing is known of it yet. */
export function capabilityOf(
  { probe: { feature }, state, because, lastAt }: Fate,
  { up, everyMs, because: slower, now }: Known,
): Capability | null {
  // One late answer says nothing; several in a row say that it cannot be read now.
  if (state === 'gap' && lastAt !== null && up && now - lastAt > LOST_AFTER * everyMs)
    return {
      feature,
      available: false,
      because: `nothing could be read since ${new Date(lastAt).toISOString().slice(11, 19)} UTC: ${because}`,
    }
  if (state === 'ok' || (state === 'gap' && lastAt !== null)) return shared(feature, true, slower)
  if (state === 'unavailable' || (state === 'resting' && up)) return shared(feature, false, because!)
  return null
}

/** What is said of thousands of targets alike is one object for all of them: by feature, and by why. */
const said = new Map<string, Map<string | undefined, Capability>>()
/** Reasons may hold words of a server. */
const REASONS_MAX = 100

function shared(feature: string, available: boolean, because: string | undefined): Capability {
  let reasons = said.get(feature)
  if (!reasons) {
    reasons = new Map()
    said.set(feature, reasons)
  }
  const known = reasons.get(because)
  if (known?.available === available) return known
  if (reasons.size >= REASONS_MAX) reasons.clear()
  const made: Capability = { feature, available, ...(because !== undefined && { because }) }
  reasons.set(because, made)
  return made
}
