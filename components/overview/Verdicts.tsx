'use client'
import { changeTone, stateWords } from '@/components/changes/words.ts'
import { Ago } from '@/components/frame/Ago.tsx'
import { path } from '@/components/frame/api.ts'
import { Go, linkLook } from '@/components/frame/Go.tsx'
import { stepsLine } from '@/components/proposals/words.ts'
import { cn } from '@/components/ui/cn.ts'
import { Section } from '@/components/ui/page.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import { Status } from '@/components/ui/status.tsx'
import type { OverviewView } from '@/lib/model/answers/overview.ts'

/** The changes that ended last, each with its verdict, and how many predictions came true. */
export function Verdicts({ view }: { view: OverviewView }) {
  const { score, recent } = view
  return (
    <Section
      title="Verdicts"
      note={score.judged > 0 ? `${score.inside} of ${score.judged} predictions inside their band` : undefined}
      actions={
        <Go href="/changes" className={cn(linkLook, 'text-sm')}>
          All changes
        </Go>
      }
    >
      {recent.length === 0 && (
        <p className="text-dim text-sm">No change has ended yet. Each ends with the measured effect beside the predicted one.</p>
      )}
      <ul className="flex flex-col">
        {recent.map((change) => (
          <li key={change.id} className="flex items-baseline gap-3 border-line border-t py-1.5 text-sm first:border-t-0">
            <Status tone={changeTone(change)} className="w-24 shrink-0">
              {stateWords(change)}
            </Status>
            <span className="min-w-0 flex-1">
              <Go href={path`/changes/${change.id}`} className="hover:text-accent">
                {stepsLine(change.steps)}
              </Go>
              {change.outcome && (
                <span className="line-clamp-2 text-dim text-xs">
                  <Sentence text={change.outcome} max={300} />
                </span>
              )}
            </span>
            <Ago at={change.endedAt ?? change.at} className="shrink-0 text-dim text-xs" />
          </li>
        ))}
      </ul>
    </Section>
  )
}
