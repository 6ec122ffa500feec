'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { askApproval } from '@/components/approvals/askApproval.ts'
import { Moment } from '@/components/frame/Ago.tsx'
import { Go, linkLook } from '@/components/frame/Go.tsx'
import { Button } from '@/components/ui/button.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import type { ProposalView } from '@/lib/model/answers/proposal.ts'

/** In the place of Apply, where a second person has to approve first: asks for that, or says who has. */
export function AskButton({ proposal, disabledBecause }: { proposal: ProposalView; disabledBecause: string | undefined }) {
  const client = useQueryClient()
  const ask = useMutation({
    mutationFn: () => askApproval({ proposal: proposal.id, ...(proposal.group && { group: true }) }),
    onSettled: () => {
      for (const key of ['approvals', 'frame', 'proposals']) void client.invalidateQueries({ queryKey: [key] })
    },
  })
  if (proposal.approval)
    return (
      <p className="text-sm">
        <Sentence text={proposal.approval.by} max={60} /> has asked for an approval, until <Moment at={proposal.approval.until} />.{' '}
        <Go href="/changes#approvals" className={linkLook}>
          Review
        </Go>
      </p>
    )
  return (
    <>
      <Button data-apply look="primary" size="md" disabledBecause={disabledBecause} busy={ask.isPending} onClick={() => ask.mutate()}>
        Ask for approval
      </Button>
      <span className="text-dim text-sm">It is of high risk: a second person has to approve it before anything is written.</span>
    </>
  )
}
