import { ChangePanel } from '@/components/changes/ChangePanel.tsx'
import { path } from '@/components/frame/api.ts'
import { Go, linkLook } from '@/components/frame/Go.tsx'
import { ProposalPanel } from '@/components/proposals/ProposalPanel.tsx'
import { Facts } from '@/components/ui/page.tsx'
import { Sentence, Sentences } from '@/components/ui/sentence.tsx'
import { Status } from '@/components/ui/status.tsx'
import { FindingWarming } from '@/components/warming/FindingWarming.tsx'
import type { FindingView } from '@/lib/model/answers/finding.ts'
import { Comments } from './Comments.tsx'
import { EvidenceList } from './EvidenceList.tsx'
import { Silenced } from './Silenced.tsx'
import type { Remedies } from './useRemedies.ts'

/** Rules whose findings may begin a run of the hook of their cache. */
const WARMED_FOR = ['cache/restart', 'cache/cold-start']

/** The body of a finding's sheet: its remedies, its evidence and why it matters. */
export function FindingBody({ finding, proposals, change }: { finding: FindingView } & Remedies) {
  return (
    <div className="flex flex-col gap-5">
      {finding.stale && (
        <p className="rounded border border-info/40 bg-info-soft px-3 py-2 text-sm">
          <Status tone="info">Not seen now:</Status> <Sentence text={finding.stale} max={300} />. Loss of sight is no evidence: it stays as
          it was.
        </p>
      )}
      {finding.heldBack && (
        <p className="rounded border border-line px-3 py-2 text-sm">
          <Status tone="info">muted</Status> <Sentence text={finding.heldBack} max={300} />
        </p>
      )}
      {finding.silencedBy.map((id) => (
        <Silenced key={id} id={id} />
      ))}
      {WARMED_FOR.includes(finding.rule) && finding.subject.target && (
        <FindingWarming finding={finding.id} target={finding.subject.target} />
      )}
      {change && <ChangePanel change={change} />}
      {proposals.map((proposal) => (
        <ProposalPanel key={proposal.advisor} proposal={proposal} />
      ))}
      {!change && proposals.length === 0 && finding.state === 'firing' && (
        <section>
          <h3 className="mb-1 font-medium text-base">What would mend it</h3>
          <div className="text-dim">
            <Sentences text={finding.noRemedy ?? 'No setting that Evenkeel knows is proposed for this now.'} max={1_000} />
          </div>
        </section>
      )}
      <section>
        <h3 className="mb-2 font-medium text-base">The numbers behind it</h3>
        <EvidenceList evidence={finding.evidence} />
      </section>
      <section>
        <h3 className="mb-1 font-medium text-base">Why it matters</h3>
        <p className="max-w-prose text-dim">
          <Sentence text={finding.why} max={2_000} />
        </p>
        {finding.harmless && (
          <p className="mt-2 max-w-prose text-dim">
            <span className="text-text">Harmless:</span> <Sentence text={startedSmall(finding.harmless)} max={2_000} />
          </p>
        )}
      </section>
      <Comments comments={finding.comments} of={path`findings/${finding.id}`} labels={finding.labels} />
      <FindingFacts finding={finding} />
    </div>
  )
}

function FindingFacts({ finding }: { finding: FindingView }) {
  return (
    <Facts
      facts={[
        [
          'Rule',
          <span key="rule">
            <Go href={`/rules/${finding.rule}`} className={linkLook}>
              {finding.title}
            </Go>{' '}
            <code className="font-mono text-dim text-xs">{finding.rule}</code>
          </span>,
        ],
        ['First seen', <Moment key="since" at={finding.since} />],
        finding.resolvedAt ? ['Resolved', <Moment key="end" at={finding.resolvedAt} />] : null,
        [
          'Id',
          <code key="id" className="font-mono text-xs">
            {finding.id}
          </code>,
        ],
      ]}
    />
  )
}

const Moment = ({ at }: { at: string }) => <time dateTime={at}>{at.replace('T', ' ').slice(0, 19)} UTC</time>

/** A sentence as it goes on after a colon. */
const startedSmall = (sentence: string) => sentence.charAt(0).toLowerCase() + sentence.slice(1)
