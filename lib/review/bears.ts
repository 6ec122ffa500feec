import { text } from '../format/format.ts'
import type { OriginFacts } from './facts.ts'

/** What an origin's measured capacity says of a load: whether answers would stay as fast as now; null: unjudged. */
export function borne({ line, day }: Pick<OriginFacts, 'line' | 'day'>, then: number): boolean | null {
  if (line?.knee) return then <= line.knee.low ? true : then > line.knee.high ? false : null
  const most = Math.max(line?.most ?? 0, day?.peak ?? 0)
  return then <= most ? true : null
}

/** The capacity of an origin in a sentence: the knee of its load-latency line, with its interval, or that it was not reached. */
export function capacityWords({ line }: Pick<OriginFacts, 'line'>, then: number): string {
  if (!line) return 'How long it takes under load is not measured: its capacity is unjudged.'
  const { knee, most } = line
  if (!knee)
    return `Within the ${text(most, 'perSecond')} seen in the last minutes its answers did not get slower: the knee was not reached, and its capacity is unjudged.`
  const range = `${text(knee.value, 'perSecond')} (${text(knee.low, 'perSecond')} to ${text(knee.high, 'perSecond')})`
  const verdict =
    then <= knee.low ? 'it would bear that' : then > knee.high ? 'it would be overloaded' : 'whether it bears that is unjudged'
  return `Its answers get slower from ${range} on: ${verdict}.`
}
