import { errorText } from '@/components/frame/api.ts'
import { useApi } from '@/components/frame/useApi.ts'
import { Failure, Skeleton } from '@/components/ui/empty.tsx'
import { Section } from '@/components/ui/page.tsx'
import { type Column, Table } from '@/components/ui/table.tsx'
import { count, safe } from '@/lib/format/format.ts'
import type { ShadowView } from '@/lib/model/answers/shadow.ts'

type Row = ShadowView['receivers'][number]

const COLUMNS: Column<Row>[] = [
  { id: 'receiver', head: 'Receiver', cell: (row) => safe(row.receiver, 60) },
  { id: 'firing', head: 'Notices', right: true, cell: (row) => count(row.firing) },
  {
    id: 'days',
    head: 'By day',
    right: true,
    from: 'sm',
    cell: (row) => <span className="tabular">{row.days.map(({ firing }) => firing).join(' · ')}</span>,
  },
  { id: 'resolved', head: 'Ends', right: true, from: 'md', cell: (row) => count(row.resolved) },
  { id: 'digests', head: 'Digests', right: true, from: 'md', cell: (row) => count(row.digests) },
  { id: 'findings', head: 'Findings', right: true, from: 'sm', cell: (row) => count(row.findings) },
  { id: 'rules', head: 'Most of', grow: true, from: 'lg', cell: (row) => <span className="text-dim">{rulesWords(row.rules)}</span> },
]
const RULES_SHOWN = 3

const rulesWords = (rules: Row['rules']) =>
  rules
    .slice(0, RULES_SHOWN)
    .map(({ rule, count }) => `${rule} ${count}`)
    .join(', ')

/** How much fired, and of what nobody would have been told. */
export function shadowWords({ findings, nobody }: ShadowView): string {
  const untold = nobody.findings > 0 ? ` Nobody would have been told of ${nobody.findings}: ${rulesWords(nobody.rules)}.` : ''
  return `${count(findings)} ${findings === 1 ? 'finding' : 'findings'} fired.${untold}`
}

/** What each receiver would have been sent. */
export const ShadowTable = ({ answer, label }: { answer: ShadowView; label: string }) =>
  answer.receivers.length > 0 && (
    <Table label={label} sticky={false} columns={COLUMNS} rows={answer.receivers} rowKey={(row) => row.receiver} />
  )

/** What the present routes would have sent in the last week: whoever edits them sees what they would have been woken by. */
export function Shadow() {
  const { data, error } = useApi<ShadowView>(['alerts', 'shadow'], 'alerts/shadow', { everyMs: 60_000 })
  return (
    <Section title="The last 7 days by the present routes" note={data && shadowWords(data)} flush>
      {error && <Failure tried="It could not be computed." answer={errorText(error)} />}
      {!data && !error && <Skeleton className="mx-4 h-16" />}
      {data && <ShadowTable answer={data} label="The last 7 days by the present routes" />}
    </Section>
  )
}
