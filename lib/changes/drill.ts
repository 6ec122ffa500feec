import { interval, text } from '../format/format.ts'
import { measure } from '../metrics/measure.ts'
import { metricOf } from '../metrics/registry.ts'
import type { Change } from '../model/change.ts'
import type { Expectation, ExpectationOutcome } from '../model/drill.ts'
import type { SeriesWindow } from '../model/window.ts'
import type { ChangesContext } from './context.ts'
import { startRollback } from './rollback.ts'

/** A drill ends with a tick: its last expectation may reach a moment beyond. */
const POLL_MS = 2_000

/** The end of a drill: what was measured stands beside what was expected, and what was taken away is put back. */
export async function endDrill(change: Change, context: ChangesContext): Promise<void> {
  const drill = change.drill!
  const [from, now] = [change.watchFrom!, context.now()]
  const outcomes = expectationOutcomes(drill.expects, from, now, context.fleet.window(now - from))
  const because = drillText(drill.expects, outcomes)
  context.journal.note(change.id, { what: 'measured', text: because }, { drill: { ...drill, outcomes } })
  await startRollback(change.id, { by: 'Evenkeel', because, automatic: false }, {}, context)
}

/** Each expectation beside what was measured over its part of the time from `from` on. A part that reaches beyond `until` is not judged. */
export function expectationOutcomes(
  expects: readonly Expectation[],
  from: number,
  until: number,
  window: SeriesWindow,
): ExpectationOutcome[] {
  return expects.map(({ metric, where, low, high, fromMs, toMs }) => {
    if (from + toMs > until + POLL_MS) return { inside: null, because: 'it was over before' }
    const seen = measure(metric, where, window.between(from + fromMs, from + toMs))
    if (seen.is !== 'measured') return { inside: null, because: seen.because }
    return { value: seen.value, low: seen.low, high: seen.high, inside: seen.value >= low && seen.value <= high }
  })
}

function drillText(expects: readonly Expectation[], outcomes: readonly ExpectationOutcome[]): string {
  const judged = outcomes.filter(({ inside }) => inside !== null)
  const parts = expects.map((expected, i) => {
    const { metric, where, unit, after, fromMs, toMs } = expected
    const outcome = outcomes[i]!
    const part = where.node ?? where.server
    const what = `${part === undefined ? '' : `${part}, `}${metricOf(metric).words} ${Math.round(fromMs / 1_000)} to ${Math.round(toMs / 1_000)} s after the write`
    const foreseen = `${text(after, unit)} (${interval(expected.low, expected.high, unit)}) expected`
    return outcome.inside === null
      ? `${what}: ${foreseen}, not measured: ${outcome.because}`
      : `${what}: ${foreseen}, ${text(outcome.value, unit)} measured`
  })
  const right = judged.filter(({ inside }) => inside).length
  return `The drill is over: ${right} of ${judged.length} as expected. ${parts.join('; ')}.`
}
