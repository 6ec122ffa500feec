'use client'
import { Shape } from '@/components/ui/status.tsx'
import type { FrameView } from '@/lib/model/views.ts'
import { Moment } from './Ago.tsx'

/** What everybody should know of Evenkeel itself, above every page: that nothing is being saved, and what was damaged on its disk. */
export function Notices({ frame: { saving, repairs } }: { frame: FrameView }) {
  return (
    // Always there: a reader of screens hears what comes into it.
    <div role="status" className="max-sm:text-sm">
      {saving && (
        <p className="flex gap-2 border-critical/40 border-b bg-critical-soft px-4 py-2 max-sm:px-2">
          <Shape tone="critical" className="mt-1.5" />
          <span className="min-w-0 [overflow-wrap:anywhere]">
            <strong className="font-medium text-critical-text">
              Not being saved since <Moment at={saving.since} />:
            </strong>{' '}
            samples, findings and notices, because {saving.because}. Guards and roll-backs work as ever; nothing new can be applied.{' '}
            {saving.mend}
          </span>
        </p>
      )}
      {repairs.map((repair) => (
        <p key={repair} className="flex gap-2 border-warning/40 border-b bg-warning-soft px-4 py-2 max-sm:px-2">
          <Shape tone="warning" className="mt-1.5" />
          <span className="min-w-0 [overflow-wrap:anywhere]">{repair}</span>
        </p>
      ))}
    </div>
  )
}
