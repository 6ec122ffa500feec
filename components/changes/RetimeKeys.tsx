'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { errorText, path, post } from '@/components/frame/api.ts'
import { useGo } from '@/components/frame/Go.tsx'
import { noChangeBecause, noOperatorBecause } from '@/components/frame/noChange.ts'
import { useApi } from '@/components/frame/useApi.ts'
import { Button } from '@/components/ui/button.tsx'
import { Code } from '@/components/ui/code.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import { toast } from '@/components/ui/toast.tsx'
import { safe } from '@/lib/format/format.ts'
import type { ChangeView } from '@/lib/model/answers/change.ts'
import type { FrameView } from '@/lib/model/answers/frame.ts'
import type { Labels } from '@/lib/model/series.ts'

type Plan = NonNullable<ChangeView['retime']>[number]

/** The follow-up of a TTL that became shorter: a job that re-times the keys that were stored before, as a change of its own. */
export function RetimeKeys({ change, labels, plan }: { change: string; labels?: Labels | undefined; plan: Plan }) {
  const go = useGo()
  const client = useQueryClient()
  const { data: frame } = useApi<FrameView>(['frame'], 'frame', { everyMs: 10_000 })
  const begin = useMutation({
    mutationFn: () => post<{ change: string }>(path`changes/${change}/retime`, { target: plan.target }),
    onSuccess: (answer) => {
      for (const key of ['changes', 'jobs', 'overview']) void client.invalidateQueries({ queryKey: [key] })
      go(path`/changes/${answer.change}`)
    },
    onError: (error) => toast.error('Not begun', { description: errorText(error) }),
  })
  const because = noOperatorBecause(frame, labels) ?? noChangeBecause(frame) ?? plan.because ?? null
  return (
    <section aria-label={`Keys of ${safe(plan.target, 60)} stored before`} className="flex flex-col gap-2 rounded bg-sunken p-3 text-sm">
      <h4 className="font-medium">Keys that were stored before</h4>
      <p className="max-w-prose">
        <Sentence text={plan.text} max={900} />
      </p>
      <div className="flex flex-wrap items-center gap-3">
        <Button busy={begin.isPending} disabledBecause={because} onClick={() => begin.mutate()}>
          Re-time them
        </Button>
        {because && (
          <span className="min-w-0 text-dim [overflow-wrap:anywhere]">
            <Sentence text={because} max={400} />
          </span>
        )}
      </div>
      <details>
        <summary className="cursor-pointer text-dim">Exactly what is sent</summary>
        <Code label="Commands" text={plan.commands.join('\n')} className="mt-2" />
      </details>
    </section>
  )
}
