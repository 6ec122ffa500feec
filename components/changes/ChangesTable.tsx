'use client'
import { Go, rowLinkLook } from '@/components/frame/Go.tsx'
import { useClock } from '@/components/frame/live.tsx'
import { targetStepsLine } from '@/components/proposals/words.ts'
import { Figure } from '@/components/ui/figure.tsx'
import { Status } from '@/components/ui/status.tsx'
import { type Column, Table } from '@/components/ui/table.tsx'
import { ago, safe } from '@/lib/format/format.ts'
import type { ChangeView } from '@/lib/model/answers/change.ts'
import { changeTone, stateWords, verdictWords } from './words.ts'

type Props = {
  changes: ChangeView[]
  question?: string
  selected?: string | null
  onOpen: (change: ChangeView) => void
  empty?: React.ReactNode
}

/** The record: what was done, what was promised, what came of it. */
export function ChangesTable({ changes, question, selected, onOpen, empty }: Props) {
  const now = useClock(5_000)
  const columns: Column<ChangeView>[] = [
    {
      id: 'state',
      head: 'State',
      cell: (change) => (
        <Status tone={changeTone(change)}>
          {stateWords(change)}
          {verdictWords(change) && `, ${verdictWords(change)}`}
        </Status>
      ),
    },
    {
      id: 'what',
      head: 'Change',
      grow: true,
      cell: (change) => (
        <Go href={`/changes/${change.id}`} className={rowLinkLook}>
          {safe(targetStepsLine(change.steps), 160)}
        </Go>
      ),
    },
    {
      id: 'predicted',
      head: 'Predicted',
      right: true,
      from: 'lg',
      cell: (change) =>
        change.prediction ? (
          <Figure value={change.prediction.after} unit={change.prediction.unit} />
        ) : (
          <span className="text-dim">none</span>
        ),
    },
    {
      id: 'measured',
      head: 'Measured',
      right: true,
      from: 'md',
      cell: (change) => <Figure value={change.measured?.after} unit={change.prediction?.unit ?? 'none'} because="not measured yet" />,
    },
    { id: 'by', head: 'By', from: 'lg', cell: (change) => <span className="text-dim">{safe(change.by, 40)}</span> },
    {
      id: 'at',
      head: 'When',
      right: true,
      from: 'sm',
      sort: (change) => Date.parse(change.at),
      cell: (change) => <time dateTime={change.at}>{now ? ago(Date.parse(change.at), now) : ''}</time>,
    },
  ]
  return (
    <Table
      label="Changes"
      main
      hold
      question={question}
      columns={columns}
      rows={changes}
      rowKey={(change) => change.id}
      selected={selected}
      onOpen={onOpen}
      empty={empty}
    />
  )
}
