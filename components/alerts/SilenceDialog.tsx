'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { errorText, post } from '@/components/frame/api.ts'
import { Button } from '@/components/ui/button.tsx'
import { Field, Input, Select } from '@/components/ui/field.tsx'
import { Dialog } from '@/components/ui/sheet.tsx'
import { toast } from '@/components/ui/toast.tsx'
import { labelsText } from '@/lib/format/format.ts'
import type { Labels } from '@/lib/model/series.ts'

const LENGTHS = [
  { value: '1', label: '1 hour' },
  { value: '4', label: '4 hours' },
  { value: '24', label: '1 day' },
  { value: '168', label: '7 days' },
]

/** Mutes notices about one subject for a while, with a reason. The finding itself stays in sight. */
export function SilenceDialog({ match, onClose }: { match: Labels; onClose: () => void }) {
  const client = useQueryClient()
  const [hours, setHours] = useState('1')
  const [reason, setReason] = useState('')
  const silence = useMutation({
    mutationFn: () => post('silences', { match, until: new Date(Date.now() + Number(hours) * 3_600_000).toISOString(), reason }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['silences'] })
      void client.invalidateQueries({ queryKey: ['findings'] })
      onClose()
    },
    onError: (error) => toast.error('Not silenced', { description: errorText(error) }),
  })
  return (
    <Dialog
      open
      onClose={onClose}
      title="Silence"
      lead={labelsText(match)}
      foot={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button
            look="primary"
            onClick={() => silence.mutate()}
            busy={silence.isPending}
            disabledBecause={!reason.trim() && 'Say why, for whoever comes next'}
          >
            Silence for {LENGTHS.find(({ value }) => value === hours)?.label}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <Field label="For">
          {(props) => <Select {...props} options={LENGTHS} value={hours} onChange={(event) => setHours(event.target.value)} />}
        </Field>
        <Field label="Reason" help="Notices stop; the finding stays on the page.">
          {(props) => <Input {...props} value={reason} maxLength={200} onChange={(event) => setReason(event.target.value)} autoFocus />}
        </Field>
      </div>
    </Dialog>
  )
}
