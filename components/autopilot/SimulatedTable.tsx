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
    cell: (step) => (
      <>
        <Go href={path`/proposals/${step.proposal}`} className={rowLinkLook}>
          {safe(`${step.target}: ${step.what}`, 160)}
        </Go>
        {!step.acts && (
          <span className="block text-dim text-xs">
            <Sentence text={step.because} max={300} />
          </span>
        )}
        {step.predicted && (
          <span className="block text-xs md:hidden">
            <Predicted step={step} />
          </span>
        )}
        <span className="block text-xs sm:hidden">
          <Outcome step={step} />
        </span>
      </>
    ),
  },
  { id: 'predicted', head: 'Predicted', right: true, from: 'md', cell: (step) => <Predicted step={step} /> },
  { id: 'outcome', head: 'What came of it', from: 'sm', cell: (step) => <Outcome step={step} /> },
]

/** The figures of a prediction. On a narrow page they stand below the proposal, as the outcome does. */
function Predicted({ step: { predicted } }: { step: SimulatedStepView }) {
  if (!predicted) return <span className="text-dim">–</span>
  const { before, after, low, high, unit } = predicted
  return (
    <>
      <span className="whitespace-nowrap">
        <Figure value={before} unit={unit} /> → <Figure value={after} unit={unit} />
      </span>{' '}
      <span className="whitespace-nowrap text-dim text-xs">({interval(low, high, unit)})</span>
    </>
  )
}

function Outcome({ step: { outcome, predicted } }: { step: SimulatedStepView }) {
  if (!outcome) return <span className="text-dim">nobody applied it</span>
  return (
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
  )
}

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
