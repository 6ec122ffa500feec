'use client'
import { path } from '@/components/frame/api.ts'
import { useGo } from '@/components/frame/Go.tsx'
import { noOperatorBecause } from '@/components/frame/noChange.ts'
import { useApi } from '@/components/frame/useApi.ts'
import { Button } from '@/components/ui/button.tsx'
import { safe } from '@/lib/format/format.ts'
import type { FrameView } from '@/lib/model/answers/frame.ts'
import type { ProposalView } from '@/lib/model/answers/proposal.ts'
import type { Step } from '@/lib/model/proposal.ts'
import { useApply } from './useApply.ts'
import { applyWords, settingNames, valueWords } from './words.ts'

/** Apply in a row, with the diff beside it; then the change's sheet. A high risk opens the finding's sheet first. */
export function ApplyButton({ proposal }: { proposal: ProposalView }) {
  const go = useGo()
  const apply = useApply(proposal.id, (change) => go(path`/changes/${change}`))
  const { data: frame } = useApi<FrameView>(['frame'], 'frame', { everyMs: 10_000 })
  const look = proposal.risk === 'high'
  return (
    <Button
      look="primary"
      busy={apply.isPending}
      disabledBecause={noOperatorBecause(frame, proposal.labels) ?? proposal.disabledBecause}
      onClick={() => (look ? go(path`/findings/${proposal.finding}`) : apply.mutate(proposal.group !== undefined))}
    >
      {proposal.approval !== undefined ? 'Review and ask for approval' : look ? 'Review and apply' : applyWords(proposal.steps)}
    </Button>
  )
}

/** The exact difference in little room: what, now, then. */
export function Diff({ steps, most = 4, className }: { steps: readonly Step[]; most?: number; className?: string }) {
  return (
    <table aria-label="What would change" className={className}>
      <tbody className="font-mono text-xs">
        {steps.slice(0, most).map((step) => {
          const { on, setting } = settingNames(step)
          return (
            <tr key={`${step.setting.target} ${step.setting.name}`}>
              <th
                scope="row"
                className="max-w-48 truncate pr-2 text-left font-normal text-dim"
                title={`${step.setting.target} ${step.setting.name}`}
              >
                {safe(on, 40)} {safe(setting, 30)}
              </th>
              <td className="num">{valueWords(step, step.before)}</td>
              <td className="px-1.5 text-dim">→</td>
              <td className="num text-change-text">{valueWords(step, step.after)}</td>
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
