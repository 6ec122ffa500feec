'use client'
import { X } from 'lucide-react'
import { useState } from 'react'
import { ApprovalNotices } from '@/components/approvals/ApprovalNotices.tsx'
import { Button } from '@/components/ui/button.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import { Shape } from '@/components/ui/status.tsx'
import { clockStepText } from '@/lib/format/clockStep.ts'
import type { FrameView } from '@/lib/model/answers/frame.ts'
import { Moment } from './Ago.tsx'
import { FreezeNotice } from './Freeze.tsx'

/** The banner of Evenkeel's own state, above every page: that changes are frozen, that approvals are asked for, that nothing is being saved, what was damaged on its disk, and that its clock was set. */
export function Notices({ frame: { saving, repairs, clockStep, freeze, approvals, person } }: { frame: FrameView }) {
  const [dismissed, setDismissed] = useState<string | null>(null)
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
            samples, findings and notices, because <Sentence text={saving.because} max={300} />. Guards and roll-backs work as ever; nothing
            new can be applied. <Sentence text={saving.mend} max={300} />
          </span>
        </p>
      )}
      <ApprovalNotices approvals={approvals} />
      {freeze && <FreezeNotice freeze={freeze} role={person?.role} />}
      {repairs.map((repair) => (
        <p key={repair} className="flex gap-2 border-warning/40 border-b bg-warning-soft px-4 py-2 max-sm:px-2">
          <Shape tone="warning" className="mt-1.5" />
          <span className="min-w-0 [overflow-wrap:anywhere]">
            <Sentence text={repair} max={600} />
          </span>
        </p>
      ))}
      {clockStep && dismissed !== clockStep.at && (
        <p className="flex gap-2 border-warning/40 border-b bg-warning-soft px-4 py-2 max-sm:px-2">
          <Shape tone="warning" className="mt-1.5" />
          <span className="min-w-0 flex-1 [overflow-wrap:anywhere]">
            {clockStepText(clockStep)}; by its new time that was at <Moment at={clockStep.at} />. Samples, watches and notices go on.{' '}
            {clockStep.byMs < 0
              ? 'Times from before that moment may stand later than now.'
              : 'Rules that look back start again, as after a gap.'}
          </span>
          <Button look="ghost" size="icon" aria-label="Dismiss" hint="Dismiss" onClick={() => setDismissed(clockStep.at)}>
            <X size={14} aria-hidden />
          </Button>
        </p>
      )}
    </div>
  )
}
