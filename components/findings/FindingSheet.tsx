'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useQueryState } from 'nuqs'
import { useEffect, useState } from 'react'
import { SilenceDialog } from '@/components/alerts/SilenceDialog.tsx'
import { ChangePanel } from '@/components/changes/ChangePanel.tsx'
import { Since } from '@/components/frame/Ago.tsx'
import { errorText, get, path, post } from '@/components/frame/api.ts'
import { Go, linkLook } from '@/components/frame/Go.tsx'
import { ProposalPanel } from '@/components/proposals/ProposalPanel.tsx'
import { Button } from '@/components/ui/button.tsx'
import { Failure, Skeleton } from '@/components/ui/empty.tsx'
import { Facts } from '@/components/ui/page.tsx'
import { typing } from '@/components/ui/rows.ts'
import { Sheet } from '@/components/ui/sheet.tsx'
import { Status } from '@/components/ui/status.tsx'
import { toast } from '@/components/ui/toast.tsx'
import { safe } from '@/lib/format/format.ts'
import type { ChangeView } from '@/lib/model/answers/change.ts'
import type { FindingView } from '@/lib/model/answers/finding.ts'
import type { ProposalView } from '@/lib/model/answers/proposal.ts'
import type { Page } from '@/lib/model/answers/shape.ts'
import { EvidenceList } from './EvidenceList.tsx'
import { findingTone, findingWord, subjectHref, subjectText } from './words.ts'

/** One finding: what is wrong with its numbers, why it matters, what would mend it, and the change that is mending it. */
export function FindingSheet({ id, initial, onClose }: { id: string; initial: FindingView | null; onClose: () => void }) {
  const client = useQueryClient()
  const [silencing, setSilencing] = useState(false)
  const [wanted, setWanted] = useQueryState('do')
  const { data: finding, error } = useQuery({
    queryKey: ['findings', id],
    queryFn: ({ signal }) => get<FindingView>(path`findings/${id}`, {}, signal),
    initialData: initial?.id === id ? initial : undefined,
  })
  const { proposals, change } = useRemedies(finding)
  const offered = proposals.length > 0
  const acknowledge = useMutation({
    mutationFn: () => post(path`findings/${id}/acknowledge`),
    onSuccess: () => client.invalidateQueries({ queryKey: ['findings'] }),
    onError: (failure) => toast.error('Not acknowledged', { description: errorText(failure) }),
  })
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 's' && !event.ctrlKey && !event.metaKey && !silencing && !typesText(event)) setSilencing(true)
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [silencing])

  useEffect(() => {
    if (wanted === 'silence' && finding) setSilencing(true)
    else if (wanted === 'apply' && offered)
      // The button that asks and says what it does; whoever came here presses it, or not.
      requestAnimationFrame(() => document.querySelector<HTMLElement>('[data-apply]')?.focus())
    else return
    void setWanted(null)
  }, [wanted, finding, offered, setWanted])

  const href = finding ? subjectHref(finding.subject) : null
  return (
    <Sheet
      wide
      onClose={onClose}
      title={finding ? safe(finding.summary, 400) : error ? 'No such finding' : 'Finding'}
      lead={
        finding && (
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
      foot={
        finding && (
          <>
            <Button
              onClick={() => acknowledge.mutate()}
              busy={acknowledge.isPending}
              disabledBecause={
                finding.acknowledged
                  ? `${finding.acknowledged.by} looks after it`
                  : finding.state === 'resolved' && 'It is resolved already'
              }
            >
              Acknowledge
            </Button>
            <Button onClick={() => setSilencing(true)} disabledBecause={finding.silencedBy.length > 0 && 'It is silenced already'}>
              Silence…
            </Button>
            {finding.acknowledged && <span className="text-dim text-sm">{finding.acknowledged.by} looks after it</span>}
          </>
        )
      }
    >
      {error && (
        <Failure
          tried={`Finding ${id} could not be read.`}
          answer={errorText(error)}
          todo="It may have left the memory: resolved findings are kept for a while only."
        />
      )}
      {!finding && !error && <Skeleton className="h-40 w-full" />}
      {finding && (
        <div className="flex flex-col gap-5">
          {finding.stale && (
            <p className="rounded border border-info/40 bg-info-soft px-3 py-2 text-sm">
              <Status tone="info">Not seen now</Status> {finding.stale}. Loss of sight is no evidence: it stays as it was.
            </p>
          )}
          {change && <ChangePanel change={change} />}
          {proposals.map((proposal) => (
            <ProposalPanel key={proposal.advisor} proposal={proposal} />
          ))}
          {!change && !offered && finding.state === 'firing' && (
            <section>
              <h3 className="mb-1 font-medium text-base">What would mend it</h3>
              <p className="whitespace-pre-wrap text-dim">
                {finding.noRemedy ?? 'No setting that Evenkeel knows is proposed for this now.'}
              </p>
            </section>
          )}
          <section>
            <h3 className="mb-2 font-medium text-base">The numbers behind it</h3>
            <EvidenceList evidence={finding.evidence} />
          </section>
          <section>
            <h3 className="mb-1 font-medium text-base">Why it matters</h3>
            <p className="max-w-prose text-dim">{finding.why}</p>
          </section>
          <Facts
            facts={[
              [
                'Rule',
                <span key="rule">
                  {finding.title} <code className="font-mono text-dim text-xs">{finding.rule}</code>
                </span>,
              ],
              [
                'First seen',
                <time key="since" dateTime={finding.since}>
                  {finding.since.replace('T', ' ').slice(0, 19)} UTC
                </time>,
              ],
              finding.resolvedAt
                ? [
                    'Resolved',
                    <time key="end" dateTime={finding.resolvedAt}>
                      {finding.resolvedAt.replace('T', ' ').slice(0, 19)} UTC
                    </time>,
                  ]
                : null,
              [
                'Id',
                <code key="id" className="font-mono text-xs">
                  {finding.id}
                </code>,
              ],
            ]}
          />
        </div>
      )}
      {silencing && finding && <SilenceDialog match={{ rule: finding.rule, ...finding.subject }} onClose={() => setSilencing(false)} />}
    </Sheet>
  )
}

/** Typing in a field is no verb; the sheet itself is a dialog, so that alone does not count. */
function typesText(event: KeyboardEvent): boolean {
  const element = event.target as HTMLElement | null
  return Boolean(element?.closest('input, textarea, select')) || (typing(event) && !element?.closest('[role="dialog"]'))
}

/** The change that is in flight for a finding, and its open proposals; while there is neither, its newest change. */
function useRemedies(finding: FindingView | undefined): { proposals: ProposalView[]; change: ChangeView | null } {
  const { data: open } = useQuery({
    queryKey: ['proposals', 'open', finding?.id],
    queryFn: ({ signal }) => get<Page<ProposalView>>('proposals', { state: 'open', finding: finding?.id }, signal),
    enabled: finding !== undefined,
    refetchInterval: 5_000,
  })
  const { data: changes } = useQuery({
    queryKey: ['changes', 'of', finding?.id],
    queryFn: ({ signal }) => get<Page<ChangeView>>('changes', { finding: finding?.id, limit: 1 }, signal),
    enabled: finding !== undefined,
    refetchInterval: 2_000,
  })
  // In the order in which the finding names them.
  const proposals = (finding?.proposals ?? []).flatMap((id) => open?.items.find((one) => one.id === id && one.state === 'open') ?? [])
  const change = changes?.items[0]
  const inFlight = change && (change.state === 'applying' || change.state === 'watching')
  return { proposals, change: change && (inFlight || proposals.length === 0) ? change : null }
}
