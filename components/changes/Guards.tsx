'use client'
import { Figure } from '@/components/ui/figure.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import { Status } from '@/components/ui/status.tsx'
import { metricOf } from '@/lib/metrics/registry.ts'
import type { ChangeView } from '@/lib/model/answers/change.ts'

/** The limits that roll a change back, beside what is measured now. */
export function Guards({ change }: { change: ChangeView }) {
  return (
    <div className="text-sm">
      <h4 className="mb-1 text-dim">Rolls back by itself if</h4>
      <ul className="flex flex-col gap-0.5">
        {change.guardsNow.map((guard) => (
          <li key={guard.text} className="flex flex-wrap items-baseline gap-x-3">
            <Status tone={guard.breached ? 'critical' : 'ok'} className="whitespace-normal!">
              <Sentence text={guard.text} max={300} />
            </Status>
            <span className="text-dim">
              now{' '}
              {'value' in guard.now ? (
                <Figure value={guard.now.value} unit={metricOf(guard.metric).unit} />
              ) : (
                <span title={guard.now.because}>not measured</span>
              )}
              {guard.siblings !== undefined && (
                <>
                  {'; '}
                  <Sentence text={guard.siblings} max={200} />: not of this change
                </>
              )}
              {guard.loosenedTo !== undefined && (
                <>
                  {'; '}
                  <Figure value={guard.loosenedTo} unit={metricOf(guard.metric).unit} /> while the predicted dip lasts
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}
