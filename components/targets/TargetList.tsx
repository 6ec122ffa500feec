'use client'
import { useRef } from 'react'
import { Ago } from '@/components/frame/Ago.tsx'
import { path } from '@/components/frame/api.ts'
import { FilterNote, isNarrowed, NoneMatch } from '@/components/frame/FilterNote.tsx'
import { Go, useGo } from '@/components/frame/Go.tsx'
import { useApi } from '@/components/frame/useApi.ts'
import { type FirstSorted, useRows } from '@/components/frame/useRows.ts'
import { Badge } from '@/components/ui/badge.tsx'
import { buttonLook } from '@/components/ui/button.tsx'
import { Empty } from '@/components/ui/empty.tsx'
import { Figure } from '@/components/ui/figure.tsx'
import { PageHead } from '@/components/ui/page.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import { Status } from '@/components/ui/status.tsx'
import { type Column, Table } from '@/components/ui/table.tsx'
import { count, safe } from '@/lib/format/format.ts'
import type { Page } from '@/lib/model/answers/shape.ts'
import type { TargetView } from '@/lib/model/answers/target.ts'
import { TARGET_COLUMNS } from '@/lib/model/listColumns.ts'
import { LabelBadges } from './LabelBadges.tsx'
import { Took } from './Took.tsx'
import { figureBecause, figureValue, memoryRatio, TARGET_TONE } from './words.ts'

const href = (target: TargetView) => path`/targets/${target.name}`

const name: Column<TargetView> = {
  id: 'name',
  head: 'Name',
  sort: 'asked',
  cell: (t) => (
    <Go href={href(t)} className="font-medium group-hover:text-accent">
      {safe(t.name, 60)}
    </Go>
  ),
  className: 'min-w-36 whitespace-normal! [overflow-wrap:anywhere]',
}
const state: Column<TargetView> = {
  id: 'state',
  head: 'State',
  sort: 'asked',
  cell: (t) => (
    <span title={t.error}>
      <Status tone={TARGET_TONE[t.state]}>{t.state}</Status>
    </span>
  ),
}
const seen =
  (pick: (t: TargetView) => import('@/lib/model/answers/shape.ts').Figure | undefined, unit: 'ratio' | 'perSecond' | 'bytes' | 'count') =>
  (t: TargetView) => <Figure value={figureValue(pick(t))} because={figureBecause(pick(t))} unit={unit} />

const TARGETS: Column<TargetView>[] = [
  name,
  state,
  {
    id: 'title',
    head: 'Product',
    sort: 'asked',
    cell: (t) => `${t.title}${t.version ? ` ${safe(t.version, 20)}` : ''}`,
    from: 'sm',
    // Names of managed products are long: `ElastiCache memcached 1.6.22`.
    className: 'whitespace-normal!',
  },
  { id: 'role', head: 'Role', sort: 'asked', cell: (t) => (t.role ? <Badge>{t.role}</Badge> : ''), from: 'md' },
  { id: 'labels', head: 'Labels', cell: (t) => <LabelBadges labels={t.labels} />, from: 'lg', className: 'whitespace-normal!' },
  { id: 'address', head: 'Address', cell: (t) => <span className="font-mono text-xs">{safe(t.address, 60)}</span>, from: 'xl' },
  {
    id: 'what',
    head: 'What is so',
    grow: true,
    cell: (t) => (
      <span className={t.error ? 'text-critical-text' : 'text-dim'}>
        <Sentence text={t.error || abilityText(t)} max={200} />
      </span>
    ),
    className: 'min-w-48',
    from: 'md',
  },
  {
    id: 'pollMs',
    head: 'Poll takes',
    right: true,
    sort: 'asked',
    cell: (t) => <Took ms={t.pollMs} />,
    from: 'sm',
  },
  { id: 'lastPollAt', head: 'Last answer', right: true, sort: 'asked', cell: (t) => <Ago at={t.lastPollAt} className="text-dim" /> },
]

const UNLABELLED = TARGETS.filter(({ id }) => id !== 'labels')

const CACHES: Column<TargetView>[] = [
  name,
  state,
  { id: 'role', head: 'Role', sort: 'asked', cell: (t) => <Badge>{t.role ?? 'cache'}</Badge>, from: 'lg' },
  {
    id: 'hitRatio',
    head: 'Hit ratio',
    right: true,
    sort: 'asked',
    cell: seen((t) => t.figures?.hitRatio, 'ratio'),
  },
  {
    id: 'readsPerSecond',
    head: 'Reads',
    right: true,
    sort: 'asked',
    cell: seen((t) => t.figures?.readsPerSecond, 'perSecond'),
  },
  {
    id: 'evictionsPerSecond',
    head: 'Evictions',
    right: true,
    sort: 'asked',
    cell: seen((t) => t.figures?.evictionsPerSecond, 'perSecond'),
    from: 'sm',
  },
  { id: 'memory', head: 'Memory', right: true, sort: 'asked', cell: (t) => <Memory target={t} />, from: 'sm' },
  {
    id: 'items',
    head: 'Items',
    right: true,
    sort: 'asked',
    cell: seen((t) => t.figures?.items, 'count'),
    from: 'md',
  },
  { id: 'title', head: 'Product', sort: 'asked', cell: (t) => `${t.title}${t.version ? ` ${safe(t.version, 20)}` : ''}`, from: 'xl' },
  {
    id: 'error',
    head: '',
    grow: true,
    cell: (t) =>
      t.error && (
        <span className="text-critical-text">
          <Sentence text={t.error} max={160} />
        </span>
      ),
    from: 'xl',
  },
]

/** A cache is full on purpose: its bar stays grey. A store that fills up is not. */
function Memory({ target }: { target: TargetView }) {
  const part = memoryRatio(target)
  const used = figureValue(target.figures?.memoryUsed)
  return (
    <span className="inline-flex items-center justify-end gap-2">
      <Figure value={used} because={figureBecause(target.figures?.memoryUsed)} unit="bytes" />
      {part === null && used !== null && <span className="w-28 text-dim text-xs max-md:hidden">no limit</span>}
      {part !== null && (
        <>
          <span aria-hidden className="h-1.5 w-12 overflow-hidden rounded-full bg-line max-md:hidden">
            <span
              className={`block h-full ${target.role === 'store' && part > 0.9 ? 'bg-warning' : 'bg-dim'}`}
              style={{ width: `${Math.min(1, part) * 100}%` }}
            />
          </span>
          <Figure value={part} unit="ratio" className="w-14" tone={target.role === 'store' && part > 0.9 ? 'warning' : undefined} />
        </>
      )}
    </span>
  )
}

function abilityText(target: TargetView): string {
  const not = target.capabilities.filter((one) => !one.available)
  if (target.state !== 'up') return ''
  if (not.length === 0) return 'everything can be read'
  return `${not
    .map((one) => one.feature)
    .slice(0, 3)
    .join(', ')}${not.length > 3 ? ` and ${not.length - 3} more` : ''} not available`
}

const ALL = { brief: 1, mine: 1 }
const CACHING = { brief: 1, caching: 1, mine: 1 }
const DOWN = { q: 'state=down', limit: 1 }
const TARGET_WORDS = ['target', 'targets'] as const
const CACHE_WORDS = ['cache or store', 'caches and stores'] as const

type Props = { first: FirstSorted<TargetView>; down: number; only?: 'caches' }

/** All targets, or only those that cache. */
export function TargetList({ first, down: downFirst, only }: Props) {
  const go = useGo()
  const query = only ? CACHING : ALL
  const list = useRows<TargetView>(['targets'], 'targets', { query, first, columns: TARGET_COLUMNS })
  const counted = useApi<Page<TargetView>>(['targets', 'down'], 'targets', {
    query: { ...query, ...DOWN },
    initialData: { items: [], next: null, total: downFirst },
    enabled: list.scope === '',
  })
  const noun = only ? CACHE_WORDS : TARGET_WORDS
  const down = counted.data?.total ?? 0
  // A column that came with some row stays while others are looked at.
  const labelled = useRef(false)
  labelled.current ||= list.rows.some((t) => t?.labels)
  return (
    <>
      <PageHead
        title={only ? 'Caches' : 'Targets'}
        lead={`${count(list.of)} ${noun[list.of === 1 ? 0 : 1]}${down > 0 && list.scope === '' ? `, ${count(down)} down` : ''}`}
      >
        {only && (
          <Go href="/curves" className={buttonLook()}>
            Memory and TTL lab
          </Go>
        )}
      </PageHead>
      <FilterNote lists={[list]} noun={noun} />
      <Table
        main
        hold
        question={list.question}
        label={only ? 'Caches' : 'Targets'}
        columns={only ? CACHES : labelled.current ? TARGETS : UNLABELLED}
        rows={list.rows}
        onShow={list.show}
        order={list.order ?? undefined}
        onOrder={list.setOrder}
        rowKey={(t) => t.name}
        onOpen={(t) => go(href(t))}
        empty={
          isNarrowed([list]) ? (
            <NoneMatch lists={[list]} noun={noun} />
          ) : (
            <Empty
              title={only ? 'No cache is watched yet' : 'No target is watched yet'}
              config={
                'targets:\n  - { kind: redis, name: cache-a, url: redis://127.0.0.1:6379 }\n  - { kind: memcached, name: mc-1, address: 127.0.0.1:11211 }'
              }
            >
              {only
                ? 'Hit ratio, reads, evictions and memory of each cache stand here.'
                : 'Each server that Evenkeel reads stands here, with its state and what can be read on it.'}{' '}
              Three lines in <code className="font-mono">evenkeel.yaml</code> bring the first:
            </Empty>
          )
        }
      />
    </>
  )
}
