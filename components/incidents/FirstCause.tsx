import { useRemedies } from '@/components/findings/useRemedies.ts'
import { path } from '@/components/frame/api.ts'
import { Go, linkLook } from '@/components/frame/Go.tsx'
import { ApplyButton } from '@/components/proposals/ApplyButton.tsx'
import { predictionLine, stepsLine } from '@/components/proposals/words.ts'
import { Sentence } from '@/components/ui/sentence.tsx'
import type { FindingView } from '@/lib/model/answers/finding.ts'
import type { IncidentView } from '@/lib/model/answers/incident.ts'

/** What is known of the cause, and what would mend it: the symptoms go with it. */
export function FirstCause({ incident }: { incident: IncidentView }) {
  const causes = incident.findings.filter(({ id }) => incident.cause.findings.includes(id))
  return (
    <section>
      <p className="max-w-prose">
        <Sentence text={incident.cause.text} max={600} />
      </p>
      {causes.map((finding) => (
        <Mend key={finding.id} finding={finding} />
      ))}
    </section>
  )
}

/** The first remedy that is open for a finding, with its button; nothing where there is none, or it is over. */
function Mend({ finding }: { finding: FindingView }) {
  const { proposals } = useRemedies(finding)
  const [proposal] = proposals
  if (!proposal || finding.state !== 'firing') return null
  return (
    <div className="mt-2 flex flex-wrap items-center justify-between gap-x-4 gap-y-2 rounded border border-line px-3 py-2 text-sm">
      <span className="min-w-0 flex-1 basis-60">
        <Go href={path`/findings/${finding.id}`} className={linkLook}>
          {stepsLine(proposal.steps)}
        </Go>
        <span className="block text-dim text-xs">
          {proposal.prediction ? (
            predictionLine(proposal.prediction)
          ) : (
            <Sentence text={proposal.unpredicted ?? 'no prediction'} max={300} />
          )}
        </span>
      </span>
      <ApplyButton proposal={proposal} />
    </div>
  )
}
