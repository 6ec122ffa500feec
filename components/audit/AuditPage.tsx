'use client'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import { parseAsString, useQueryStates } from 'nuqs'
import { useEffect, useState } from 'react'
import { Moment } from '@/components/frame/Ago.tsx'
import { apiUrl, errorText, get } from '@/components/frame/api.ts'
import { useLive } from '@/components/frame/live.tsx'
import { Button } from '@/components/ui/button.tsx'
import { Empty, Failure, Skeleton } from '@/components/ui/empty.tsx'
import { Field, Input, Select } from '@/components/ui/field.tsx'
import { PageHead } from '@/components/ui/page.tsx'
import { Status } from '@/components/ui/status.tsx'
import { type Column, Table } from '@/components/ui/table.tsx'
import { count, safe } from '@/lib/format/format.ts'
import type { AuditView } from '@/lib/model/answers/audit.ts'
import { AUDIT_KINDS, type AuditEntry } from '@/lib/model/audit.ts'
import { EntrySheet } from './EntrySheet.tsx'
import { actorWords, detailWords, type Filters, kindWords, outcomeTone, questionOf } from './words.ts'

const text = parseAsString.withDefault('')
const COLUMNS: Column<AuditEntry>[] = [
  { id: 'at', head: 'When', cell: (entry) => <Moment at={entry.at} /> },
  { id: 'what', head: 'What', cell: (entry) => kindWords(entry.what) },
  {
    id: 'outcome',
    head: 'Outcome',
    from: 'sm',
    cell: (entry) => <Status tone={outcomeTone[entry.outcome] ?? 'info'}>{entry.outcome}</Status>,
  },
  { id: 'by', head: 'Who', cell: (entry) => safe(actorWords(entry), 60) },
  { id: 'from', head: 'From', from: 'md', cell: (entry) => <span className="font-mono text-xs">{safe(entry.from ?? '', 45)}</span> },
  { id: 'about', head: 'On', from: 'lg', cell: (entry) => safe(entry.about, 40) },
  {
    id: 'detail',
    head: 'Details',
    grow: true,
    from: 'md',
    cell: (entry) => <span className="text-dim">{safe(detailWords(entry), 200)}</span>,
  },
  { id: 'seq', head: 'No.', right: true, from: 'lg', cell: (entry) => entry.seq },
]

/** Who did what, from where and when; append-only and hash-chained. The question is the address. `initial`: without a filter. */
export function AuditPage({ initial }: { initial: AuditView | null }) {
  const { live } = useLive()
  const [open, setOpen] = useState<AuditEntry | null>(null)
  const [filters, filter] = useQueryStates(
    { what: text, by: text, address: text, since: text, until: text },
    { scroll: false, throttleMs: 300 },
  )
  const question = questionOf(filters)
  const any = Object.values(filters).some(Boolean)
  const log = useInfiniteQuery({
    queryKey: ['audit', question],
    queryFn: ({ pageParam, signal }) => get<AuditView>('audit', { ...question, cursor: pageParam }, signal),
    initialPageParam: '',
    getNextPageParam: (last: AuditView) => last.next,
    initialData: any || !initial ? undefined : { pages: [initial], pageParams: [''] },
    refetchInterval: ({ state }) => live && (state.data?.pages.length ?? 0) <= 1 && 10_000,
  })
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage } = log
  const rows = data?.pages.flatMap(({ items }) => items) ?? []
  const newest = data?.pages[0]
  // One look goes over so many entries and no more: what is rare may need several.
  const searching = rows.length === 0 && hasNextPage
  useEffect(() => {
    if (searching && !isFetchingNextPage && !error) void fetchNextPage()
  }, [searching, isFetchingNextPage, error, fetchNextPage])

  return (
    <>
      <PageHead
        title="Audit"
        lead={newest && `${count(newest.head.seq)} entries, each chained to the one before; npm run audit verifies them.`}
      >
        <Button asChild>
          <a href={apiUrl('audit/export')} download>
            <Download size={14} aria-hidden /> Export
          </a>
        </Button>
      </PageHead>
      {newest && newest.unsaved.entries > 0 && (
        <Failure
          tried={`${count(newest.unsaved.entries)} entries are not on the disk yet.`}
          answer={newest.unsaved.because ?? 'They are written as soon as there is room.'}
          todo="They are held in memory and written as soon as the disk takes them."
        />
      )}
      {newest?.copies.map(
        ({ to, seq, failing }) =>
          failing && (
            <Failure
              key={to}
              tried={`The copy to ${to === 'file' ? 'the file' : 'syslog'} stands at entry ${count(seq)} of ${count(newest.head.seq)}.`}
              answer={safe(failing.because, 200)}
              todo={
                <>
                  It fails since <Moment at={failing.since} />, and is tried again at last once a minute: nothing is skipped.
                </>
              }
            />
          ),
      )}
      <FilterBar filters={filters} onChange={(change) => void filter(change)} />
      {error && <Failure tried="The audit log could not be read." answer={errorText(error)} />}
      {!data && !error && <Skeleton className="mx-4 h-40" />}
      {data && (
        <Table
          label="Audit log"
          main
          rows={rows}
          rowKey={(entry) => String(entry.seq)}
          selected={open && String(open.seq)}
          onOpen={setOpen}
          columns={COLUMNS}
          empty={
            searching ? (
              <Skeleton className="mx-4 h-40" />
            ) : (
              <Empty title="No entry fits">{any ? 'Take a filter away, or widen the time.' : 'Nothing has been recorded yet.'}</Empty>
            )
          }
        />
      )}
      {rows.length > 0 && hasNextPage && (
        <div className="flex justify-center p-4">
          <Button size="md" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            Older entries
          </Button>
        </div>
      )}
      {open && <EntrySheet entry={open} onClose={() => setOpen(null)} />}
    </>
  )
}

const KINDS = [
  { value: '', label: 'anything' },
  ...AUDIT_KINDS.map((value) => ({ value, label: kindWords(value) })).sort((a, b) => (a.label < b.label ? -1 : 1)),
]

function FilterBar({ filters, onChange }: { filters: Filters; onChange: (change: Partial<Record<keyof Filters, string | null>>) => void }) {
  const input = (name: keyof Filters, label: string, rest: { type?: string; placeholder?: string; className: string }) => (
    <Field label={label}>
      {(props) => (
        <Input {...props} {...rest} value={filters[name]} onChange={(event) => onChange({ [name]: event.target.value || null })} />
      )}
    </Field>
  )
  return (
    <search className="flex flex-wrap items-end gap-3 px-4 pb-2">
      <Field label="What">
        {(props) => (
          <Select {...props} options={KINDS} value={filters.what} onChange={(event) => onChange({ what: event.target.value || null })} />
        )}
      </Field>
      {input('by', 'Who', { placeholder: 'ann', className: 'w-40' })}
      {input('address', 'From', { placeholder: '192.0.2.1', className: 'w-40' })}
      {input('since', 'Since', { type: 'datetime-local', className: 'w-48' })}
      {input('until', 'Until', { type: 'datetime-local', className: 'w-48' })}
    </search>
  )
}
