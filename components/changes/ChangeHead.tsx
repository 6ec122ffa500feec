'use client'
import { path } from '@/components/frame/api.ts'
import { Go, linkLook } from '@/components/frame/Go.tsx'
import { useClock } from '@/components/frame/live.tsx'
import { Progress } from '@/components/ui/progress.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import { Shape, Status } from '@/components/ui/status.tsx'
import { duration } from '@/lib/format/format.ts'
import type { ChangeView } from '@/lib/model/answers/change.ts'
import { changeTone, judgedWords, leftWords, stateWords, verdictWords, watchProgress } from './words.ts'

/** The state of a change, the progress of its watch, and its outcome. */
export function ChangeHead({ change }: { change: ChangeView }) {
  const now = useClock(500)
  const progress = now ? watchProgress(change, now) : null
  const verdict = verdictWords(change)
  const left = change.watchUntil && now ? Math.max(0, Date.parse(change.watchUntil) - now) : null
  return (
    <header className="flex flex-col gap-1.5">
      <div className="flex flex-wrap items-baseline gap-x-3">
        <h3 className="font-medium text-base">
          <Status tone={changeTone(change)}>
            {stateWords(change)}
            {verdict && `: ${verdict}`}
          </Status>
        </h3>
        {change.automatic && <span className="text-dim text-sm">{change.drill ? 'by a guard' : 'by itself'}</span>}
        {progress !== null && left !== null && <span className="text-dim text-sm tabular">{leftWords(change, duration(left))}</span>}
      </div>
      {progress !== null && <Progress label={change.drill ? 'Drill' : 'Watch'} part={progress} className="h-1 bg-sunken" />}
      {change.outcome && (
        <p className="max-w-prose">
          <Sentence text={change.outcome} max={600} />
        </p>
      )}
      {change.autopilot && (
        <p className="max-w-prose text-sm">
          Made by the{' '}
          <Go href={path`/autopilot?policy=${change.autopilot.rule}`} className={linkLook}>
            autopilot
          </Go>{' '}
          because <Sentence text={change.autopilot.because} max={400} />
        </p>
      )}
      {change.judged && (
        <p className="max-w-prose text-dim text-sm">
          <Sentence text={judgedWords(change.judged)} max={600} />
        </p>
      )}
      {change.needsPerson && (
        <p className="text-sm text-warning-text">
          <Shape tone="warning" /> A person should decide: <Sentence text={change.needsPerson} max={400} />
        </p>
      )}
    </header>
  )
}
