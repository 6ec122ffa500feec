'use client'
import { Ago } from '@/components/frame/Ago.tsx'
import { errorText } from '@/components/frame/api.ts'
import { usePages } from '@/components/frame/usePages.ts'
import { Empty, Failure } from '@/components/ui/empty.tsx'
import { Figure } from '@/components/ui/figure.tsx'
import { More } from '@/components/ui/more.tsx'
import { type Column, Table } from '@/components/ui/table.tsx'
import { safe } from '@/lib/format/format.ts'
import type { SlowView } from '@/lib/model/answers/slow.ts'
import type { TargetView } from '@/lib/model/answers/target.ts'
import { Loading } from './Loading.tsx'

const SLOW: Column<SlowView>[] = [
  { id: 'at', head: 'When', sort: (r) => r.at, cell: (r) => <Ago at={r.at} className="text-dim" /> },
  { id: 'took', head: 'Took', right: true, sort: (r) => r.durationUs, cell: (r) => <Figure value={r.durationUs / 1e6} unit="seconds" /> },
  { id: 'command', head: 'Command', grow: true, cell: (r) => <span className="font-mono text-xs">{safe(r.command.join(' '), 300)}</span> },
  {
    id: 'client',
    head: 'Client',
    cell: (r) => <span className="font-mono text-dim text-xs">{safe(r.clientName || r.client || '', 60)}</span>,
    from: 'md',
  },
]

/** The entries of the server's slow log. */
export function SlowLog({ target }: { target: TargetView }) {
  const list = usePages<SlowView>(['slow', target.name], 'slowlog', { query: { target: target.name }, everyMs: 5_000 })
  const { error } = list
  if (error && !list.known) return <Failure tried="The slow log could not be read." answer={errorText(error)} />
  if (!list.known) return <Loading />
  return (
    <>
      <Table
        label="Slow log"
        main
        sticky={false}
        columns={SLOW}
        rows={list.items}
        rowKey={(r) => r.id}
        initialOrder={{ by: 'at', down: true }}
        empty={
          <Empty title="Nothing slow">
            Commands slower than the server's own slowlog-log-slower-than stand here, with their arguments cut and escaped.
          </Empty>
        }
      />
      <More list={list} />
    </>
  )
}
