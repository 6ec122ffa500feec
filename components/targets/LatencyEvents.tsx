'use client'
import { Ago } from '@/components/frame/Ago.tsx'
import { errorText, path } from '@/components/frame/api.ts'
import { useApi } from '@/components/frame/useApi.ts'
import { Empty, Failure } from '@/components/ui/empty.tsx'
import { Figure } from '@/components/ui/figure.tsx'
import { type Column, Table } from '@/components/ui/table.tsx'
import { safe } from '@/lib/format/format.ts'
import type { Page } from '@/lib/model/answers/shape.ts'
import type { TargetView } from '@/lib/model/answers/target.ts'
import { Loading } from './Loading.tsx'

type LatencyView = { event: string; at: string; latestMs: number; maxMs: number; id: string }
const LATENCY: Column<LatencyView>[] = [
  { id: 'event', head: 'Event', grow: true, cell: (r) => <span className="font-mono">{safe(r.event, 60)}</span> },
  { id: 'at', head: 'Last seen', right: true, cell: (r) => <Ago at={r.at} className="text-dim" /> },
  { id: 'latest', head: 'Latest', right: true, cell: (r) => <Figure value={r.latestMs / 1_000} unit="seconds" /> },
  { id: 'max', head: 'Greatest', right: true, cell: (r) => <Figure value={r.maxMs / 1_000} unit="seconds" /> },
]

/** The events of the server's latency monitor. */
export function LatencyEvents({ target }: { target: TargetView }) {
  const { data, error } = useApi<Page<LatencyView>>(['latency', target.name], path`targets/${target.name}/latency`, { everyMs: 5_000 })
  if (error && !data) return <Failure tried="The latency events could not be read." answer={errorText(error)} />
  if (!data) return <Loading />
  return (
    <Table
      label="Latency events"
      sticky={false}
      columns={LATENCY}
      rows={data.items}
      rowKey={(r) => r.id}
      empty={
        <Empty title="No latency event">
          The server's latency monitor has recorded nothing, or latency-monitor-threshold is 0, its default: then it records nothing.
        </Empty>
      }
    />
  )
}
