'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { errorText, post } from '@/components/frame/api.ts'
import { Button } from '@/components/ui/button.tsx'
import { cn } from '@/components/ui/cn.ts'
import { Failure, Skeleton } from '@/components/ui/empty.tsx'
import { Dialog } from '@/components/ui/sheet.tsx'
import { Status } from '@/components/ui/status.tsx'
import { toast } from '@/components/ui/toast.tsx'
import { safe, safeLines } from '@/lib/format/format.ts'
import type { AlertsAppliedView, AlertsConfigView, AlertsPreviewView } from '@/lib/model/answers/alertsEdit.ts'
import { bodyOf, type Draft } from './draft.ts'

/** What an edit changes in the file, what is to be known of it, and the button that writes it. */
export function ReviewDialog({ draft, view, onClose }: { draft: Draft; view: AlertsConfigView; onClose: () => void }) {
  const client = useQueryClient()
  const body = bodyOf(draft)
  const { data, error } = useQuery({
    queryKey: ['alerts', 'preview', JSON.stringify(body)],
    queryFn: ({ signal }) => post<AlertsPreviewView>('alerts/config/preview', body, signal),
    retry: false,
    gcTime: 0,
  })
  const save = useMutation({
    mutationFn: () => post<AlertsAppliedView>('alerts/config', body),
    onSuccess: ({ restart }) => {
      const others = restart.length > 0 ? ` ${restart.join(', ')}: edited by somebody else, from the next start on.` : ''
      toast(`${view.file} is written`, { description: `Evenkeel goes by it from now on.${others}` })
      for (const key of ['alerts', 'receivers', 'browsers']) void client.invalidateQueries({ queryKey: [key] })
      onClose()
    },
    onError: (failed) => toast.error('Nothing was written', { description: errorText(failed) }),
  })
  return (
    <Dialog
      open
      onClose={onClose}
      title={`What changes in ${view.file}`}
      lead="Secrets are not shown. What fires is told anew by routes that are edited or move."
      foot={
        <>
          <Button onClick={onClose}>Back to the form</Button>
          <Button
            look="primary"
            onClick={() => save.mutate()}
            busy={save.isPending}
            disabledBecause={
              view.fixed ??
              (error ? 'It cannot be written like this.' : !data ? 'Not compared yet.' : data.diff === '' && 'Nothing changes.')
            }
          >
            Write {view.file}
          </Button>
        </>
      }
    >
      {error && <Failure tried="This is no configuration yet." answer={errorText(error)} />}
      {!data && !error && <Skeleton className="h-40" />}
      {data?.warnings.map((warning) => (
        <p key={warning} className="pb-2 text-sm">
          <Status tone="warning">warning</Status> {safe(warning, 400)}
        </p>
      ))}
      {data && <Diff text={data.diff} />}
    </Dialog>
  )
}

/** A unified diff; what comes and goes is told by its sign, and by colour. */
function Diff({ text }: { text: string }) {
  if (text === '') return <p className="text-sm">Nothing changes.</p>
  return (
    <section aria-label="The difference">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre tabIndex={0} className="overflow-auto rounded border border-line bg-sunken p-3 font-mono text-xs">
        {safeLines(text)
          .split('\n')
          .map((line, index) => (
            <span
              // biome-ignore lint/suspicious/noArrayIndexKey: lines have no name.
              key={index}
              className={cn('block', line.startsWith('+') ? 'text-accent' : line.startsWith('-') ? 'text-critical-text' : 'text-dim')}
            >
              {line || ' '}
            </span>
          ))}
      </pre>
    </section>
  )
}
