import { parseAsString, useQueryStates } from 'nuqs'
import { Moment } from '@/components/frame/Ago.tsx'
import { errorText } from '@/components/frame/api.ts'
import { useApi } from '@/components/frame/useApi.ts'
import { Failure } from '@/components/ui/empty.tsx'
import { Field, Select } from '@/components/ui/field.tsx'
import { Section } from '@/components/ui/page.tsx'
import { Status } from '@/components/ui/status.tsx'
import { type Column, Table } from '@/components/ui/table.tsx'
import { labelsText, safe } from '@/lib/format/format.ts'
import type { AlertRouteView } from '@/lib/model/answers/alertRoute.ts'

type Row = AlertRouteView['items'][number]

const text = parseAsString.withDefault('')
const any = { value: '', label: 'any' }
const SEVERITIES = ['critical', 'warning', 'info']

const WHY = {
  inhibit: 'inhibited',
  follows: 'follows',
  flaps: 'flaps',
  silence: 'silenced',
  quiet: 'quiet hours',
  limit: 'over the limit',
} as const
const COLUMNS: Column<Row>[] = [
  { id: 'told', head: 'Told', cell: (row) => <Status tone={row.told ? 'ok' : 'info'}>{row.why ? WHY[row.why] : 'told'}</Status> },
  { id: 'receiver', head: 'Receiver', cell: (row) => `${safe(row.receiver, 60)} (${row.channels.join(', ')})` },
  { id: 'because', head: 'Why', grow: true, from: 'sm', cell: (row) => <span className="text-dim">{safe(row.because, 200)}</span> },
  { id: 'group', head: 'With', from: 'lg', cell: (row) => <span className="text-dim">{groupWords(row)}</span> },
  { id: 'route', head: 'Route', right: true, from: 'md', cell: (row) => row.route + 1 },
  { id: 'when', head: 'When', right: true, cell: (row) => (row.when ? <Moment at={row.when} /> : 'not known') },
]

const groupWords = ({ group }: Row) => (Object.keys(group).length > 0 ? `all of ${labelsText(group)}` : 'its whole group')

/** Who would be told of a finding, when, and why not. The question is the address. */
export function WhereTo({ rules, targets }: { rules: string[]; targets: string[] }) {
  const [asked, ask] = useQueryStates({ rule: text, severity: parseAsString.withDefault('critical'), target: text }, { scroll: false })
  const { data, error } = useApi<AlertRouteView>(['alerts', 'route'], 'alerts/route', { query: asked, everyMs: 5_000 })
  return (
    <Section title="Where would this go">
      <div className="flex flex-wrap gap-3 pb-2">
        <Field label="Rule">
          {(props) => (
            <Select {...props} options={[any, ...rules]} value={asked.rule} onChange={(event) => ask({ rule: event.target.value })} />
          )}
        </Field>
        <Field label="Severity">
          {(props) => (
            <Select {...props} options={SEVERITIES} value={asked.severity} onChange={(event) => ask({ severity: event.target.value })} />
          )}
        </Field>
        <Field label="Target">
          {(props) => (
            <Select {...props} options={[any, ...targets]} value={asked.target} onChange={(event) => ask({ target: event.target.value })} />
          )}
        </Field>
      </div>
      {error && <Failure tried="The routes could not be asked." answer={errorText(error)} />}
      {data && <Destinations answer={data} label="Where would this go" />}
    </Section>
  )
}

/** Who would be told, and why somebody is not. */
export function Destinations({ answer, label }: { answer: AlertRouteView; label: string }) {
  return (
    <>
      {answer.notes.map((note) => (
        <p key={note} className="text-sm">
          {safe(note, 300)}
        </p>
      ))}
      {answer.items.length > 0 && (
        <Table label={label} sticky={false} columns={COLUMNS} rows={answer.items} rowKey={(row) => `${row.route} ${row.receiver}`} />
      )}
    </>
  )
}
