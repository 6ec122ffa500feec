'use client'
import { Moment } from '@/components/frame/Ago.tsx'
import { path } from '@/components/frame/api.ts'
import { Go, linkLook, rowLinkLook, useGo } from '@/components/frame/Go.tsx'
import { Figure } from '@/components/ui/figure.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import { Status } from '@/components/ui/status.tsx'
import { type Column, Table } from '@/components/ui/table.tsx'
import { interval, safe } from '@/lib/format/format.ts'
import type { SimulatedStepView } from '@/lib/model/answers/autopilot.ts'

const VERDICT = { improved: 'improved', no_effect: 'no effect', regressed: 'regressed', unjudged: 'unjudged' } as const

const COLUMNS: Column<SimulatedStepView>[] = [
  { id: 'at', head: 'When', sort: ({ at }) => at, cell: ({ at }) => <Moment at={at} /> },
  {
    id: 'acts',
    head: 'It would',
    cell: ({ acts, because }) => (
      <span title={because}>
        <Status tone={acts ? 'change' : 'off'}>{acts ? 'apply' : 'propose'}</Status>
      </span>
    ),
  },
  {
    id: 'what',
    head: 'Proposal',
    grow: true,
    cell: ({ proposal, target, what, acts, because }) => (
      <>
        <Go href={path`/proposals/${proposal}`} className={rowLinkLook}>
          {safe(`${target}: ${what}`, 160)}
        </Go>
        {!acts && (
          <span className="block text-dim text-xs">
            <Sentence text={because} max={300} />
          </span>
        )}
      </>
    ),
  },
  {
    id: 'predicted',
    head: 'Predicted',
    right: true,
    from: 'md',
    cell: ({ predicted }) =>
      predicted ? (
        <span className="whitespace-nowrap">
          <Figure value={predicted.before} unit={predicted.unit} /> → <Figure value={predicted.after} unit={predicted.unit} />{' '}
          <span className="text-dim text-xs">({interval(predicted.low, predicted.high, predicted.unit)})</span>
        </span>
      ) : (
        <span className="text-dim">–</span>
      ),
  },
  {
    id: 'outcome',
    head: 'What came of it',
    from: 'sm',
    cell: ({ outcome, predicted }) =>
      outcome ? (
        <span className="whitespace-nowrap">
          <Go href={path`/changes/${outcome.change}`} className={linkLook}>
            {outcome.verdict ? VERDICT[outcome.verdict] : 'not judged'}
          </Go>
          {outcome.measured !== null && predicted && (
            <span className="text-dim">
              {' '}
              <Figure value={outcome.measured} unit={predicted.unit} />
            </span>
          )}{' '}
          <span className="text-dim text-xs">by {safe(outcome.by, 30)}</span>
        </span>
      ) : (
        <span className="text-dim">nobody applied it</span>
      ),
  },
]

/** Each stored problem, and what the policy would have done about it. */
export function SimulatedTable({ steps }: { steps: readonly SimulatedStepView[] }) {
  const go = useGo()
  return (
    <Table
      label="Simulated steps"
      sticky={false}
      columns={COLUMNS}
      rows={steps}
      rowKey={({ proposal, at }) => `${proposal} ${at}`}
      onOpen={({ proposal }) => go(path`/proposals/${proposal}`)}
    />
  )
}
