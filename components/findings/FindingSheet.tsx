'use client'
import { useQuery } from '@tanstack/react-query'
import { useQueryState } from 'nuqs'
import { useEffect, useState } from 'react'
import { SilenceDialog } from '@/components/alerts/SilenceDialog.tsx'
import { errorText, get, path } from '@/components/frame/api.ts'
import { Failure, Skeleton } from '@/components/ui/empty.tsx'
import { typing } from '@/components/ui/rows.ts'
import { Sentence } from '@/components/ui/sentence.tsx'
import { Sheet } from '@/components/ui/sheet.tsx'
import type { FindingView } from '@/lib/model/answers/finding.ts'
import { matcherText } from '@/lib/model/matcher.ts'
import { FindingBody } from './FindingBody.tsx'
import { FindingActions, FindingLead } from './FindingHead.tsx'
import { useRemedies } from './useRemedies.ts'

/** One finding: what is wrong with its numbers, why it matters, what would mend it, and the change that is mending it. */
export function FindingSheet({ id, initial, onClose }: { id: string; initial: FindingView | null; onClose: () => void }) {
  const [silencing, setSilencing] = useState(false)
  const [wanted, setWanted] = useQueryState('do')
  const { data: finding, error } = useQuery({
    queryKey: ['findings', id],
    queryFn: ({ signal }) => get<FindingView>(path`findings/${id}`, {}, signal),
    initialData: initial?.id === id ? initial : undefined,
  })
  const { proposals, change } = useRemedies(finding)
  const offered = proposals.length > 0
  const silenced = (finding?.silencedBy.length ?? 0) > 0
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 's' && !event.ctrlKey && !event.metaKey && !silencing && !silenced && !typesText(event)) setSilencing(true)
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [silencing, silenced])

  useEffect(() => {
    if (wanted === 'silence' && finding) setSilencing(!silenced)
    else if (wanted === 'apply' && offered)
      // The button that asks and says what it does; whoever came here presses it, or not.
      requestAnimationFrame(() => document.querySelector<HTMLElement>('[data-apply]')?.focus())
    else return
    void setWanted(null)
  }, [wanted, finding, silenced, offered, setWanted])

  return (
    <Sheet
      wide
      onClose={onClose}
      title={finding ? <Sentence text={finding.summary} max={400} /> : error ? 'No such finding' : 'Finding'}
      lead={finding && <FindingLead finding={finding} />}
      foot={finding && <FindingActions finding={finding} onSilence={() => setSilencing(true)} />}
    >
      {error && (
        <Failure
          tried={`Finding ${id} could not be read.`}
          answer={errorText(error)}
          todo="It may have left the memory: resolved findings are kept for a while only."
        />
      )}
      {!finding && !error && <Skeleton className="h-40 w-full" />}
      {finding && <FindingBody finding={finding} proposals={proposals} change={change} />}
      {silencing && finding && <SilenceDialog matchers={matchersOf(finding)} onClose={() => setSilencing(false)} />}
    </Sheet>
  )
}

/** What mutes this finding, and the next one of its kind on the same thing. */
const matchersOf = ({ rule, subject }: FindingView): string[] =>
  Object.entries({ rule, ...subject }).map(([label, value]) => matcherText({ label, op: '=', value }))

/** Typing in a field is no verb; the sheet itself is a dialog, so that alone does not count. */
function typesText(event: KeyboardEvent): boolean {
  const element = event.target as HTMLElement | null
  return Boolean(element?.closest('input, textarea, select')) || (typing(event) && !element?.closest('[role="dialog"]'))
}
