'use client'
import { Go, rowLinkLook } from '@/components/frame/Go.tsx'
import { useClock } from '@/components/frame/live.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import { Status } from '@/components/ui/status.tsx'
import { type Column, Table } from '@/components/ui/table.tsx'
import { ago } from '@/lib/format/format.ts'
import type { FindingView } from '@/lib/model/answers/finding.ts'
import { findingTone, findingWord, subjectText } from './words.ts'

type Props = {
  findings: FindingView[]
  question?: string
  selected?: string | null
  onOpen: (finding: FindingView) => void
  empty: React.ReactNode
}

/** One line a finding: mark, sentence with its numbers, subject, since when, what would mend it. */
export function FindingsTable({ findings, question, selected, onOpen, empty }: Props) {
  const now = useClock(5_000)
  const columns: Column<FindingView>[] = [
    { id: 'state', head: 'State', cell: (finding) => <Status tone={findingTone(finding)}>{findingWord(finding)}</Status> },
    {
      id: 'summary',
      head: 'What is wrong',
      grow: true,
      cell: (finding) => (
        <Go href={`/findings/${finding.id}`} className={rowLinkLook}>
          <Sentence text={finding.summary} max={300} />
        </Go>
      ),
    },
    { id: 'subject', head: 'Where', from: 'md', cell: (finding) => <span className="text-dim">{subjectText(finding.subject)}</span> },
    { id: 'rule', head: 'Rule', from: 'xl', cell: (finding) => <span className="font-mono text-dim text-xs">{finding.rule}</span> },
    {
      id: 'proposals',
      head: 'Remedy',
      from: 'lg',
      cell: (finding) =>
        finding.state === 'firing' && finding.proposals.length > 0 ? (
          <span className="text-accent">proposed</span>
        ) : (
          <span className="text-dim">–</span>
        ),
    },
    {
      id: 'since',
      head: 'Since',
      right: true,
      from: 'sm',
      sort: (finding) => Date.parse(finding.since),
      cell: (finding) => <time dateTime={finding.since}>{now ? ago(Date.parse(finding.since), now) : ''}</time>,
    },
  ]
  return (
    <Table
      label="Findings"
      main
      hold
      question={question}
      columns={columns}
      rows={findings}
      rowKey={(finding) => finding.id}
      selected={selected}
      onOpen={onOpen}
      empty={empty}
    />
  )
}
