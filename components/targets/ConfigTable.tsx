'use client'
import { Ago } from '@/components/frame/Ago.tsx'
import { errorText, path } from '@/components/frame/api.ts'
import { useApi } from '@/components/frame/useApi.ts'
import { Empty, Failure } from '@/components/ui/empty.tsx'
import { type Column, Table } from '@/components/ui/table.tsx'
import { safe } from '@/lib/format/format.ts'
import type { Page } from '@/lib/model/answers/shape.ts'
import type { TargetView } from '@/lib/model/answers/target.ts'
import { Loading } from './Loading.tsx'

type ConfigValue = { id: string; value: string; at: string }
const COLUMNS: Column<ConfigValue>[] = [
  { id: 'name', head: 'Name', sort: (r) => r.id, cell: (r) => <span className="font-mono text-xs">{safe(r.id, 80)}</span> },
  { id: 'value', head: 'Value', grow: true, cell: (r) => <span className="font-mono text-xs">{safe(r.value, 300)}</span> },
  { id: 'at', head: 'Read', right: true, cell: (r) => <Ago at={r.at} className="text-dim" />, from: 'sm' },
]

/** The configuration values that the server tells. */
export function ConfigTable({ target }: { target: TargetView }) {
  const { data, error } = useApi<Page<ConfigValue>>(['facts', target.name], path`targets/${target.name}/facts`, { everyMs: 10_000 })
  if (error && !data) return <Failure tried="The configuration values could not be read." answer={errorText(error)} />
  if (!data) return <Loading />
  return (
    <Table
      label="Configuration as the server tells it"
      sticky={false}
      columns={COLUMNS}
      rows={data.items}
      rowKey={(r) => r.id}
      initialOrder={{ by: 'name', down: false }}
      empty={<Empty title="Nothing is known of its configuration">The server does not tell, or may not: see Capabilities.</Empty>}
    />
  )
}
