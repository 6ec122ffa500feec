import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Trash2 } from 'lucide-react'
import { useState } from 'react'
import { Ago } from '@/components/frame/Ago.tsx'
import { errorText, path, remove } from '@/components/frame/api.ts'
import { Go } from '@/components/frame/Go.tsx'
import { Button } from '@/components/ui/button.tsx'
import { Section } from '@/components/ui/page.tsx'
import { Dialog } from '@/components/ui/sheet.tsx'
import { type Column, Table } from '@/components/ui/table.tsx'
import { toast } from '@/components/ui/toast.tsx'
import { count, duration, safe, text } from '@/lib/format/format.ts'
import type { TraceView } from '@/lib/model/answers/trace.ts'
import { UploadTrace } from './UploadTrace.tsx'

type Props = {
  traces: TraceView[]
  /** The one that is open. */
  selected: string | null
  /** Why this person may neither upload nor delete. */
  because: string | null
  onOpen: (id: string) => void
  onDeleted: (id: string) => void
}

const traceHref = (id: string) => `/curves?trace=${encodeURIComponent(id)}`

/** Uploaded traces: where one is dropped, and what each holds. */
export function Traces({ traces, selected, because, onOpen, onDeleted }: Props) {
  const [deleting, setDeleting] = useState<TraceView | null>(null)
  return (
    <Section
      flush
      title="Uploaded traces"
      note="Requests of a cache, as its application or proxy logged them: CSV, one key a line, or oracleGeneral; gzip is taken."
    >
      <div className="px-4 pb-3">
        <UploadTrace because={because} onDone={(trace) => onOpen(trace.id)} />
      </div>
      {traces.length > 0 && (
        <Table
          label="Uploaded traces"
          sticky={false}
          columns={columns((trace) => setDeleting(trace), because)}
          rows={traces}
          rowKey={({ id }) => id}
          selected={selected}
          onOpen={({ id }) => onOpen(id)}
        />
      )}
      {deleting && <DeleteTrace trace={deleting} onClose={() => setDeleting(null)} onDeleted={onDeleted} />}
    </Section>
  )
}

const columns = (onDelete: (trace: TraceView) => void, because: string | null): Column<TraceView>[] => [
  {
    id: 'name',
    head: 'Name',
    sort: (t) => t.name,
    cell: (t) => (
      <Go href={traceHref(t.id)} className="font-medium group-hover:text-accent">
        {safe(t.name, 80)}
      </Go>
    ),
    grow: true,
    className: 'min-w-32',
  },
  { id: 'requests', head: 'Requests', right: true, sort: (t) => t.requests, cell: (t) => count(t.requests) },
  { id: 'keys', head: 'Keys', right: true, sort: (t) => t.keys, cell: (t) => count(t.keys) },
  {
    id: 'time',
    head: 'Lasts',
    right: true,
    sort: (t) => lasts(t),
    cell: (t) => {
      const seconds = lasts(t)
      return seconds === null ? <span className="text-dim">no times</span> : duration(seconds * 1_000)
    },
    from: 'sm',
  },
  {
    id: 'values',
    head: 'Mean value',
    right: true,
    sort: (t) => t.valueBytesMean,
    cell: (t) => (t.valueBytesMean === null ? <span className="text-dim">not told</span> : text(t.valueBytesMean, 'bytes')),
    from: 'md',
  },
  { id: 'kept', head: 'Kept', cell: (t) => <span className="text-dim">{keptWords(t)}</span>, from: 'lg' },
  {
    id: 'at',
    head: 'Uploaded',
    right: true,
    sort: (t) => t.uploadedAt,
    cell: (t) => (
      <span className="text-dim">
        <Ago at={t.uploadedAt} /> by {safe(t.by, 40)}
      </span>
    ),
    from: 'sm',
  },
  {
    id: 'delete',
    head: <span className="sr-only">Delete</span>,
    right: true,
    cell: (t) => (
      <Button
        look="ghost"
        size="icon"
        aria-label={`Delete ${safe(t.name, 60)}`}
        hint="Delete"
        disabledBecause={because}
        onClick={() => onDelete(t)}
      >
        <Trash2 size={14} aria-hidden />
      </Button>
    ),
  },
]

const lasts = ({ from, to }: TraceView): number | null => (from === null || to === null ? null : to - from)

function keptWords({ samplingRate, cutAfter, bytes }: TraceView): string {
  const kept =
    cutAfter !== null
      ? `its first ${count(cutAfter)} requests`
      : samplingRate < 1
        ? `${text(samplingRate, 'ratio')} of the keys`
        : 'all of it'
  return `${kept}, ${text(bytes, 'bytes')}`
}

function DeleteTrace({ trace, onClose, onDeleted }: { trace: TraceView; onClose: () => void; onDeleted: (id: string) => void }) {
  const client = useQueryClient()
  const gone = useMutation({
    mutationFn: () => remove(path`traces/${trace.id}`),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['traces'] })
      onClose()
      onDeleted(trace.id)
    },
    onError: (error) => toast.error('Not deleted', { description: errorText(error) }),
  })
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Delete ${safe(trace.name, 80)}?`}
      lead="Links to its curves will find nothing. The file it was made of is not touched."
      foot={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button look="danger" busy={gone.isPending} onClick={() => gone.mutate()}>
            Delete the trace
          </Button>
        </>
      }
    >
      <p className="text-sm">
        {count(trace.requests)} requests of {count(trace.keys)} keys, {text(trace.bytes, 'bytes')} of the disk.
      </p>
    </Dialog>
  )
}
