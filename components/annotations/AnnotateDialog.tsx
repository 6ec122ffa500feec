'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Moment } from '@/components/frame/Ago.tsx'
import { errorText, path, post, remove } from '@/components/frame/api.ts'
import { nowhereOperatorBecause } from '@/components/frame/noChange.ts'
import { useApi } from '@/components/frame/useApi.ts'
import { Button } from '@/components/ui/button.tsx'
import { Field, Input } from '@/components/ui/field.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import { Dialog } from '@/components/ui/sheet.tsx'
import { toast } from '@/components/ui/toast.tsx'
import { safe } from '@/lib/format/format.ts'
import type { AnnotationView } from '@/lib/model/answers/annotation.ts'
import type { FrameView } from '@/lib/model/answers/frame.ts'
import { type AnnotationFields, annotationBody, wrongWith } from './annotationForm.ts'

const FORM = 'annotate'
const NEWEST = 4
/** What shows annotations. */
const SHOWN_IN = ['annotations', 'incidents', 'runs']

/** Marks a moment or a span by hand, and shows the newest that there are: one that is wrong is deleted here. */
export function AnnotateDialog({ tags, onClose }: { tags: string; onClose: () => void }) {
  const client = useQueryClient()
  const { data: frame } = useApi<FrameView>(['frame'], 'frame')
  const [fields, setFields] = useState<AnnotationFields>({ text: '', from: '', until: '', tags })
  const set = (more: Partial<AnnotationFields>) => setFields((before) => ({ ...before, ...more }))
  const refresh = () => {
    for (const key of SHOWN_IN) void client.invalidateQueries({ queryKey: [key] })
  }
  const save = useMutation({
    mutationFn: () => post('annotations', annotationBody(fields)),
    onSuccess: () => {
      refresh()
      onClose()
    },
    onError: (error) => toast.error('Not annotated', { description: errorText(error) }),
  })
  const because = nowhereOperatorBecause(frame) ?? wrongWith(fields, Date.now())
  return (
    <Dialog
      open
      onClose={onClose}
      title="Annotate"
      lead="A mark in every chart, in the timeline of incidents and in post-mortems."
      foot={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button look="primary" type="submit" form={FORM} busy={save.isPending} disabledBecause={because}>
            Annotate
          </Button>
        </>
      }
    >
      <form
        id={FORM}
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          if (because === null && !save.isPending) save.mutate()
        }}
      >
        <Field label="What happened" help="Whoever comes next reads it.">
          {(props) => (
            <Input {...props} value={fields.text} maxLength={2_000} onChange={(event) => set({ text: event.target.value })} autoFocus />
          )}
        </Field>
        <div className="flex flex-wrap gap-3">
          <Field label="From" help="Empty: now.">
            {(props) => (
              <Input {...props} type="datetime-local" value={fields.from} onChange={(event) => set({ from: event.target.value })} />
            )}
          </Field>
          <Field label="Until" help="Empty: a moment, no span.">
            {(props) => (
              <Input {...props} type="datetime-local" value={fields.until} onChange={(event) => set({ until: event.target.value })} />
            )}
          </Field>
        </div>
        <Field label="Tags" help="With commas between them. load-test makes it a load test.">
          {(props) => <Input {...props} value={fields.tags} maxLength={500} onChange={(event) => set({ tags: event.target.value })} />}
        </Field>
      </form>
      <Newest noRole={nowhereOperatorBecause(frame)} onDeleted={refresh} />
    </Dialog>
  )
}

function Newest({ noRole, onDeleted }: { noRole: string | null; onDeleted: () => void }) {
  const { data = [] } = useApi<AnnotationView[]>(['annotations'], 'annotations', { query: { limit: NEWEST }, everyMs: 60_000 })
  const end = useMutation({
    mutationFn: (id: number) => remove(path`annotations/${String(id)}`),
    onSuccess: onDeleted,
    onError: (error) => toast.error('Not deleted', { description: errorText(error) }),
  })
  if (data.length === 0) return null
  return (
    <section className="mt-4">
      <h3 className="mb-1 font-medium text-sm">Newest</h3>
      <ul className="border-line border-t">
        {data.map(({ id, text, time, userName }) => (
          <li key={id} className="flex items-center gap-3 border-line border-b py-1.5">
            <span className="min-w-0 flex-1 text-sm [overflow-wrap:anywhere]">
              <Sentence text={text} max={160} />
              <span className="block text-dim text-xs">
                <Moment at={new Date(time).toISOString()} /> {safe(userName, 40)}
              </span>
            </span>
            <Button
              aria-label={`Delete ${safe(text, 60)}`}
              onClick={() => end.mutate(id)}
              busy={end.isPending && end.variables === id}
              disabledBecause={noRole}
            >
              Delete
            </Button>
          </li>
        ))}
      </ul>
    </section>
  )
}
