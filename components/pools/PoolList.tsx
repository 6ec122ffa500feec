'use client'
import { BalanceStrip } from '@/components/charts/BalanceStrip.tsx'
import { path } from '@/components/frame/api.ts'
import { Go, useGo } from '@/components/frame/Go.tsx'
import { useMineFirst } from '@/components/frame/mine.ts'
import { inScope, useScope } from '@/components/frame/Scope.tsx'
import { usePages } from '@/components/frame/usePages.ts'
import { Badge } from '@/components/ui/badge.tsx'
import { Empty } from '@/components/ui/empty.tsx'
import { Figure } from '@/components/ui/figure.tsx'
import { PageHead } from '@/components/ui/page.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import { Status } from '@/components/ui/status.tsx'
import { type Column, Table } from '@/components/ui/table.tsx'
import { safe } from '@/lib/format/format.ts'
import type { PoolView } from '@/lib/model/answers/pool.ts'
import type { Page } from '@/lib/model/answers/shape.ts'
import { poolParts, serversWord } from './words.ts'

const href = (pool: PoolView) => path`/pools/${pool.target}/${pool.name}`

const COLUMNS: Column<PoolView>[] = [
  {
    id: 'name',
    head: 'Pool',
    sort: (p) => `${p.target}/${p.name}`,
    cell: (p) => (
      <Go href={href(p)} className="font-medium group-hover:text-accent">
        <span className="text-dim">{safe(p.target, 40)}/</span>
        {safe(p.name, 60)}
      </Go>
    ),
    // Names of managed pools are long: `cluster/HTTPRoute/NAMESPACE/NAME/RULE`.
    className: 'min-w-36 whitespace-normal! [overflow-wrap:anywhere]',
  },
  {
    id: 'balance',
    head: 'Balance',
    sort: (p) => p.imbalance,
    cell: (p) => <BalanceStrip parts={poolParts(p)} label={`Balance of ${safe(p.name, 60)}`} />,
  },
  {
    id: 'requests',
    head: 'Requests',
    right: true,
    sort: (p) => p.requestsPerSecond,
    cell: (p) => <Figure value={p.requestsPerSecond} unit="perSecond" />,
  },
  {
    id: 'response',
    head: 'Mean response',
    right: true,
    sort: (p) => p.responseSeconds,
    cell: (p) => <Figure value={p.responseSeconds} unit="seconds" />,
    from: 'sm',
  },
  {
    id: 'errors',
    head: 'Errors',
    right: true,
    sort: (p) => p.errorRatio,
    cell: (p) => <Figure value={p.errorRatio} unit="ratio" tone={p.errorRatio && p.errorRatio > 0.01 ? 'warning' : undefined} />,
    from: 'sm',
  },
  {
    id: 'servers',
    head: 'Servers',
    sort: (p) => p.servers.length,
    cell: (p) => {
      const said = serversWord(p)
      return <Status tone={said.tone}>{said.word}</Status>
    },
    from: 'md',
  },
  { id: 'algorithm', head: 'Algorithm', sort: (p) => p.algorithm, cell: (p) => <Badge>{safe(p.algorithm, 40)}</Badge>, from: 'xl' },
  {
    id: 'live',
    head: 'Live weights',
    grow: true,
    cell: (p) => (
      <span className="text-dim">
        <Sentence text={p.can.weight === true ? 'yes' : `no: ${p.can.weight.because}`} max={120} />
      </span>
    ),
    className: 'min-w-48',
    from: 'lg',
  },
]

/** Every pool of every balancer, with its strip. */
export function PoolList({ initialData }: { initialData: Page<PoolView> }) {
  const go = useGo()
  const [scope] = useScope()
  const list = usePages<PoolView>(['pools'], 'pools', { initialData, everyMs: 2_000, all: true })
  const mineFirst = useMineFirst()
  const rows = mineFirst(list.items).filter((p) =>
    inScope(scope, [p.name, p.target, p.algorithm, ...p.servers.map((s) => s.name)], { ...p.labels, target: p.target, pool: p.name }),
  )
  return (
    <>
      <PageHead
        title="Pools"
        lead={`${list.total === rows.length ? '' : `${rows.length} of `}${list.total} ${list.total === 1 ? 'pool' : 'pools'}`}
      />
      <Table
        main
        hold
        label="Pools"
        columns={COLUMNS}
        rows={rows}
        rowKey={(p) => `${p.target}/${p.name}`}
        onOpen={(p) => go(href(p))}
        empty={
          list.items.length > 0 ? (
            <Empty title="Nothing matches the filter" />
          ) : (
            <Empty
              title="No pool is watched yet"
              config={
                'targets:\n  - { kind: haproxy, name: edge, socket: tcp://127.0.0.1:9999,\n      stats: "http://127.0.0.1:8404/stats", config: /etc/haproxy/haproxy.cfg }'
              }
            >
              Pools of HAProxy, NGINX, Envoy and twemproxy stand here with the share that each server is due and the share it gets.
            </Empty>
          )
        }
      />
    </>
  )
}
