'use client'
import { useQuery } from '@tanstack/react-query'
import { AsCode } from '@/components/code/AsCode.tsx'
import { CoursePanel } from '@/components/courses/CoursePanel.tsx'
import { get, path } from '@/components/frame/api.ts'
import { Go, linkLook } from '@/components/frame/Go.tsx'
import { Effect } from '@/components/proposals/Effect.tsx'
import { StepsTable } from '@/components/proposals/StepsTable.tsx'
import { Code } from '@/components/ui/code.tsx'
import { Facts } from '@/components/ui/page.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import { safe } from '@/lib/format/format.ts'
import type { ChangeView } from '@/lib/model/answers/change.ts'
import { ChangeActions } from './ChangeActions.tsx'
import { ChangeHead } from './ChangeHead.tsx'
import { CommittedPanel } from './CommittedPanel.tsx'
import { DrillOutcome } from './DrillOutcome.tsx'
import { Guards } from './Guards.tsx'
import { JobPanel } from './JobPanel.tsx'
import { Journal } from './Journal.tsx'
import { ManualSteps } from './ManualSteps.tsx'
import { RetimeKeys } from './RetimeKeys.tsx'
import { WatchChart } from './WatchChart.tsx'

/** A change from its moment to its verdict: chart, guards with what they read now, time left, keep and roll back, journal. */
export function ChangePanel({ change: given }: { change: ChangeView }) {
  const { data: change } = useQuery({
    queryKey: ['changes', given.id],
    queryFn: ({ signal }) => get<ChangeView>(path`changes/${given.id}`, {}, signal),
    initialData: given,
    refetchInterval: (query) =>
      query.state.data && ['applying', 'awaiting', 'watching'].includes(query.state.data.state) ? 1_000 : 10_000,
  })
  return (
    <section className="flex flex-col gap-4 rounded border border-change/50 p-4" aria-label="Change">
      <ChangeHead change={change} />
      {change.course && <CoursePanel id={change.course} here={change.id} />}
      {change.job && <JobPanel id={change.job} labels={change.labels} />}
      {change.prediction && <WatchChart change={change} />}
      {change.prediction && <Effect prediction={change.prediction} measured={change.measured} verdict={change.verdict} />}
      {change.drill && <DrillOutcome drill={change.drill} />}
      {change.state === 'watching' && change.guardsNow.length > 0 && <Guards change={change} />}
      {change.committed && (
        <CommittedPanel title="Commit" committed={change.committed} awaited={change.state === 'awaiting' && !change.returned} />
      )}
      {change.returned && (
        <CommittedPanel title="Commit that takes it back" committed={change.returned} awaited={change.state === 'awaiting'} />
      )}
      <ChangeActions change={change} />
      <StepsTable steps={change.steps} applied />
      <Facts
        facts={[
          [
            'By',
            change.approvedBy === undefined ? safe(change.by, 60) : `${safe(change.by, 60)}, approved by ${safe(change.approvedBy, 60)}`,
          ],
          [
            'At',
            <time key="at" dateTime={change.at}>
              {change.at.replace('T', ' ').slice(0, 19)} UTC
            </time>,
          ],
          ['Because', <Sentence key="because" text={change.because} max={400} />],
          change.slowStart !== undefined && ['Slow start', `stage ${change.slowStart.stage} of ${change.slowStart.of}`],
          change.follows !== undefined && [
            'Follows',
            <Go key="follows" href={`/changes/${change.follows}`} className={linkLook}>
              the change of the TTL
            </Go>,
          ],
          Boolean(change.finding) && [
            'Mends',
            <Go key="finding" href={`/findings/${change.finding}`} className={linkLook}>
              the finding it was proposed for
            </Go>,
          ],
        ]}
      />
      {change.retime?.map((plan) => (
        <RetimeKeys key={plan.target} change={change.id} labels={change.labels} plan={plan} />
      ))}
      {change.undo && <ManualSteps title="To put it back by hand" commands={change.undo} />}
      {change.finish && <ManualSteps title="To finish it by hand" commands={change.finish} />}
      {change.lasting?.map((text) => (
        <Code key={text} text={text} label="To make it outlive a reload" />
      ))}
      <AsCode of="changes" id={change.id} />
      <Journal change={change} />
    </section>
  )
}
