'use client'
import { Figure } from '@/components/ui/figure.tsx'
import type { Column } from '@/components/ui/table.tsx'
import { safe } from '@/lib/format/format.ts'
import type { PoolServerView, PoolView } from '@/lib/model/answers/pool.ts'
import { ErrorsCell, NameCell, ResponseCell, ShareDueCell, StateCell, WeightInForceCell, WeightSetCell } from './serverCells.tsx'
import { isHeavy } from './words.ts'

type ServerColumn = Column<PoolServerView>

/** The columns of the table of servers. `changed`: the shares of the last minute are those of two settings, so that none is out of line. */
export const serverColumns = (pool: PoolView, changed: boolean): ServerColumn[] => [
  { id: 'name', head: 'Server', sort: (s) => s.name, cell: (s) => <NameCell server={s} /> },
  { id: 'state', head: 'State', sort: (s) => s.state, cell: (s) => <StateCell pool={pool} server={s} /> },
  ...weightColumns,
  ...shareColumns(pool, changed),
  ...trafficColumns(pool),
  {
    id: 'address',
    head: 'Address',
    grow: true,
    cell: (s) => <span className="font-mono text-dim text-xs">{safe(s.address, 60)}</span>,
    from: 'xl',
  },
]

const weightColumns: ServerColumn[] = [
  { id: 'set', head: 'Weight set', right: true, sort: (s) => s.weightSet, cell: (s) => <WeightSetCell server={s} /> },
  {
    id: 'effective',
    head: 'In force',
    right: true,
    sort: (s) => s.weightEffective,
    cell: (s) => <WeightInForceCell server={s} />,
    from: 'sm',
  },
]

const shareColumns = (pool: PoolView, changed: boolean): ServerColumn[] => [
  {
    id: 'expected',
    head: 'Share due',
    right: true,
    sort: (s) => s.shareExpected,
    cell: (s) => <ShareDueCell pool={pool} server={s} />,
    from: 'sm',
  },
  {
    id: 'seen',
    head: 'Share seen',
    right: true,
    sort: (s) => s.shareSeen,
    cell: (s) => <Figure value={s.shareSeen} unit="ratio" tone={!changed && isHeavy(s, pool) ? 'warning' : undefined} />,
    // On a telephone the strip above shows it, and the errors have to stay in sight.
    from: 'sm',
  },
]

const trafficColumns = (pool: PoolView): ServerColumn[] => [
  {
    id: 'requests',
    head: 'Requests',
    right: true,
    sort: (s) => s.requestsPerSecond,
    cell: (s) => <Figure value={s.requestsPerSecond} unit="perSecond" />,
    from: 'md',
  },
  {
    id: 'response',
    head: 'Mean response',
    right: true,
    sort: (s) => s.responseSeconds,
    cell: (s) => <ResponseCell pool={pool} server={s} />,
  },
  { id: 'errors', head: 'Errors', right: true, sort: (s) => s.errorRatio, cell: (s) => <ErrorsCell server={s} /> },
  {
    id: 'sessions',
    head: 'Sessions',
    right: true,
    sort: (s) => s.sessions,
    cell: (s) => <Figure value={s.sessions} unit="count" />,
    from: 'lg',
  },
  {
    id: 'queue',
    head: 'Queue',
    right: true,
    sort: (s) => s.queue,
    cell: (s) => <Figure value={s.queue} unit="count" tone={s.queue ? 'warning' : undefined} />,
    from: 'lg',
  },
]
