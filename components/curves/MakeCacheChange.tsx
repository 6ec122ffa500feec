import { useMutation, useQueryClient } from '@tanstack/react-query'
import { tellRefusal } from '@/components/approvals/askApproval.ts'
import { path, post } from '@/components/frame/api.ts'
import { Go, linkLook, useGo } from '@/components/frame/Go.tsx'
import { noChangeBecause, nowhereOperatorBecause } from '@/components/frame/noChange.ts'
import { useApi } from '@/components/frame/useApi.ts'
import { Diff } from '@/components/proposals/ApplyButton.tsx'
import { applyWords } from '@/components/proposals/words.ts'
import { Button } from '@/components/ui/button.tsx'
import { Section } from '@/components/ui/page.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import { text } from '@/lib/format/format.ts'
import type { FrameView } from '@/lib/model/answers/frame.ts'
import type { Made } from './change.ts'
import type { CurvePoint } from './question.ts'
import type { Rule } from './rule.ts'

type Props = {
  /** What the marked cache has otherwise than the live one, or why it cannot become a change. */
  made: Made
  rule: Rule
  /** The answer for exactly the marked size; null: there is none (yet). */
  point: CurvePoint | null
  /** Why there is no answer. */
  tooLittle: string | null
}

/** The button that makes the marked cache a change of the live one, with the exact difference. */
export function MakeCacheChange({ made, rule, point, tooLittle }: Props) {
  const go = useGo()
  const client = useQueryClient()
  const { data: frame } = useApi<FrameView>(['frame'], 'frame', { everyMs: 10_000 })
  const steps = 'steps' in made ? made.steps : []
  const wanted = () => ({
    steps: steps.map(({ setting, after }) => ({ setting, after })),
    because: `Set in the memory lab${point ? `: a hit ratio of ${text(point.hitRatio, 'ratio')} (${text(point.low, 'ratio')} to ${text(point.high, 'ratio')}) is predicted` : ''}.`,
  })
  const make = useMutation({
    mutationFn: () => post<{ change: string }>('changes', wanted()),
    onSuccess: ({ change }) => {
      for (const key of ['changes', 'targets', 'overview']) void client.invalidateQueries({ queryKey: [key] })
      go(path`/changes/${change}`)
    },
    onError: (error) => tellRefusal(error, 'Not applied', wanted()),
  })
  const because =
    'because' in made
      ? made.because
      : (nowhereOperatorBecause(frame) ??
        noChangeBecause(frame) ??
        (tooLittle !== null ? 'Nothing is predicted of it: see above.' : point === null ? 'The prediction is being computed.' : null))
  return (
    <Section
      title="Make it a change"
      note="watched like any change, and put back by itself when the cache hits less than half of what it did"
    >
      {steps.length > 0 && <Diff steps={steps} className="mb-3 w-fit max-w-full" />}
      <div className="flex flex-wrap items-center gap-3">
        <Button look="primary" busy={make.isPending} disabledBecause={because} onClick={() => make.mutate()}>
          {steps.length > 0 ? applyWords(steps) : 'Apply'}
        </Button>
        {because && (
          <span className="min-w-0 text-dim text-sm [overflow-wrap:anywhere]">
            <Sentence text={because} max={400} />
          </span>
        )}
      </div>
      {rule.ttl !== null && (
        <p className="mt-2 max-w-prose text-dim text-sm">
          The TTL is no setting of the server: it is given where keys are written, or by a{' '}
          <Go href="/caches" className={linkLook}>
            TTL policy
          </Go>
          .
        </p>
      )}
    </Section>
  )
}
