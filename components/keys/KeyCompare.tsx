'use client'
import { parseAsString, parseAsStringEnum, useQueryState } from 'nuqs'
import { errorText } from '@/components/frame/api.ts'
import { FilterNote, isNarrowed, NoneMatch } from '@/components/frame/FilterNote.tsx'
import { usePages } from '@/components/frame/usePages.ts'
import { useRows } from '@/components/frame/useRows.ts'
import { Empty, Failure, Skeleton } from '@/components/ui/empty.tsx'
import { Select } from '@/components/ui/field.tsx'
import { Figure } from '@/components/ui/figure.tsx'
import { Segmented } from '@/components/ui/segmented.tsx'
import { Status } from '@/components/ui/status.tsx'
import { type Column, Table } from '@/components/ui/table.tsx'
import { safe } from '@/lib/format/format.ts'
import type { KeyDifferenceView, SamplingView } from '@/lib/model/answers/remedy.ts'
import { DIFFERENCE_COLUMNS } from '@/lib/model/listColumns.ts'
import { TargetLink } from './TargetLink.tsx'
import { useOrder } from './useOrder.ts'

type What = SamplingView['what']
const WHATS: What[] = ['hot', 'patterns']
const CHANGE: Record<KeyDifferenceView['change'], string> = {
  appeared: 'new',
  gone: 'gone',
  more: 'more',
  less: 'less',
  same: 'within chance',
}

const DIFFERENCE_WORDS = ['key or pattern', 'keys or patterns'] as const

/** Hot keys or patterns at two times, side by side: what has become of them since. */
export function KeyCompare() {
  const [what, setWhat] = useQueryState('what', parseAsStringEnum(WHATS).withDefault('hot'))
  const [before, setBefore] = useQueryState('before', parseAsString.withDefault(''))
  const [after, setAfter] = useQueryState('after', parseAsString.withDefault(''))
  const order = useOrder('differences', 'moved')
  const kept = usePages<SamplingView>(['keys', 'samplings'], 'keys/samplings', { query: { what }, everyMs: 60_000, all: true })
  const list = useRows<KeyDifferenceView>(['keys', 'compare'], 'keys/compare', {
    query: { what, before, after },
    columns: DIFFERENCE_COLUMNS,
    order,
    everyMs: 10_000,
  })
  const times = timesOf(kept.items, [before, after])
  const error = list.error ?? kept.error
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-2 text-sm max-sm:px-2">
        <Segmented
          label="What is compared"
          value={what}
          onChange={(next) => void setWhat(next)}
          options={[
            { value: 'hot', label: 'Hot keys' },
            { value: 'patterns', label: 'Patterns' },
          ]}
        />
        <Select
          aria-label="Before"
          value={before}
          onChange={(event) => void setBefore(event.target.value || null)}
          options={[{ value: '', label: 'the oldest that is kept' }, ...times]}
        />
        <span className="text-dim">against</span>
        <Select
          aria-label="After"
          value={after}
          onChange={(event) => void setAfter(event.target.value || null)}
          options={[{ value: '', label: 'now' }, ...times]}
        />
      </div>
      <FilterNote lists={[list]} noun={DIFFERENCE_WORDS} />
      {error && !list.known ? (
        <Failure tried="The samplings could not be compared." answer={errorText(error)} />
      ) : !list.known ? (
        <div className="p-4">
          <Skeleton className="h-40 w-full" />
        </div>
      ) : (
        <Table
          label="Differences between two samplings"
          columns={COLUMNS}
          question={list.question}
          rows={list.rows}
          onShow={list.show}
          rowKey={(one) => `${one.target} ${one.name}`}
          order={list.order ?? undefined}
          onOrder={list.setOrder}
          main
          hold
          empty={
            isNarrowed([list]) ? (
              <NoneMatch lists={[list]} noun={DIFFERENCE_WORDS} />
            ) : (
              <Empty title="Nothing to compare yet">
                <p>
                  One sampling is kept of each ten minutes, for two days. The first comes within ten minutes of the first hot key or
                  pattern.
                </p>
              </Empty>
            )
          }
        />
      )}
    </>
  )
}

const moved = ({ before, after }: KeyDifferenceView) => (after?.share ?? 0) - (before?.share ?? 0)
const share = (one: KeyDifferenceView['before']) => (
  <Figure value={one?.share} low={one?.low} high={one?.high} unit="ratio" because="not among those that were sampled then" />
)

const COLUMNS: Column<KeyDifferenceView>[] = [
  {
    id: 'name',
    head: 'Name',
    grow: true,
    sort: 'asked',
    cell: (one) => (
      <>
        <code className="font-mono text-xs">{safe(one.name, 120)}</code>
        <span className="block text-dim text-xs md:hidden">{safe(one.target, 60)}</span>
      </>
    ),
  },
  { id: 'target', head: 'Target', from: 'md', sort: 'asked', cell: (one) => <TargetLink name={one.target} /> },
  { id: 'before', head: 'Before', right: true, from: 'sm', sort: 'asked', cell: (one) => share(one.before) },
  { id: 'after', head: 'After', right: true, from: 'sm', sort: 'asked', cell: (one) => share(one.after) },
  {
    id: 'moved',
    head: 'Difference',
    right: true,
    sort: 'asked',
    cell: (one) => `${moved(one) < 0 ? '−' : '+'}${(Math.abs(moved(one)) * 100).toFixed(1)} points`,
  },
  {
    id: 'change',
    head: 'Since then',
    cell: ({ change }) =>
      change === 'same' ? (
        <span className="text-dim">{CHANGE.same}</span>
      ) : (
        <Status tone={change === 'less' || change === 'gone' ? 'info' : 'warning'}>{CHANGE[change]}</Status>
      ),
  },
]

/** The times of samplings to choose from, each once, newest first; those that the address names are among them. */
function timesOf(samplings: readonly SamplingView[], named: readonly string[]): { value: string; label: string }[] {
  const minutes = new Set([...samplings.map(({ at }) => at), ...named.filter((one) => one !== '')].map((at) => minuteAfter(at)))
  return [...minutes]
    .sort()
    .reverse()
    .map((value) => ({ value, label: new Date(value).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' }) }))
}

/** Samplings of several targets are some seconds apart: the full minute after all of them. */
function minuteAfter(at: string): string {
  const ms = Date.parse(at)
  return Number.isNaN(ms) ? at : new Date(Math.ceil(ms / 60_000) * 60_000).toISOString()
}
