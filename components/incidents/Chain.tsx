import { findingTone, findingWord } from '@/components/findings/words.ts'
import { path } from '@/components/frame/api.ts'
import { Go, linkLook } from '@/components/frame/Go.tsx'
import { cn } from '@/components/ui/cn.ts'
import { Sentence } from '@/components/ui/sentence.tsx'
import { Shape, Status } from '@/components/ui/status.tsx'
import { safe } from '@/lib/format/format.ts'
import type { FindingView } from '@/lib/model/answers/finding.ts'
import type { IncidentView } from '@/lib/model/answers/incident.ts'
import { type ChainNode, chainTree, hostText } from './tree.ts'

/** What follows from what: lists in lists, so that a reader without eyes walks the same chain; lines are drawn by borders. */
export function Chain({ incident }: { incident: IncidentView }) {
  const { roots, beside } = chainTree(incident)
  return (
    <>
      <ol className="flex flex-col gap-3">
        {roots.map((node) => (
          <Link key={node.id} node={node} findings={incident.findings} first={isFirst(node, incident)} />
        ))}
      </ol>
      {beside.length > 0 && (
        <>
          {roots.length > 0 && <h4 className="mt-4 mb-2 text-dim text-sm">Beside it, without a known link</h4>}
          <ul className="flex flex-col gap-2">
            {beside.map((finding) => (
              <li key={finding.id}>
                <Line finding={finding} />
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  )
}

const isFirst = ({ id, finding }: ChainNode, { cause }: IncidentView) =>
  cause.is !== 'unknown' && (finding === null || cause.findings.includes(id))

function Link({ node, findings, first = false }: { node: ChainNode; findings: readonly FindingView[]; first?: boolean }) {
  const nameOf = (id: string) => findings.find((finding) => finding.id === id)?.summary ?? hostText(id)
  return (
    <li>
      {first && <span className="block text-dim text-xs">first cause</span>}
      {node.finding ? (
        <Line finding={node.finding} strong={first} />
      ) : (
        <span className="flex items-baseline gap-2 font-medium text-sm">
          <Shape tone="critical" />
          {safe(hostText(node.id), 80)}
        </span>
      )}
      {node.why && <Why text={node.why} />}
      {node.also.map(({ id, why }) => (
        <Why key={id} text={`also from “${nameOf(id)}”: ${why}`} />
      ))}
      {node.children.length > 0 && (
        <ol className="mt-2 ml-[5px] flex flex-col gap-3 border-line-strong border-l pl-4 max-sm:pl-2.5">
          {node.children.map((child) => (
            <Link key={child.id} node={child} findings={findings} />
          ))}
        </ol>
      )}
    </li>
  )
}

const Why = ({ text }: { text: string }) => (
  <span className="block text-dim text-xs">
    <span aria-hidden="true">↳ </span>
    <Sentence text={text} max={400} />
  </span>
)

function Line({ finding, strong = false }: { finding: FindingView; strong?: boolean }) {
  return (
    <span className="flex flex-wrap items-baseline gap-x-3 text-sm">
      <Status tone={findingTone(finding)} className="shrink-0">
        {findingWord(finding)}
      </Status>
      <Go href={path`/findings/${finding.id}`} className={cn(linkLook, 'min-w-0 flex-1 basis-52', strong && 'font-medium')}>
        <Sentence text={finding.summary} max={300} />
      </Go>
    </span>
  )
}
