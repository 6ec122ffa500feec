'use client'
import { Sparkline } from '@/components/charts/Sparkline.tsx'
import { subjectHref, subjectText } from '@/components/findings/words.ts'
import { Ago } from '@/components/frame/Ago.tsx'
import { path } from '@/components/frame/api.ts'
import { Go, linkLook } from '@/components/frame/Go.tsx'
import { ApplyButton, Diff } from '@/components/proposals/ApplyButton.tsx'
import { predictionLine, stepsLine } from '@/components/proposals/words.ts'
import { Button } from '@/components/ui/button.tsx'
import { cn } from '@/components/ui/cn.ts'
import { Sentence, Sentences } from '@/components/ui/sentence.tsx'
import { Shape } from '@/components/ui/status.tsx'
import { number } from '@/lib/format/format.ts'
import { metricOf } from '@/lib/metrics/registry.ts'
import type { OverviewView } from '@/lib/model/answers/overview.ts'

/** One finding with what it costs, its metric over ten minutes, and what would mend it. */
export function TopFindingRow({ top: { finding, cost, spark, proposal }, gone }: { top: OverviewView['pains'][number]; gone?: boolean }) {
  const where = subjectHref(finding.subject)
  return (
    <li
      data-row={finding.id}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: j and k walk through the rows
      tabIndex={0}
      className={cn(
        'grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-6 gap-y-2 border-line border-b px-4 py-3 hover:bg-hover xl:grid-cols-[minmax(0,5fr)_140px_minmax(0,4fr)_11rem]',
        gone && 'opacity-50',
      )}
    >
      <div className="min-w-0 max-xl:col-span-2">
        <p className="flex gap-2.5">
          <Shape tone={finding.severity} size={12} className="mt-[6px]" />
          <span className="min-w-0">
            <Go href={path`/findings/${finding.id}`} className="inline-block py-[3px] font-medium leading-[18px] hover:text-accent">
              <Sentence text={finding.summary} max={400} />
            </Go>
            <span className="block text-dim text-xs">
              <span className="sr-only">{finding.severity}, </span>
              {finding.title}
              {' · '}
              {where ? (
                <Go href={where} className={linkLook}>
                  {subjectText(finding.subject)}
                </Go>
              ) : (
                subjectText(finding.subject)
              )}
              {' · '}
              <Ago at={finding.since} />
              {cost && (
                <>
                  {' · '}
                  <span className="text-text">
                    {number(cost.value)} {cost.what}
                  </span>
                </>
              )}
            </span>
          </span>
        </p>
      </div>
      <div className="max-xl:hidden">
        {spark && (
          <Sparkline
            points={spark.points}
            threshold={spark.threshold}
            width={140}
            label={`${metricOf(spark.metric).words}, the last 10 minutes`}
          />
        )}
      </div>
      <div className="min-w-0 max-xl:pl-6">
        {proposal ? (
          <>
            <p className="text-sm">
              <Go href={path`/findings/${finding.id}`} className={linkLook}>
                {stepsLine(proposal.steps)}
              </Go>
            </p>
            {proposal.steps.length > 1 && <Diff steps={proposal.steps} most={4} className="my-1" />}
            <p className="text-dim text-xs">
              {proposal.prediction ? (
                predictionLine(proposal.prediction)
              ) : (
                <Sentence text={proposal.unpredicted ?? 'no prediction'} max={300} />
              )}
            </p>
          </>
        ) : (
          <p className="line-clamp-3 text-dim text-sm">
            <Sentences text={finding.noRemedy ?? 'No setting here would mend it yet.'} max={1_000} />
          </p>
        )}
      </div>
      <div className="flex items-center gap-4 justify-self-end max-sm:col-span-2 max-sm:justify-self-stretch max-sm:pl-6">
        {proposal && <ApplyButton proposal={proposal} />}
        {!proposal && (
          <Button asChild>
            <Go href={path`/findings/${finding.id}`}>Look closer</Go>
          </Button>
        )}
      </div>
    </li>
  )
}
