'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { toast } from 'sonner'
import { Problem, path, post, sayError } from '@/components/frame/api.ts'
import { useGo } from '@/components/frame/Go.tsx'
import { applyVerb, knobOf, sayValue } from '@/components/frame/words.ts'
import { Button } from '@/components/ui/button.tsx'
import { safe } from '@/lib/format/format.ts'
import type { Step } from '@/lib/model/proposal.ts'
import type { ProposalView } from '@/lib/model/views.ts'

/** What a refusal means for the person who pressed: the server's sentence, and what to do now. */
function sayRefusal(error: unknown): { title: string; description: string } {
  const description = sayError(error)
  const code = error instanceof Problem ? error.code : null
  if (code === 'drift') return { title: 'Somebody changed a value since: nothing was written', description }
  if (code === 'stale') return { title: 'A newer proposal took its place', description }
  if (code === 'busy') return { title: 'Another change is under watch here', description }
  if (code === 'not_followed') return { title: 'Too few followers: nothing was written', description }
  if (code === 'read_only') return { title: 'Nothing is written in observe mode', description }
  if (code === 'forbidden') return { title: 'Your role may not apply', description }
  return { title: 'It was not applied', description }
}

/** `POST proposals/ID/apply`; afterwards the change's sheet, or `onChange` in place of the walk there. */
export function useApply(proposal: Pick<ProposalView, 'id'>, onChange?: (change: string) => void) {
  const client = useQueryClient()
  const go = useGo()
  return useMutation({
    mutationFn: () => post<{ change: string }>(path`proposals/${proposal.id}/apply`),
    onSuccess: ({ change }) => {
      for (const key of ['changes', 'proposals', 'overview', 'findings', 'pools', 'rings'])
        void client.invalidateQueries({ queryKey: [key] })
      if (onChange) onChange(change)
      else go(path`/changes/${change}`)
    },
    onError: (error) => {
      const { title, description } = sayRefusal(error)
      toast.error(title, { description })
      void client.invalidateQueries({ queryKey: ['proposals'] })
    },
  })
}

/** Why it may not be applied now, else null: the same words wherever the button stands. */
export function whyNot(proposal: ProposalView): string | null {
  if (proposal.disabledBecause) return proposal.disabledBecause
  if (proposal.patchOnly) return proposal.patchOnly
  if (proposal.state === 'superseded') return 'A newer proposal took its place.'
  if (proposal.state === 'applied') return 'It was applied already.'
  if (proposal.state === 'withdrawn') return 'It was withdrawn: its finding is gone.'
  return null
}

/** The one primary verb. A high risk opens the sheet first. */
export function ApplyButton({
  proposal,
  onChange,
  size = 'sm',
}: {
  proposal: ProposalView
  onChange?: (change: string) => void
  size?: 'sm' | 'md'
}) {
  const apply = useApply(proposal, onChange)
  const go = useGo()
  const look = proposal.risk === 'high' && !onChange
  return (
    <Button
      look="primary"
      size={size}
      busy={apply.isPending}
      disabledBecause={whyNot(proposal)}
      onClick={() => (look ? go(path`/proposals/${proposal.id}`) : apply.mutate())}
    >
      {look ? 'Review and apply' : applyVerb(proposal.steps)}
    </Button>
  )
}

/** The exact difference, one line a step: what, now, then. */
export function Diff({ steps, most = 4, className }: { steps: readonly Step[]; most?: number; className?: string }) {
  return (
    <table aria-label="What would change" className={className}>
      <tbody className="font-mono text-xs">
        {steps.slice(0, most).map((step) => {
          const { on, knob } = knobOf(step)
          return (
            <tr key={`${step.setting.target} ${step.setting.name}`}>
              <th
                scope="row"
                className="max-w-48 truncate pr-2 text-left font-normal text-dim"
                title={`${step.setting.target} ${step.setting.name}`}
              >
                {safe(on, 40)} {safe(knob, 30)}
              </th>
              <td className="num">{sayValue(step, step.before)}</td>
              <td className="px-1.5 text-dim">→</td>
              <td className="num text-change-text">{sayValue(step, step.after)}</td>
            </tr>
          )
        })}
        {steps.length > most && (
          <tr>
            <td colSpan={4} className="text-dim">
              and {steps.length - most} more
            </td>
          </tr>
        )}
      </tbody>
    </table>
  )
}
