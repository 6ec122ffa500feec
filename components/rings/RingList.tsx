'use client'
import { BalanceStrip } from '@/components/charts/BalanceStrip.tsx'
import { path } from '@/components/frame/api.ts'
import { FilterNote, isNarrowed, NoneMatch } from '@/components/frame/FilterNote.tsx'
import { Go, useGo } from '@/components/frame/Go.tsx'
import { useMineFirst } from '@/components/frame/mine.ts'
import { type First, useFiltered } from '@/components/frame/useFiltered.ts'
import { Badge } from '@/components/ui/badge.tsx'
import { buttonLook } from '@/components/ui/button.tsx'
import { Empty } from '@/components/ui/empty.tsx'
import { Figure } from '@/components/ui/figure.tsx'
import { PageHead } from '@/components/ui/page.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import { Status } from '@/components/ui/status.tsx'
import { type Column, Table } from '@/components/ui/table.tsx'
import { followersWord } from '@/lib/format/followers.ts'
import { count, safe } from '@/lib/format/format.ts'
import type { RingView } from '@/lib/model/answers/ring.ts'
import { ringParts } from './words.ts'

const href = (ring: RingView) => path`/rings/${ring.name}`

const COLUMNS: Column<RingView>[] = [
  {
    id: 'name',
    head: 'Ring',
    sort: (r) => r.name,
    cell: (r) => (
      <Go href={href(r)} className="font-medium group-hover:text-accent">
        {safe(r.name, 60)}
      </Go>
    ),
  },
  {
    id: 'balance',
    head: 'Balance',
    sort: (r) => r.imbalance,
    cell: (r) => <BalanceStrip parts={ringParts(r)} label={`Balance of ${safe(r.name, 60)}`} />,
  },
  { id: 'nodes', head: 'Nodes', right: true, sort: (r) => r.nodes.length, cell: (r) => r.nodes.length, from: 'sm' },
  {
    id: 'reads',
    head: 'Reads',
    right: true,
    sort: (r) => r.readsPerSecond,
    cell: (r) => <Figure value={r.readsPerSecond} unit="perSecond" />,
  },
  {
    id: 'hits',
    head: 'Hit ratio',
    right: true,
    sort: (r) => r.hitRatio,
    cell: (r) => <Figure value={r.hitRatio} unit="ratio" />,
    from: 'sm',
  },
  {
    id: 'followers',
    head: 'Followers',
    cell: (r) => {
      const said = followersWord(r)
      return <Status tone={said.tone}>{said.word}</Status>
    },
    from: 'md',
  },
  { id: 'algorithm', head: 'Algorithm', sort: (r) => r.algorithm, cell: (r) => <Badge>{r.algorithm}</Badge>, from: 'lg' },
  {
    id: 'error',
    head: '',
    grow: true,
    cell: (r) =>
      r.error && (
        <span className="text-critical-text">
          <Sentence text={r.error} max={200} />
        </span>
      ),
    from: 'md',
  },
]

const RING_WORDS = ['ring', 'rings'] as const

/** Rings that applications hold themselves, with their strips. */
export function RingList({ first }: { first: First<RingView> }) {
  const go = useGo()
  const list = useFiltered<RingView>(['rings'], 'rings', { first, all: true })
  const mineFirst = useMineFirst()
  const rows = mineFirst(list.items)
  return (
    <>
      <PageHead title="Rings" lead={`${count(list.of)} ${RING_WORDS[list.of === 1 ? 0 : 1]}`}>
        <Go href="/lab" className={buttonLook()}>
          Ring lab
        </Go>
      </PageHead>
      <FilterNote lists={[list]} noun={RING_WORDS} />
      <Table
        main
        hold
        question={list.question}
        label="Rings"
        columns={COLUMNS}
        rows={rows}
        rowKey={(r) => r.name}
        onOpen={(r) => go(href(r))}
        empty={
          isNarrowed([list]) ? (
            <NoneMatch lists={[list]} noun={RING_WORDS} />
          ) : (
            <Empty
              title="No ring is described yet"
              config={
                'rings:\n  - name: products\n    algorithm: ketama\n    nodes: [ { target: cache-a, points: 160 }, { target: cache-b, points: 160 } ]\n    control: { target: cache-a, key: "evenkeel:ring:products" }'
              }
            >
              A ring that applications hold themselves stands here: who owns which keys, who gets which reads, and what would even it.
            </Empty>
          )
        }
      />
    </>
  )
}
