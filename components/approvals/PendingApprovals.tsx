'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Ago, Moment } from '@/components/frame/Ago.tsx'
import { errorText, path, post, remove } from '@/components/frame/api.ts'
import { Go, linkLook, useGo } from '@/components/frame/Go.tsx'
import { noOperatorBecause } from '@/components/frame/noChange.ts'
import { useApi } from '@/components/frame/useApi.ts'
import { StepsTable } from '@/components/proposals/StepsTable.tsx'
import { targetStepsLine } from '@/components/proposals/words.ts'
import { Button } from '@/components/ui/button.tsx'
import { Code } from '@/components/ui/code.tsx'
import { Field, Input } from '@/components/ui/field.tsx'
import { Section } from '@/components/ui/page.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import { Dialog } from '@/components/ui/sheet.tsx'
import { Status } from '@/components/ui/status.tsx'
import { toast } from '@/components/ui/toast.tsx'
import type { ApprovalView } from '@/lib/model/answers/approval.ts'
import type { FrameView } from '@/lib/model/answers/frame.ts'
import type { Page } from '@/lib/model/answers/shape.ts'

const DAY_MS = 86_400_000
const OVER_SHOWN = 5
/** What became of a request that was not carried out. */
const OVER = {
  declined: { words: 'declined', tone: 'warning' },
  withdrawn: { words: 'withdrawn', tone: 'info' },
  void: { words: 'could not be applied any more', tone: 'warning' },
  expired: { words: 'nobody approved it in time', tone: 'warning' },
} as const

/** What waits for a second person, each with what would be written, and what was declined of late. Nothing while there is neither. */
export function PendingApprovals() {
  const { data: frame } = useApi<FrameView>(['frame'], 'frame', { everyMs: 10_000 })
  const { data } = useApi<Page<ApprovalView>>(['approvals'], 'approvals', { query: { state: 'pending' }, everyMs: 5_000 })
  const { data: newest } = useApi<Page<ApprovalView>>(['approvals', 'newest'], 'approvals', { query: { limit: '50' }, everyMs: 10_000 })
  const items = data?.items ?? []
  const over = newest?.items.filter(isOverOfLate).slice(0, OVER_SHOWN) ?? []
  if (items.length + over.length === 0) return null
  return (
    <div id="approvals">
      {items.length > 0 && (
        <Section title="Waiting for an approval" note="of high risk: applied once another person than who asked has approved it">
          <ul className="flex flex-col gap-3">
            {items.map((approval) => (
              <li key={approval.id}>
                <Request approval={approval} frame={frame} />
              </li>
            ))}
          </ul>
        </Section>
      )}
      {over.length > 0 && (
        <Section title="Not carried out" note="requests of the last day">
          <ul className="flex flex-col gap-1 text-sm">
            {over.map((approval) => (
              <Over key={approval.id} approval={approval} />
            ))}
          </ul>
        </Section>
      )}
    </div>
  )
}

const endOf = ({ decidedAt, until }: ApprovalView) => decidedAt ?? until
const isOverOfLate = (approval: ApprovalView) => approval.state in OVER && Date.now() - Date.parse(endOf(approval)) < DAY_MS

/** One line: who had asked for what, who has ended it, and why. */
function Over({ approval }: { approval: ApprovalView }) {
  const { words, tone } = OVER[approval.state as keyof typeof OVER]
  return (
    <li className="[overflow-wrap:anywhere]">
      <Sentence text={approval.by} max={60} />: {targetStepsLine(approval.steps)}{' '}
      <Status tone={tone}>
        {words}
        {approval.state === 'declined' && approval.decidedBy && (
          <>
            {' '}
            by <Sentence text={approval.decidedBy} max={60} />
          </>
        )}
      </Status>{' '}
      <Ago at={endOf(approval)} className="text-dim" />
      {approval.reason && (
        <>
          : <Sentence text={approval.reason} max={500} />
        </>
      )}
    </li>
  )
}

function Request({ approval, frame }: { approval: ApprovalView; frame: FrameView | undefined }) {
  const go = useGo()
  const client = useQueryClient()
  const [declining, setDeclining] = useState(false)
  const onSettled = () => {
    for (const key of ['approvals', 'frame', 'changes', 'proposals', 'overview']) void client.invalidateQueries({ queryKey: [key] })
  }
  const approve = useMutation({
    mutationFn: () => post<ApprovalView>(path`approvals/${approval.id}/approve`),
    onSuccess: ({ change }) => change && go(path`/changes/${change}`),
    onError: (error) => toast.error('Not applied', { description: errorText(error) }),
    onSettled,
  })
  const withdraw = useMutation({
    mutationFn: () => remove(path`approvals/${approval.id}`),
    onError: (error) => toast.error('Not withdrawn', { description: errorText(error) }),
    onSettled,
  })
  const noOperator = noOperatorBecause(frame)
  const mine = frame?.person?.name === approval.by
  return (
    <article className="flex flex-col gap-3 rounded border border-line-strong p-4" aria-label={`Request of ${approval.by}`}>
      <header className="flex flex-col gap-1">
        <h3 className="font-medium">
          <Sentence text={approval.by} max={60} /> asks, until <Moment at={approval.until} />
        </h3>
        {approval.group && <p className="text-sm">On every balancer of its group: the canary first, then the others one after another.</p>}
        {approval.because && (
          <p className="max-w-prose">
            <Sentence text={approval.because} max={600} />
          </p>
        )}
        <p className="text-sm">
          <Status tone="critical">High risk</Status> <Sentence text={approval.riskBecause} max={400} />
        </p>
        {approval.finding && (
          <Go href={path`/findings/${approval.finding}`} className={linkLook}>
            The finding, with what is predicted
          </Go>
        )}
      </header>
      <StepsTable steps={approval.steps} />
      <details className="text-sm">
        <summary className="cursor-pointer text-dim">Exactly what is sent</summary>
        <Code label="Commands" text={approval.commands.join('\n')} className="mt-2" />
      </details>
      <div className="flex flex-wrap items-center gap-2">
        {mine ? (
          <Button busy={withdraw.isPending} disabledBecause={noOperator} onClick={() => withdraw.mutate()}>
            Withdraw
          </Button>
        ) : (
          <Button disabledBecause={noOperator} onClick={() => setDeclining(true)}>
            Decline…
          </Button>
        )}
        <Button
          look="primary"
          busy={approve.isPending}
          disabledBecause={noOperator ?? (mine && 'You have asked for it yourself: another person approves it')}
          onClick={() => approve.mutate()}
        >
          Approve and apply
        </Button>
      </div>
      {declining && <Decline approval={approval} onClose={() => setDeclining(false)} onSettled={onSettled} />}
    </article>
  )
}

function Decline({ approval, onClose, onSettled }: { approval: ApprovalView; onClose: () => void; onSettled: () => void }) {
  const [reason, setReason] = useState('')
  const decline = useMutation({
    mutationFn: () => post<ApprovalView>(path`approvals/${approval.id}/decline`, { reason: reason.trim() }),
    onSuccess: onClose,
    onSettled,
  })
  return (
    <Dialog
      open
      onClose={onClose}
      title="Decline"
      lead="Nothing is written. Who asked sees your reason."
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="danger" busy={decline.isPending} onClick={() => decline.mutate()}>
            Decline
          </Button>
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          decline.mutate()
        }}
      >
        <Field label="Reason" wrong={decline.error && errorText(decline.error)}>
          {(props) => <Input {...props} maxLength={500} value={reason} onChange={(event) => setReason(event.target.value)} />}
        </Field>
      </form>
    </Dialog>
  )
}
