import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Moment, Since } from '@/components/frame/Ago.tsx'
import { errorText, path, post } from '@/components/frame/api.ts'
import { Go, linkLook } from '@/components/frame/Go.tsx'
import { noOperatorBecause } from '@/components/frame/noChange.ts'
import { useApi } from '@/components/frame/useApi.ts'
import { Button } from '@/components/ui/button.tsx'
import { Status } from '@/components/ui/status.tsx'
import { toast } from '@/components/ui/toast.tsx'
import { safe } from '@/lib/format/format.ts'
import type { FindingView } from '@/lib/model/answers/finding.ts'
import type { FrameView } from '@/lib/model/answers/frame.ts'
import { findingTone, findingWord, subjectHref, subjectText } from './words.ts'

/** The line under a finding's title: its state, its subject, and since when. */
export function FindingLead({ finding }: { finding: FindingView }) {
  const href = subjectHref(finding.subject)
  return (
    <span className="inline-flex flex-wrap items-center gap-x-3">
      <Status tone={findingTone(finding)}>{findingWord(finding)}</Status>
      {href ? (
        <Go href={href} className={linkLook}>
          {subjectText(finding.subject)}
        </Go>
      ) : (
        <span>{subjectText(finding.subject)}</span>
      )}
      <span>
        for <Since at={finding.since} />
      </span>
    </span>
  )
}

/** The buttons of a finding: acknowledge, silence, and say that it is no problem. */
export function FindingActions({ finding, onSilence }: { finding: FindingView; onSilence: () => void }) {
  const client = useQueryClient()
  const { data: frame } = useApi<FrameView>(['frame'], 'frame')
  const noRole = noOperatorBecause(frame, finding.labels)
  const acknowledge = useMutation({
    mutationFn: () => post(path`findings/${finding.id}/acknowledge`),
    onSuccess: () => client.invalidateQueries({ queryKey: ['findings'] }),
    onError: (failure) => toast.error('Not acknowledged', { description: errorText(failure) }),
  })
  const isProblem = !(finding.feedback?.isProblem ?? true)
  const judge = useMutation({
    mutationFn: () => post(path`findings/${finding.id}/feedback`, { isProblem }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['findings'] }),
    onError: (failure) => toast.error('Not recorded', { description: errorText(failure) }),
  })
  return (
    <>
      <Button
        onClick={() => acknowledge.mutate()}
        busy={acknowledge.isPending}
        disabledBecause={
          noRole ??
          (finding.acknowledged ? `${finding.acknowledged.by} looks after it` : finding.state === 'resolved' && 'It is resolved already')
        }
      >
        Acknowledge
      </Button>
      <Button onClick={onSilence} disabledBecause={noRole ?? (finding.silencedBy.length > 0 && 'It is silenced already')}>
        Silence…
      </Button>
      <Button
        onClick={() => judge.mutate()}
        busy={judge.isPending}
        disabledBecause={noRole}
        title="Counted in the record of its rule; the finding stays as it is"
      >
        {isProblem ? 'It is a problem' : 'Not a problem'}
      </Button>
      {finding.feedback && (
        <span className="text-dim text-sm">
          {finding.feedback.by}: {finding.feedback.isProblem ? 'a problem' : 'no problem'}
        </span>
      )}
      {finding.acknowledged && (
        <span className="text-dim text-sm">
          {safe(finding.acknowledged.by, 60)} looks after it since <Moment at={finding.acknowledged.at} />
        </span>
      )}
    </>
  )
}
