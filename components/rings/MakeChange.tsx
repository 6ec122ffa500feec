'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { memo } from 'react'
import { tellRefusal } from '@/components/approvals/askApproval.ts'
import { path, post } from '@/components/frame/api.ts'
import { useGo } from '@/components/frame/Go.tsx'
import { noChangeBecause, nowhereOperatorBecause } from '@/components/frame/noChange.ts'
import { useApi } from '@/components/frame/useApi.ts'
import { Diff } from '@/components/proposals/ApplyButton.tsx'
import { applyWords } from '@/components/proposals/words.ts'
import { Button } from '@/components/ui/button.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import { Status } from '@/components/ui/status.tsx'
import { text } from '@/lib/format/format.ts'
import type { Compared } from '@/lib/lab/compute.ts'
import type { LabSource } from '@/lib/lab/source.ts'
import { stepsOf } from '@/lib/lab/steps.ts'
import type { FrameView } from '@/lib/model/answers/frame.ts'
import type { RingSpec } from '@/lib/model/ring.ts'
import { ConfigTexts } from './ConfigTexts.tsx'

type Props = { source: LabSource; after: RingSpec; compared: Compared; onDone?: () => void }

/** The edit as a change of one's own, with its exact steps beside the button; where none can be made, the configuration to copy. */
export const MakeChange = memo(function MakeChange({ source, after, compared, onDone }: Props) {
  const go = useGo()
  const client = useQueryClient()
  const { data: frame } = useApi<FrameView>(['frame'], 'frame', { everyMs: 10_000 })
  const made = stepsOf(source, after)
  const steps = 'steps' in made ? made.steps : []
  const wanted = () => ({
    steps: steps.map(({ setting, after }) => ({ setting, after })),
    because: `Set by hand: max over mean ${text(compared.imbalanceBefore, 'factor')} to ${text(compared.imbalanceAfter, 'factor')}, ${text(compared.moved, 'ratio')} of the keys move.`,
  })
  const make = useMutation({
    mutationFn: () => post<{ change: string }>('changes', wanted()),
    onSuccess: ({ change }) => {
      onDone?.()
      for (const key of ['changes', 'rings', 'pools', 'overview']) void client.invalidateQueries({ queryKey: [key] })
      go(path`/changes/${change}`)
    },
    onError: (error) => tellRefusal(error, 'Not applied', wanted()),
  })
  const { setBy } = source
  const because = 'because' in made ? made.because : (nowhereOperatorBecause(frame) ?? noChangeBecause(frame))
  return (
    <div className="flex min-w-0 flex-col gap-3">
      {steps.length > 0 && <Diff steps={steps} most={12} className="w-fit max-w-full" />}
      <div className="flex flex-wrap items-center gap-3">
        <Button look="primary" busy={make.isPending} disabledBecause={because} onClick={() => make.mutate()}>
          {steps.length > 0 ? applyWords(steps) : 'Apply'}
        </Button>
        {because && (
          <span className="min-w-0 text-dim text-sm [overflow-wrap:anywhere]">
            <Sentence text={because} max={400} />
          </span>
        )}
        {!because && setBy?.is === 'ring' && <Status tone={setBy.follow.tone}>{setBy.follow.word}</Status>}
      </div>
      {!because && (
        <p className="max-w-prose text-dim text-sm">
          {setBy?.is === 'ring'
            ? 'Watched like any change. Moving a ring back can serve values that were written before: it is rolled back by itself only on a breach.'
            : 'Watched like any change, and put back by itself when the pool suffers.'}
        </p>
      )}
      <ConfigTexts key={String(steps.length === 0)} spec={after} open={steps.length === 0} />
    </div>
  )
})
