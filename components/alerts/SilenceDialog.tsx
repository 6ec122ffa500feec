'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import { errorText, path, post } from '@/components/frame/api.ts'
import { nowhereOperatorBecause } from '@/components/frame/noChange.ts'
import { useApi } from '@/components/frame/useApi.ts'
import { Button } from '@/components/ui/button.tsx'
import { cn } from '@/components/ui/cn.ts'
import { Field, Input, inputLook, Select } from '@/components/ui/field.tsx'
import { Dialog } from '@/components/ui/sheet.tsx'
import { toast } from '@/components/ui/toast.tsx'
import type { FrameView } from '@/lib/model/answers/frame.ts'
import type { SilenceView } from '@/lib/model/answers/silence.ts'
import { SilencePreviewed } from './SilencePreviewed.tsx'
import { conditionsIn, LENGTHS, timesOf } from './silenceForm.ts'

type Props = { matchers: readonly string[]; silence?: SilenceView; onClose: () => void }

/** Mutes notices for a while, with a reason, or changes what is muted. Findings themselves stay in sight. */
export function SilenceDialog({ matchers: given, silence, onClose }: Props) {
  const client = useQueryClient()
  const { data: frame } = useApi<FrameView>(['frame'], 'frame')
  const [conditions, setConditions] = useState(given.join('\n'))
  const [from, setFrom] = useState('')
  const [length, setLength] = useState(silence ? '' : '1')
  const [reason, setReason] = useState(silence?.reason ?? '')
  const matchers = conditionsIn(conditions)
  const previewed = conditionsIn(useDeferredValue(conditions))
  const lengths = silence
    ? [{ value: '', label: `until ${new Date(silence.until).toLocaleString('en-GB')}, as it is` }, ...LENGTHS]
    : LENGTHS
  const save = useMutation({
    mutationFn: () =>
      post(silence ? path`silences/${silence.id}` : 'silences', { matchers, reason, ...timesOf(from, length, silence, Date.now()) }),
    onSuccess: () => {
      for (const key of ['silences', 'findings']) void client.invalidateQueries({ queryKey: [key] })
      onClose()
    },
    onError: (error) => toast.error('Not silenced', { description: errorText(error) }),
  })
  return (
    <Dialog
      open
      onClose={onClose}
      title={silence ? 'Change the silence' : 'Silence'}
      lead="Notices stop; findings stay on the page."
      foot={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button
            look="primary"
            onClick={() => save.mutate()}
            busy={save.isPending}
            disabledBecause={
              nowhereOperatorBecause(frame) ??
              (matchers.length === 0 ? 'Say what is to be muted' : !reason.trim() && 'Say why, for whoever comes next')
            }
          >
            {silence ? 'Change it' : `Silence for ${LENGTHS.find(({ value }) => value === length)?.label}`}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <Field
          label="What"
          help={
            <>
              One condition a line, all of which must hold: a label, one of <code>= != =~ !~</code>, a value. Patterns match whole.
            </>
          }
        >
          {(props) => (
            <textarea
              {...props}
              rows={Math.max(2, conditions.split('\n').length)}
              spellCheck={false}
              placeholder={'target=~"cache-.*"\nseverity!="critical"'}
              className={cn(inputLook, 'h-auto py-1 font-mono text-xs max-sm:h-auto')}
              value={conditions}
              onChange={(event) => setConditions(event.target.value)}
            />
          )}
        </Field>
        <SilencePreviewed matchers={previewed} />
        <div className="flex flex-wrap gap-3">
          <Field label="From" help={silence ? 'Empty: as it is.' : 'Empty: now.'}>
            {(props) => <Input {...props} type="datetime-local" value={from} onChange={(event) => setFrom(event.target.value)} />}
          </Field>
          <Field label="For">
            {(props) => <Select {...props} options={lengths} value={length} onChange={(event) => setLength(event.target.value)} />}
          </Field>
        </div>
        <Field label="Reason">
          {(props) => (
            <Input
              {...props}
              value={reason}
              maxLength={200}
              onChange={(event) => setReason(event.target.value)}
              autoFocus={given.length > 0}
            />
          )}
        </Field>
      </div>
    </Dialog>
  )
}
