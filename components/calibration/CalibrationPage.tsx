'use client'
import { Moment } from '@/components/frame/Ago.tsx'
import { Go, linkLook, rowLinkLook, useGo } from '@/components/frame/Go.tsx'
import { useApi } from '@/components/frame/useApi.ts'
import { Empty, Failure } from '@/components/ui/empty.tsx'
import { Figure } from '@/components/ui/figure.tsx'
import { PageHead, Section } from '@/components/ui/page.tsx'
import { type Column, Table } from '@/components/ui/table.tsx'
import { interval, safe } from '@/lib/format/format.ts'
import type { CalibrationView, OutcomeView } from '@/lib/model/answers/calibration.ts'
import { OffMark } from './OffMark.tsx'

type Record = CalibrationView['advisors'][number]

const RECORDS: Column<Record>[] = [
  {
    id: 'advisor',
    head: 'Remedy',
    grow: true,
    cell: ({ title, advisor }) => (
      <>
        {title} <code className="font-mono text-dim text-xs">{advisor}</code>
      </>
    ),
  },
  { id: 'judged', head: 'Judged', right: true, sort: ({ judged }) => judged, cell: ({ judged }) => judged },
  { id: 'inside', head: 'Inside', right: true, cell: ({ inside }) => inside },
  {
    id: 'share',
    head: 'Share',
    right: true,
    sort: ({ inside, judged }) => inside / judged,
    cell: ({ inside, judged }) => <Figure value={inside / judged} unit="ratio" />,
  },
  {
    id: 'factor',
    head: 'Next bands',
    right: true,
    cell: ({ factor }) => (factor > 1 ? `${factor.toFixed(2)}× wider` : <span className="text-dim">as computed</span>),
  },
]

const hrefOf = ({ change, warming = '' }: OutcomeView) =>
  change === null ? `/targets/${encodeURIComponent(warming)}?tab=warming` : `/changes/${change}`

const OUTCOMES: Column<OutcomeView>[] = [
  {
    id: 'what',
    head: 'Change',
    grow: true,
    cell: (outcome) => (
      <Go href={hrefOf(outcome)} className={rowLinkLook}>
        {safe(outcome.what, 160)}
      </Go>
    ),
  },
  { id: 'advisor', head: 'Remedy', from: 'lg', cell: ({ advisor }) => <code className="font-mono text-xs">{advisor}</code> },
  {
    id: 'predicted',
    head: 'Predicted',
    right: true,
    from: 'md',
    cell: ({ after, low, high, unit }) => (
      <span className="whitespace-nowrap">
        <Figure value={after} unit={unit} /> <span className="text-dim text-xs">({interval(low, high, unit)})</span>
      </span>
    ),
  },
  { id: 'measured', head: 'Measured', right: true, cell: ({ measured, unit }) => <Figure value={measured} unit={unit} /> },
  { id: 'off', head: 'In its band', sort: ({ off }) => Math.abs(off), cell: ({ off, inside }) => <OffMark off={off} inside={inside} /> },
  { id: 'at', head: 'When', right: true, from: 'sm', sort: ({ at }) => at, cell: ({ at }) => <Moment at={at} className="text-dim" /> },
]

/** The score that Evenkeel keeps of itself: each prediction beside what was measured, and by remedy how often the bands held. */
export function CalibrationPage({ initial }: { initial: CalibrationView }) {
  const go = useGo()
  const { data = initial, error } = useApi<CalibrationView>(['changes', 'calibration'], 'calibration', {
    initialData: initial,
    everyMs: 10_000,
  })
  const { judged, inside, advisors, outcomes } = data
  return (
    <>
      <PageHead
        title="Calibration"
        lead={
          judged === 0
            ? 'No prediction has been judged yet.'
            : `${inside} of ${judged} predictions lay inside their band; nine in ten are to.`
        }
      >
        <Go href="/changes" className={linkLook}>
          Changes
        </Go>
      </PageHead>
      {error && <Failure tried="The calibration could not be refreshed." answer={error.message} />}
      {judged === 0 ? (
        <Empty title="Nothing has been judged yet">
          <p>
            Each applied proposal is measured against the effect that it predicted. From nine outcomes of a remedy on, its bands are widened
            so far that nine in ten of the next ones lie inside (adaptive conformal inference).
          </p>
        </Empty>
      ) : (
        <>
          <Section
            title="By remedy"
            note="From nine outcomes on, bands are widened so far that nine in ten of the next ones lie inside."
            flush
          >
            <Table label="Remedies" columns={RECORDS} rows={advisors} rowKey={({ advisor }) => advisor} />
          </Section>
          <Section title="Each prediction" flush>
            <Table
              main
              label="Predictions"
              columns={OUTCOMES}
              rows={outcomes}
              rowKey={({ change, what, at }) => `${change ?? at} ${what}`}
              onOpen={(outcome) => go(hrefOf(outcome))}
            />
          </Section>
        </>
      )}
    </>
  )
}
