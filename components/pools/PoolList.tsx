'use client'
import { BalanceStrip } from '@/components/charts/BalanceStrip.tsx'
import { path } from '@/components/frame/api.ts'
import { FilterNote, isNarrowed, NoneMatch } from '@/components/frame/FilterNote.tsx'
import { Go, useGo } from '@/components/frame/Go.tsx'
import { type FirstSorted, useRows } from '@/components/frame/useRows.ts'
import { Badge } from '@/components/ui/badge.tsx'
import { Empty } from '@/components/ui/empty.tsx'
import { Figure } from '@/components/ui/figure.tsx'
import { PageHead } from '@/components/ui/page.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import { Status } from '@/components/ui/status.tsx'
import { type Column, Table } from '@/components/ui/table.tsx'
import { count, safe } from '@/lib/format/format.ts'
import type { PoolView } from '@/lib/model/answers/pool.ts'
import { POOL_COLUMNS } from '@/lib/model/listColumns.ts'
import { poolParts, serversWord } from './words.ts'

const href = (pool: PoolView) => path`/pools/${pool.target}/${pool.name}`

const COLUMNS: Column<PoolView>[] = [
  {
    id: 'name',
    head: 'Pool',
    sort: 'asked',
    cell: (p) => (
      <Go href={href(p)} className="font-medium group-hover:text-accent">
        <span className="text-dim">{safe(p.target, 40)}/</span>
        {safe(p.name, 60)}
      </Go>
    ),
    // Names of managed pools are long: `cluster/HTTPRoute/NAMESPACE/NAME/RULE`.
    className: 'min-w-28 whitespace-normal! [overflow-wrap:anywhere] sm:min-w-36',
  },
  {
    id: 'imbalance',
    head: 'Balance',
    sort: 'asked',
    cell: (p) => <BalanceStrip parts={poolParts(p)} label={`Balance of ${safe(p.name, 60)}`} />,
  },
  {
    id: 'requestsPerSecond',
    head: 'Requests',
    right: true,
    sort: 'asked',
    cell: (p) => <Figure value={p.requestsPerSecond} unit="perSecond" />,
  },
  {
    id: 'responseSeconds',
    head: 'Mean response',
    right: true,
    sort: 'asked',
    cell: (p) => <Figure value={p.responseSeconds} unit="seconds" />,
    from: 'sm',
  },
  {
    id: 'errorRatio',
    head: 'Errors',
    right: true,
    sort: 'asked',
    cell: (p) => <Figure value={p.errorRatio} unit="ratio" tone={p.errorRatio && p.errorRatio > 0.01 ? 'warning' : undefined} />,
    from: 'sm',
  },
  {
    id: 'servers',
    head: 'Servers',
    sort: 'asked',
    cell: (p) => {
      const said = serversWord(p)
      return <Status tone={said.tone}>{said.word}</Status>
    },
    from: 'md',
  },
  { id: 'algorithm', head: 'Algorithm', sort: 'asked', cell: (p) => <Badge>{safe(p.algorithm, 40)}</Badge>, from: 'xl' },
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

const BRIEF = { brief: 1, mine: 1 }
const POOL_WORDS = ['pool', 'pools'] as const

/** Every pool of every balancer, with its strip. */
export function PoolList({ first }: { first: FirstSorted<PoolView> }) {
  const go = useGo()
  const list = useRows<PoolView>(['pools'], 'pools', { query: BRIEF, first, columns: POOL_COLUMNS, everyMs: 2_000 })
  return (
    <>
      <PageHead title="Pools" lead={`${count(list.of)} ${POOL_WORDS[list.of === 1 ? 0 : 1]}`} />
      <FilterNote lists={[list]} noun={POOL_WORDS} />
      <Table
        main
        hold
        question={list.question}
        label="Pools"
        columns={COLUMNS}
        rows={list.rows}
        onShow={list.show}
        order={list.order ?? undefined}
        onOrder={list.setOrder}
        rowKey={(p) => `${p.target}/${p.name}`}
        onOpen={(p) => go(href(p))}
        empty={
          isNarrowed([list]) ? (
            <NoneMatch lists={[list]} noun={POOL_WORDS} />
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
