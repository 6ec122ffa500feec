'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from '@/components/ui/button.tsx'
import { Field, Input, Select } from '@/components/ui/field.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import { Dialog } from '@/components/ui/sheet.tsx'
import { Shape } from '@/components/ui/status.tsx'
import { toast } from '@/components/ui/toast.tsx'
import type { FrameView } from '@/lib/model/answers/frame.ts'
import type { FreezeView } from '@/lib/model/answers/freeze.ts'
import { Moment } from './Ago.tsx'
import { errorText, post, remove } from './api.ts'

const HOUR = 3_600_000
const LENGTHS = [
  { value: String(HOUR), label: '1 hour' },
  { value: String(4 * HOUR), label: '4 hours' },
  { value: String(24 * HOUR), label: '1 day' },
  { value: String(3 * 24 * HOUR), label: '3 days' },
  { value: String(7 * 24 * HOUR), label: '7 days' },
]

/** How long and why: new changes are held back, whoever asks for them. */
export function FreezeDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const [length, setLength] = useState(LENGTHS[1]!.value)
  const [reason, setReason] = useState('')
  const client = useQueryClient()
  const freeze = useMutation({
    mutationFn: () => post<FreezeView>('freeze', { until: Date.now() + Number(length), reason: reason.trim() }),
    onSuccess: () => {
      setReason('')
      onClose()
    },
    onSettled: () => client.invalidateQueries(),
  })
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title="Freeze changes"
      lead="Nothing new is applied until it ends or somebody lifts it. Changes in flight are watched, kept or rolled back as ever."
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="primary"
            busy={freeze.isPending}
            disabledBecause={reason.trim() === '' && 'Say why: others will ask'}
            onClick={() => freeze.mutate()}
          >
            Freeze
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          if (reason.trim() !== '') freeze.mutate()
        }}
      >
        <Field
          label="Reason"
          help="Shown on every page and to whoever tries to apply something."
          wrong={freeze.error && errorText(freeze.error)}
        >
          {(props) => <Input {...props} maxLength={500} value={reason} onChange={(event) => setReason(event.target.value)} />}
        </Field>
        <Field label="For">
          {(props) => <Select {...props} options={LENGTHS} value={length} onChange={(event) => setLength(event.target.value)} />}
        </Field>
      </form>
    </Dialog>
  )
}

/** The freeze in force, above every page, with the way to lift it. */
export function FreezeNotice({ freeze, role }: { freeze: NonNullable<FrameView['freeze']>; role: string | undefined }) {
  const client = useQueryClient()
  const lift = useMutation({
    mutationFn: () => remove('freeze'),
    onError: (failure) => toast.error('Not lifted', { description: errorText(failure) }),
    onSettled: () => client.invalidateQueries(),
  })
  return (
    <p className="flex items-center gap-2 border-line border-b bg-info-soft px-4 py-2 max-sm:px-2">
      <Shape tone="info" />
      <span className="min-w-0 flex-1 [overflow-wrap:anywhere]">
        <strong className="font-medium">
          Changes are frozen until <Moment at={freeze.until} />
        </strong>{' '}
        by <Sentence text={freeze.by} max={60} />: <Sentence text={freeze.reason} max={500} />
      </span>
      <Button
        busy={lift.isPending}
        disabledBecause={role !== 'operator' && role !== 'admin' && 'An operator may lift it.'}
        onClick={() => lift.mutate()}
      >
        Lift the freeze
      </Button>
    </p>
  )
}
