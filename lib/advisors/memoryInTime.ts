import { duration, text } from '../format/format.ts'
import type { Finding } from '../model/finding.ts'
import type { Draft, NoRemedy } from '../model/proposal.ts'

/** A limit of memory that is raised within what the machine has. */
type Limit = { target: string; most: number; ceiling: number; isCache: boolean }
type Raise = (after: number) => Pick<Draft, 'steps' | 'risk' | 'riskBecause'>

/** One step adds a quarter, and at least doubles the time that is left. */
const MORE = 0.25
const MIB = 1_048_576

/**
 * Headroom against a forecast of full memory. What it wins is told by the growth that the finding measured and by nothing else: how long that
 * goes on no watch can confirm, so that no effect is promised.
 */
export function memoryInTime({ evidence }: Finding, { target, most, ceiling, isCache }: Limit, raise: Raise): Draft | NoRemedy {
  const full = evidence.find(({ unit }) => unit === 'seconds')
  const left = evidence.find(({ unit }) => unit === 'bytes')
  if (!full || !left)
    return {
      none: 'Its connections run out, not its memory: find what opens them and does not close them, or raise the limit of connections.',
    }
  if (full.value <= 0 || left.value <= 0)
    return { none: `${target} is at its limit: how fast it would grow beyond that is not known. Find what writes so much.` }
  const more = Math.ceil(Math.max(MORE * most, left.value) / MIB) * MIB
  const after = most + more
  if (after > ceiling)
    return {
      none: `At its present growth ${target} would need more than ${text(ceiling, 'bytes')} to win as much time as it has left; above that it would be taken from the system. Find what grows, or add a node.`,
    }
  const times = 1 + more / left.value
  const then = (seconds: number) => duration(seconds * times * 1_000)
  const { value, low = value, high = value } = full
  return {
    ...raise(after),
    because: `At the growth of the last ${duration(full.to - full.from)} a limit of ${text(after, 'bytes')} is reached in ${then(value)} (${then(low)} to ${then(high)}) instead of ${duration(value * 1_000)}. That is time to find what grows, and no end of it${isCache ? '; it evicts nothing: if its keys may go, a rule of eviction lets those go that are not read' : ''}.`,
    predict: {
      absentBecause:
        'it wins time and changes no ratio or rate: whether the growth goes on is a forecast, which no measurement after the change could confirm',
    },
    guards: [],
  }
}
