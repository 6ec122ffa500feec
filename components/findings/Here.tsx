'use client'
import { path } from '@/components/frame/api.ts'
import { Go, linkLook } from '@/components/frame/Go.tsx'
import { usePages } from '@/components/frame/usePages.ts'
import { ApplyButton, Diff } from '@/components/proposals/ApplyButton.tsx'
import { predictionLine } from '@/components/proposals/words.ts'
import { Sentence } from '@/components/ui/sentence.tsx'
import { Shape } from '@/components/ui/status.tsx'
import type { FindingView } from '@/lib/model/answers/finding.ts'
import type { ProposalView } from '@/lib/model/answers/proposal.ts'
import { type Labels, labelsMatch } from '@/lib/model/series.ts'
import { findingTone } from './words.ts'

/** What fires about these labels (a pool, a ring, a target), with the remedy and its button; nothing when all is well. */
export function Here({ about }: { about: Labels }) {
  const firing = usePages<FindingView>(['findings'], 'findings', {
    query: { state: 'firing', target: about.target },
    everyMs: 5_000,
    all: true,
  })
  const proposals = usePages<ProposalView>(['proposals'], 'proposals', { query: { state: 'open' }, everyMs: 5_000, all: true })
  const findings = firing.items.filter((finding) => labelsMatch(finding.subject, about))
  if (findings.length === 0) return null
  return (
    <ul className="border-line border-t">
      {findings.map((finding) => {
        const [proposal] = finding.proposals.flatMap((id) => proposals.items.find((one) => one.id === id && one.state === 'open') ?? [])
        return (
          <li key={finding.id} className="flex flex-wrap items-center gap-x-6 gap-y-2 border-line border-b px-4 py-2.5">
            <p className="flex min-w-0 flex-1 basis-80 gap-2.5">
              <Shape tone={findingTone(finding)} size={12} className="mt-1" />
              <span className="min-w-0">
                <Go href={path`/findings/${finding.id}`} className="font-medium hover:text-accent">
                  <span className="sr-only">{finding.severity}: </span>
                  <Sentence text={finding.summary} max={300} />
                </Go>
                {proposal?.prediction && <span className="block text-dim text-xs">{predictionLine(proposal.prediction)}</span>}
              </span>
            </p>
            {proposal ? (
              <>
                <Diff steps={proposal.steps} />
                <ApplyButton proposal={proposal} />
              </>
            ) : (
              <Go href={path`/findings/${finding.id}`} className={linkLook}>
                Look closer
              </Go>
            )}
          </li>
        )
      })}
    </ul>
  )
}
