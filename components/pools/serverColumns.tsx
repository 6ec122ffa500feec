'use client'
import { Badge } from '@/components/ui/badge.tsx'
import { Figure } from '@/components/ui/figure.tsx'
import { Status } from '@/components/ui/status.tsx'
import type { Column } from '@/components/ui/table.tsx'
import { safe, text } from '@/lib/format/format.ts'
import type { PoolServerView, PoolView } from '@/lib/model/answers/pool.ts'
import { isOut, ReturnButton } from './ReturnButton.tsx'
import { againstOthers, dueBand, isHeavy, SERVER_TONE } from './words.ts'

/** The columns of the table of servers. `changed`: the shares of the last minute are those of two settings, so that none is out of line. */
export function serverColumns(pool: PoolView, changed: boolean): Column<PoolServerView>[] {
  return [
    {
      id: 'name',
      head: 'Server',
      sort: (s) => s.name,
      cell: (s) => (
        <span>
          <span className="font-medium">{safe(s.name, 60)}</span>
          {s.backup && <Badge className="ml-2">backup</Badge>}
        </span>
      ),
    },
    {
      id: 'state',
      head: 'State',
      sort: (s) => s.state,
      cell: (s) => (
        <span className="flex items-center gap-2">
          <Status tone={SERVER_TONE[s.state]}>{s.state}</Status>
          {isOut(s) && <ReturnButton pool={pool} server={s} />}
        </span>
      ),
    },
    {
      id: 'set',
      head: 'Weight set',
      right: true,
      sort: (s) => s.weightSet,
      cell: (s) => (
        <span title={s.weightFile !== undefined && s.weightFile !== s.weightSet ? `The file says ${s.weightFile}` : undefined}>
          {s.weightSet}
          {s.weightFile !== undefined && s.weightFile !== s.weightSet && (
            <span className="ml-1 text-warning-text">≠ {s.weightFile} in file</span>
          )}
        </span>
      ),
    },
    {
      id: 'effective',
      head: 'In force',
      right: true,
      sort: (s) => s.weightEffective,
      cell: (s) => (
        <span className={s.weightEffective !== s.weightSet ? 'text-warning-text' : undefined}>
          {s.weightEffective}
          {s.otherWriter && (
            <span className="block max-w-32 truncate text-dim text-xs" title={s.otherWriter}>{`by ${safe(s.otherWriter, 60)}`}</span>
          )}
        </span>
      ),
      from: 'sm',
    },
    {
      id: 'expected',
      head: 'Share due',
      right: true,
      sort: (s) => s.shareExpected,
      cell: (s) => {
        const band = dueBand(s, pool)
        return (
          <>
            <Figure value={s.shareExpected} because="the algorithm promises no shares" unit="ratio" />
            {band && (
              <span className="ml-1 text-[0.85em] text-dim tabular max-lg:hidden" title="What chance alone makes of it in a minute">
                ± {text(band.high - (s.shareExpected ?? 0), 'ratio')}
              </span>
            )}
          </>
        )
      },
      from: 'sm',
    },
    {
      id: 'seen',
      head: 'Share seen',
      right: true,
      sort: (s) => s.shareSeen,
      cell: (s) => <Figure value={s.shareSeen} unit="ratio" tone={!changed && isHeavy(s, pool) ? 'warning' : undefined} />,
    },
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
      cell: (s) => {
        const times = againstOthers(s, pool)
        return (
          <Figure
            value={s.responseSeconds}
            unit="seconds"
            tone={times !== null && times >= 3 ? 'critical' : times !== null && times >= 2 ? 'warning' : undefined}
          />
        )
      },
    },
    {
      id: 'errors',
      head: 'Errors',
      right: true,
      sort: (s) => s.errorRatio,
      cell: (s) => (
        <Figure
          value={s.errorRatio}
          unit="ratio"
          tone={s.errorRatio && s.errorRatio > 0.05 ? 'critical' : s.errorRatio && s.errorRatio > 0.01 ? 'warning' : undefined}
        />
      ),
    },
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
    {
      id: 'address',
      head: 'Address',
      grow: true,
      cell: (s) => <span className="font-mono text-dim text-xs">{safe(s.address, 60)}</span>,
      from: 'xl',
    },
  ]
}
