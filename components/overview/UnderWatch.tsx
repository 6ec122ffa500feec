'use client'
import { stateWords, watchProgress } from '@/components/changes/words.ts'
import { path } from '@/components/frame/api.ts'
import { Go, linkLook } from '@/components/frame/Go.tsx'
import { useClock } from '@/components/frame/live.tsx'
import { stepsLine } from '@/components/proposals/words.ts'
import { cn } from '@/components/ui/cn.ts'
import { Section } from '@/components/ui/page.tsx'
import { Progress } from '@/components/ui/progress.tsx'
import { Status } from '@/components/ui/status.tsx'
import { duration } from '@/lib/format/format.ts'
import type { ChangeView } from '@/lib/model/answers/change.ts'

/** The changes whose effect is being measured, with the time that is left. */
export function UnderWatch({ changes }: { changes: ChangeView[] }) {
  const now = useClock() || Date.now()
  return (
    <Section title="Under watch">
      {changes.length === 0 && <p className="text-dim text-sm">No change is under watch.</p>}
      <ul className="flex flex-col gap-3">
        {changes.map((change) => {
          const until = change.watchUntil ? Date.parse(change.watchUntil) : null
          const part = watchProgress(change, now) ?? 0
          return (
            <li key={change.id} className="flex flex-col gap-1 text-sm">
              <div className="flex items-baseline gap-3">
                <Status tone="change">{stateWords(change)}</Status>
                <Go href={path`/changes/${change.id}`} className={cn(linkLook, 'min-w-0 truncate')}>
                  {stepsLine(change.steps)}
                </Go>
                <span className="ml-auto shrink-0 text-dim text-xs tabular" suppressHydrationWarning>
                  {until ? `${duration(Math.max(0, Math.round((until - now) / 1_000) * 1_000))} left` : ''}
                </span>
              </div>
              <Progress label="Watch" part={part} className="h-1 bg-line" />
            </li>
          )
        })}
      </ul>
    </Section>
  )
}
