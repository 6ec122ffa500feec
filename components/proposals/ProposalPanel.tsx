'use client'
import { useState } from 'react'
import { BalanceStrip } from '@/components/charts/BalanceStrip.tsx'
import { AsCode } from '@/components/code/AsCode.tsx'
import { path } from '@/components/frame/api.ts'
import { Go, linkLook, useGo } from '@/components/frame/Go.tsx'
import { noOperatorBecause } from '@/components/frame/noChange.ts'
import { useApi } from '@/components/frame/useApi.ts'
import { Button } from '@/components/ui/button.tsx'
import { Code } from '@/components/ui/code.tsx'
import { Facts } from '@/components/ui/page.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import { Status } from '@/components/ui/status.tsx'
import { safe } from '@/lib/format/format.ts'
import type { FrameView } from '@/lib/model/answers/frame.ts'
import type { ProposalView } from '@/lib/model/answers/proposal.ts'
import { AskButton } from './AskButton.tsx'
import { Effect } from './Effect.tsx'
import { StepsTable } from './StepsTable.tsx'
import { useApply } from './useApply.ts'
import { applyWords, commitWords, guardLine } from './words.ts'

const RISK = { low: 'ok', medium: 'warning', high: 'critical' } as const

/** What could be done and what it would bring, beside the one button that does it. */
export function ProposalPanel({ proposal }: { proposal: ProposalView }) {
  const go = useGo()
  const apply = useApply(proposal.id, (change) => go(`/changes/${change}`))
  const [sure, setSure] = useState(false)
  const { data: frame } = useApi<FrameView>(['frame'], 'frame', { everyMs: 10_000 })
  const because = noOperatorBecause(frame, proposal.labels) ?? proposal.disabledBecause
  const one = proposal.owner === 'file' ? commitWords(proposal.steps) : applyWords(proposal.steps)
  const verb = proposal.group ? `${one} on ${proposal.group.targets.length} balancers` : one
  const needsSecond = proposal.risk === 'high' && !sure
  const { group } = proposal
  return (
    <section className="flex flex-col gap-4 rounded border border-line-strong p-4" aria-label="Proposal">
      <header className="flex flex-col gap-1">
        <h3 className="font-medium text-base">What would mend it</h3>
        <p className="max-w-prose">
          <Sentence text={proposal.because} max={900} />
        </p>
      </header>
      <StepsTable steps={proposal.steps} />
      {proposal.balance && <Balance balance={proposal.balance} even={proposal.subject.ring !== undefined} />}
      {proposal.prediction ? (
        <Effect prediction={proposal.prediction} />
      ) : (
        <p className="text-dim text-sm">
          <Status tone="info">No prediction</Status> <Sentence text={proposal.unpredicted ?? ''} max={400} />
        </p>
      )}
      <Facts
        facts={[
          [
            'Risk',
            <span key="risk">
              <Status tone={RISK[proposal.risk]}>{proposal.risk}</Status> <Sentence text={proposal.riskBecause} max={400} />
            </span>,
          ],
          proposal.guards.length > 0 && [
            'Rolls back if',
            <ul key="guards">
              {proposal.guards.map((guard) => (
                <li key={guardLine(guard)} title={guard.why}>
                  {guardLine(guard)}
                </li>
              ))}
            </ul>,
          ],
          [
            'Going back',
            proposal.reversal === 'exact'
              ? 'Exact: the old value is written again, by itself when it did not help.'
              : proposal.reversal === 'lossy'
                ? 'Not everything comes back; it is undone by itself only when a guard is breached.'
                : 'There is no way back.',
          ],
          proposal.followers && [
            'Followers',
            proposal.followers.expected === null
              ? `${proposal.followers.fresh} report themselves; nothing proves that every application follows`
              : `${proposal.followers.fresh} of ${proposal.followers.expected} follow now`,
          ],
        ]}
      />
      <div className="flex flex-wrap items-center gap-3">
        {proposal.approval !== undefined ? (
          <AskButton proposal={proposal} disabledBecause={because} />
        ) : needsSecond ? (
          <Button data-apply look="primary" size="md" disabledBecause={because} onClick={() => setSure(true)}>
            {verb}…
          </Button>
        ) : (
          <Button
            data-apply
            look="primary"
            size="md"
            disabledBecause={because}
            busy={apply.isPending}
            onClick={() => apply.mutate(group !== undefined)}
          >
            {apply.isPending ? 'Applying' : needsSecond ? 'Apply' : sure ? `Yes, ${verb.toLowerCase()}` : verb}
          </Button>
        )}
        {group && proposal.approval === undefined && !needsSecond && (
          <Button size="md" disabledBecause={because} busy={apply.isPending} onClick={() => apply.mutate(false)}>
            Only on {safe(proposal.steps[0]?.setting.target ?? '', 40)}
          </Button>
        )}
        {because && (
          <span className="text-dim text-sm">
            <Sentence text={because} max={400} />
          </span>
        )}
        {sure && (
          <span className="text-sm text-warning-text">
            High risk: <Sentence text={proposal.riskBecause} max={400} />
          </span>
        )}
      </div>
      {group && (
        <p className="max-w-prose text-dim text-sm">
          Group <Sentence text={group.name} max={120} />: on <Sentence text={group.canary} max={60} /> first, the canary, with the others as
          control group; once it has improved there, on{' '}
          <Sentence text={group.targets.filter((target) => target !== group.canary).join(', ')} max={300} />, one after another. The first
          that gets worse ends it, and all are rolled back.
        </p>
      )}
      {proposal.autopilot && (
        <p className="max-w-prose text-dim text-sm">
          <Go href={path`/autopilot?policy=${proposal.autopilot.rule}`} className={linkLook}>
            Autopilot
          </Go>{' '}
          {proposal.autopilot.acts ? 'applies it by itself: ' : 'only proposes: '}
          <Sentence text={proposal.autopilot.because} max={400} />
        </p>
      )}
      {proposal.owner === 'file' && (
        <p className="max-w-prose text-dim text-sm">
          Its file owns these settings: a branch and a commit are made in the repository, and no server is written. The watch begins when
          the value is at the server.
        </p>
      )}
      <details className="text-sm">
        <summary className="cursor-pointer text-dim">{proposal.owner === 'file' ? 'What is committed' : 'Exactly what is sent'}</summary>
        <Code label="Commands" text={proposal.commands.join('\n')} className="mt-2" />
      </details>
      <AsCode of="proposals" id={proposal.id} />
      {proposal.patch && (
        <details className="text-sm" open={Boolean(proposal.patchOnly)}>
          <summary className="cursor-pointer text-dim">The line that makes it last</summary>
          <Code label="Configuration patch" text={proposal.patch} className="mt-2" />
        </details>
      )}
    </section>
  )
}

/** The strip before and after: level is the aim. A ring's nodes are due even shares, a pool's servers what the new weights give them. */
function Balance({ balance, even }: { balance: NonNullable<ProposalView['balance']>; even: boolean }) {
  const strip = (share: (one: { before: number; after: number }) => number) =>
    balance.map((one) => ({ name: one.name, seen: share(one), expected: even ? 1 / balance.length : one.after }))
  return (
    <div className="grid grid-cols-[4rem_minmax(0,1fr)] items-center gap-x-3 gap-y-2 text-sm">
      <span className="text-dim">Now</span>
      <BalanceStrip parts={strip((one) => one.before)} width={220} label="Shares now" />
      <span className="text-dim">Then</span>
      <BalanceStrip parts={strip((one) => one.after)} width={220} label="Shares then" />
    </div>
  )
}
