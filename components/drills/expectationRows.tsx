import { Figure } from '@/components/ui/figure.tsx'
import { Status } from '@/components/ui/status.tsx'
import type { Column } from '@/components/ui/table.tsx'
import { interval, safe } from '@/lib/format/format.ts'
import { metricOf } from '@/lib/metrics/registry.ts'
import type { Expectation, ExpectationOutcome } from '@/lib/model/drill.ts'

export type ExpectationRow = { id: string; expected: Expectation; outcome?: ExpectationOutcome }

export const expectationRows = (expects: readonly Expectation[], outcomes?: readonly ExpectationOutcome[]): ExpectationRow[] =>
  expects.map((expected, place) => ({ id: String(place), expected, ...(outcomes?.[place] && { outcome: outcomes[place] }) }))

const whatOf = ({ metric, where }: Expectation) =>
  `${metricOf(metric).words} of ${safe(where.node ?? where.server ?? where.ring ?? where.pool ?? where.target ?? '', 60)}`
const whenOf = ({ fromMs, toMs }: Expectation) => `${Math.round(fromMs / 1_000)} to ${Math.round(toMs / 1_000)} s`

/** What a drill is held against: now, expected with its band, and what came. */
export const EXPECTATIONS: Column<ExpectationRow>[] = [
  {
    id: 'what',
    head: 'Expected',
    grow: true,
    cell: ({ expected }) => (
      <>
        {whatOf(expected)} <span className="block text-dim text-xs">after {whenOf(expected)}</span>
      </>
    ),
  },
  { id: 'before', head: 'Now', right: true, from: 'sm', cell: ({ expected }) => <Figure value={expected.before} unit={expected.unit} /> },
  {
    id: 'after',
    head: 'Then',
    right: true,
    cell: ({ expected: { after, low, high, unit } }) => (
      <>
        <Figure value={after} unit={unit} /> <span className="block whitespace-nowrap text-dim text-xs">{interval(low, high, unit)}</span>
      </>
    ),
  },
]

export const OUTCOME: Column<ExpectationRow> = {
  id: 'outcome',
  head: 'Measured',
  right: true,
  cell: ({ expected, outcome }) =>
    outcome === undefined ? (
      <span className="text-dim">not yet</span>
    ) : outcome.inside === null ? (
      <span className="text-dim" title={outcome.because}>
        not judged
      </span>
    ) : (
      <>
        <Figure value={outcome.value} unit={expected.unit} />{' '}
        <span className="block text-xs">
          <Status tone={outcome.inside ? 'ok' : 'warning'}>{outcome.inside ? 'as expected' : 'otherwise'}</Status>
        </span>
      </>
    ),
}
