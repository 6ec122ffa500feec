'use client'
import { Moment } from '@/components/frame/Ago.tsx'
import { Go, linkLook } from '@/components/frame/Go.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import { Shape } from '@/components/ui/status.tsx'
import type { FrameView } from '@/lib/model/answers/frame.ts'

const SHOWN = 2

/** Requests that wait for the approval of a second person, above every page. */
export function ApprovalNotices({ approvals }: { approvals: FrameView['approvals'] }) {
  const more = approvals.length - SHOWN
  return (
    <>
      {approvals.slice(0, SHOWN).map(({ id, by, words, until }) => (
        <p key={id} className="flex items-center gap-2 border-line border-b bg-info-soft px-4 py-2 max-sm:px-2">
          <Shape tone="change" />
          <span className="min-w-0 flex-1 [overflow-wrap:anywhere]">
            <strong className="font-medium">
              <Sentence text={by} max={60} /> asks for an approval
            </strong>{' '}
            until <Moment at={until} />: <Sentence text={words} max={300} />
          </span>
          <Go href="/changes#approvals" className={linkLook}>
            Review
          </Go>
        </p>
      ))}
      {more > 0 && (
        <p className="border-line border-b bg-info-soft px-4 py-2 max-sm:px-2">
          <Go href="/changes#approvals" className={linkLook}>
            {more} more {more === 1 ? 'request waits' : 'requests wait'} for an approval
          </Go>
        </p>
      )}
    </>
  )
}
