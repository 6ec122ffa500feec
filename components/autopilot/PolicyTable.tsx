'use client'
import { Sentence } from '@/components/ui/sentence.tsx'
import { Status } from '@/components/ui/status.tsx'
import { type Column, Table } from '@/components/ui/table.tsx'
import { safe } from '@/lib/format/format.ts'
import type { AutopilotRuleView } from '@/lib/model/answers/autopilot.ts'
import { insideWords, licenceWords, whereWords } from './words.ts'

const COLUMNS: Column<AutopilotRuleView>[] = [
  {
    id: 'advisor',
    head: 'Remedy',
    cell: ({ advisor, title }) => (
      <span title={title}>
        <code className="font-mono text-xs">{advisor}</code>
      </span>
    ),
  },
  { id: 'where', head: 'Where', from: 'sm', cell: ({ where }) => safe(whereWords(where), 80) },
  {
    id: 'licence',
    head: 'Licence',
    cell: (policy) => {
      const { tone, words } = licenceWords(policy)
      return <Status tone={tone}>{words}</Status>
    },
  },
  {
    id: 'record',
    head: 'Judged',
    right: true,
    sort: ({ judged }) => judged,
    cell: ({ judged, licence }) => (
      <span className="whitespace-nowrap" title={`${licence.judged} are needed`}>
        {judged} <span className="text-dim">of {licence.judged}</span>
      </span>
    ),
  },
  {
    id: 'inside',
    head: 'In their band',
    right: true,
    from: 'md',
    cell: (policy) => insideWords(policy) || <span className="text-dim">–</span>,
  },
  {
    id: 'acted',
    head: 'This hour',
    right: true,
    from: 'sm',
    cell: ({ acted, max }) => (
      <span className="whitespace-nowrap">
        {acted} <span className="text-dim">of {max.perHour}</span>
      </span>
    ),
  },
  {
    id: 'because',
    head: 'Now',
    grow: true,
    from: 'lg',
    cell: ({ because }) => <Sentence text={because} max={300} />,
  },
]

/** Each policy of the configuration with its licence and its record. */
export function PolicyTable(props: {
  policies: readonly AutopilotRuleView[]
  selected: string | null
  onOpen: (policy: AutopilotRuleView) => void
}) {
  const { policies, selected, onOpen } = props
  return <Table main label="Policies" columns={COLUMNS} rows={policies} rowKey={({ id }) => id} selected={selected} onOpen={onOpen} />
}
