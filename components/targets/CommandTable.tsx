'use client'
import { errorText } from '@/components/frame/api.ts'
import { useRange } from '@/components/frame/useRange.ts'
import { useSeries } from '@/components/series/useSeries.ts'
import { Empty, Failure } from '@/components/ui/empty.tsx'
import { Figure } from '@/components/ui/figure.tsx'
import { type Column, Table } from '@/components/ui/table.tsx'
import { safe } from '@/lib/format/format.ts'
import type { TargetView } from '@/lib/model/answers/target.ts'
import { type CommandRow, commandRows } from './commands.ts'
import { Loading } from './Loading.tsx'

const COMMANDS: Column<CommandRow>[] = [
  {
    id: 'command',
    head: 'Command',
    sort: (r) => r.command,
    cell: (r) => <span className="font-mono">{safe(r.command, 60)}</span>,
    grow: true,
  },
  { id: 'rate', head: 'Calls', right: true, sort: (r) => r.perSecond, cell: (r) => <Figure value={r.perSecond} unit="perSecond" /> },
  {
    id: 'share',
    head: 'Of all calls',
    right: true,
    sort: (r) => r.share,
    cell: (r) => <Figure value={r.share} unit="ratio" />,
    from: 'sm',
  },
  { id: 'mean', head: 'Mean time', right: true, sort: (r) => r.meanSeconds, cell: (r) => <Figure value={r.meanSeconds} unit="seconds" /> },
  {
    id: 'busy',
    head: "Of the server's time",
    right: true,
    sort: (r) => r.busyShare,
    cell: (r) => <Figure value={r.busyShare} unit="ratio" />,
  },
]

/** The commands that were called in the page's range, with the share of the server's time that each took. */
export function CommandTable({ target }: { target: TargetView }) {
  const { range } = useRange()
  const where = { target: target.name }
  const { series, pending, error } = useSeries(
    [
      { metric: 'cache_commands_total', where, rate: true },
      { metric: 'cache_command_seconds_total', where, rate: true },
    ],
    range,
  )
  const rows = commandRows(series[0] ?? [], series[1] ?? [])
  if (error && rows.length === 0) return <Failure tried="The commands could not be read." answer={errorText(error)} />
  return (
    <Table
      label="Commands"
      main
      sticky={false}
      columns={COMMANDS}
      rows={rows}
      rowKey={(r) => r.command}
      initialOrder={{ by: 'busy', down: true }}
      empty={
        pending ? (
          <Loading />
        ) : (
          <Empty title="No commands counted">
            The server does not tell its commands apart, or nothing has been called in this stretch of time.
          </Empty>
        )
      }
    />
  )
}
