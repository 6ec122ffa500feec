'use client'
import { parseAsStringEnum, useQueryState } from 'nuqs'
import { Sparkline } from '@/components/charts/Sparkline.tsx'
import { Ago } from '@/components/frame/Ago.tsx'
import { errorText } from '@/components/frame/api.ts'
import { FilterNote, isNarrowed, NoneMatch } from '@/components/frame/FilterNote.tsx'
import { useFiltered } from '@/components/frame/useFiltered.ts'
import { Empty, Failure, Skeleton } from '@/components/ui/empty.tsx'
import { Figure } from '@/components/ui/figure.tsx'
import { More } from '@/components/ui/more.tsx'
import { Segmented } from '@/components/ui/segmented.tsx'
import { type Column, Table } from '@/components/ui/table.tsx'
import { count, safe } from '@/lib/format/format.ts'
import type { FingerprintView } from '@/lib/model/answers/slow.ts'
import { TargetLink } from './TargetLink.tsx'
import { useOrder } from './useOrder.ts'

type Log = FingerprintView['log']
const LOGS: Log[] = ['slow', 'large-request', 'large-reply']

const ABOUT: Record<Log, { label: string; total: string; max: string; empty: string }> = {
  slow: {
    label: 'Slow',
    total: 'Time in all',
    max: 'Longest',
    empty: "Commands slower than a server's own slowlog-log-slower-than stand here, counted by kind over all servers.",
  },
  'large-request': {
    label: 'Large requests',
    total: 'Bytes in all',
    max: 'Largest',
    empty: 'Valkey 8.1 and later logs commands above its commandlog-request-larger-than (1 MB unless set).',
  },
  'large-reply': {
    label: 'Large replies',
    total: 'Bytes in all',
    max: 'Largest',
    empty: 'Valkey 8.1 and later logs commands whose reply is above its commandlog-reply-larger-than (1 MB unless set).',
  },
}

const KIND_WORDS = ['kind of command', 'kinds of commands'] as const

/** The slow logs of all servers in one table, by kind of command, and Valkey's logs of large requests and replies. */
export function SlowKinds() {
  const [log, setLog] = useQueryState('log', parseAsStringEnum(LOGS).withDefault('slow'))
  const [order, setOrder] = useOrder('slow', 'total')
  const list = useFiltered<FingerprintView>(['slow', 'kinds'], 'slowlog/fingerprints', { query: { log }, everyMs: 5_000, all: true })
  const about = ABOUT[log]
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2 max-sm:px-2">
        <Segmented
          label="Log"
          value={log}
          onChange={(next) => void setLog(next)}
          options={LOGS.map((value) => ({ value, label: ABOUT[value].label }))}
        />
        <p className="text-dim text-xs">Of the newest 1,000 entries of each server, 7 days at most. Trend: the last 24 hours.</p>
      </div>
      <FilterNote lists={[list]} noun={KIND_WORDS} />
      {list.error && !list.known ? (
        <Failure tried="The slow logs could not be read." answer={errorText(list.error)} />
      ) : list.known ? (
        <Table
          label={`Kinds of commands: ${about.label}`}
          columns={columnsOf(log)}
          rows={list.items}
          question={list.question}
          rowKey={(one) => `${one.log} ${one.fingerprint}`}
          order={order}
          onOrder={setOrder}
          main
          hold
          empty={
            isNarrowed([list]) ? (
              <NoneMatch lists={[list]} noun={KIND_WORDS} />
            ) : (
              <Empty title={`${about.label}: none`}>
                <p>{about.empty}</p>
              </Empty>
            )
          }
        />
      ) : (
        <div className="p-4">
          <Skeleton className="h-40 w-full" />
        </div>
      )}
      <More list={list} />
    </>
  )
}

const targetsText = ([first = '', ...others]: readonly string[]) =>
  `${safe(first, 60)}${others.length > 0 ? ` and ${others.length} more` : ''}`

function columnsOf(log: Log): Column<FingerprintView>[] {
  const { total, max } = ABOUT[log]
  const figure = (value: number) => (log === 'slow' ? <Figure value={value / 1e6} unit="seconds" /> : <Figure value={value} unit="bytes" />)
  return [
    {
      id: 'fingerprint',
      head: 'Command',
      grow: true,
      sort: (one) => one.fingerprint,
      cell: (one) => (
        <>
          <code className="font-mono text-xs">{safe(one.fingerprint, 200)}</code>
          {one.clients.length > 0 && (
            <span className="block text-dim text-xs">by {one.clients.map((name) => safe(name, 40)).join(', ')}</span>
          )}
          <span className="block text-dim text-xs md:hidden">{targetsText(one.targets)}</span>
        </>
      ),
    },
    {
      id: 'targets',
      head: 'Targets',
      from: 'md',
      cell: ({ targets: [first, ...others] }) => (
        <>
          {first !== undefined && <TargetLink name={first} />}
          {others.length > 0 && (
            <span className="text-dim" title={others.map((name) => safe(name, 60)).join('\n')}>
              {' '}
              and {others.length} more
            </span>
          )}
        </>
      ),
    },
    { id: 'count', head: 'Count', right: true, sort: (one) => one.count, cell: (one) => count(one.count) },
    { id: 'total', head: total, right: true, sort: (one) => one.total, cell: (one) => figure(one.total) },
    {
      id: 'max',
      head: max,
      right: true,
      from: 'sm',
      sort: (one) => one.max,
      cell: (one) => <span title={`${safe(one.maxAt.key ?? '', 120)} on ${safe(one.maxAt.target, 60)}`}>{figure(one.max)}</span>,
    },
    {
      id: 'trend',
      head: 'Trend',
      from: 'lg',
      cell: (one) => (
        <Sparkline points={one.trend} width={96} height={20} label={`entries an hour, the last 24 hours: ${one.trend.join(', ')}`} />
      ),
    },
    {
      id: 'first',
      head: 'First',
      right: true,
      from: 'xl',
      sort: (one) => one.firstAt,
      cell: (one) => <Ago at={one.firstAt} className="text-dim" />,
    },
    {
      id: 'last',
      head: 'Last',
      right: true,
      from: 'sm',
      sort: (one) => one.lastAt,
      cell: (one) => <Ago at={one.lastAt} className="text-dim" />,
    },
  ]
}
