'use client'
import { type RefObject, useEffect, useRef, useState } from 'react'
import { changeTone, stateWords, watchProgress } from '@/components/changes/words.ts'
import { Sparkline } from '@/components/charts/Sparkline.tsx'
import { subjectHref, subjectText } from '@/components/findings/words.ts'
import { Ago } from '@/components/frame/Ago.tsx'
import { path } from '@/components/frame/api.ts'
import { Go, linkLook, useGo } from '@/components/frame/Go.tsx'
import { useClock } from '@/components/frame/live.tsx'
import { inScope, useScope } from '@/components/frame/Scope.tsx'
import { useApi } from '@/components/frame/useApi.ts'
import { IncidentStrip } from '@/components/incidents/IncidentStrip.tsx'
import { ApplyButton, Diff } from '@/components/proposals/ApplyButton.tsx'
import { predictionLine, stepsLine } from '@/components/proposals/words.ts'
import { Button } from '@/components/ui/button.tsx'
import { cn } from '@/components/ui/cn.ts'
import { Empty } from '@/components/ui/empty.tsx'
import { holdOrder } from '@/components/ui/hold.ts'
import { Section } from '@/components/ui/page.tsx'
import { typing, useRowKeys } from '@/components/ui/rows.ts'
import { Shape, Status } from '@/components/ui/status.tsx'
import { duration, number, safe } from '@/lib/format/format.ts'
import { metricOf } from '@/lib/metrics/registry.ts'
import type { ChangeView } from '@/lib/model/answers/change.ts'
import type { IncidentView } from '@/lib/model/answers/incident.ts'
import type { OverviewView } from '@/lib/model/answers/overview.ts'
import type { Page } from '@/lib/model/answers/shape.ts'
import { TierPicture } from './TierPicture.tsx'
import { headline } from './tiers.ts'

type Pain = OverviewView['pains'][number]

/** Three seconds: what needs you, where it is, what would mend it, what is being mended. */
export function Overview({ initialData, incidents }: { initialData: OverviewView; incidents: Page<IncidentView> }) {
  const { data: view = initialData } = useApi<OverviewView>(['overview'], 'overview', { initialData, everyMs: 2_000 })
  if (view.targets.total === 0)
    return (
      <Empty
        title="Nothing to watch yet"
        config={
          'targets:\n  - { kind: redis, name: cache-a, url: redis://127.0.0.1:6379 }\n  - { kind: haproxy, name: edge, socket: tcp://127.0.0.1:9999 }'
        }
      >
        The tiers, what hurts and what would mend it stand here once there are targets in <code className="font-mono">evenkeel.yaml</code>:
      </Empty>
    )
  return (
    <>
      <Headline view={view} />
      <IncidentStrip initialData={incidents} />
      {/* On a phone what hurts comes before where it is. */}
      <div className="flex flex-col max-md:flex-col-reverse">
        <Section flush className="pt-2">
          <TierPicture view={view} />
        </Section>
        <Pains view={view} />
      </div>
      <div className="grid gap-x-4 lg:grid-cols-2">
        <Watching changes={view.watching} />
        <Recent view={view} />
      </div>
    </>
  )
}

function Headline({ view }: { view: OverviewView }) {
  const { targets } = view
  const worst = view.pains.some((pain) => pain.finding.severity === 'critical') ? 'critical' : 'warning'
  const parts = [
    targets.down > 0 && `${targets.down} down`,
    targets.unknown > 0 && `${targets.unknown} not known yet`,
    view.watching.length > 0 && `${view.watching.length} change${view.watching.length === 1 ? '' : 's'} under watch`,
    view.learning && 'still learning what is normal here',
  ].filter(Boolean)
  return (
    <header className="px-4 pt-5 pb-1">
      <h1 className="flex items-center gap-3 text-2xl tracking-tight max-sm:text-xl">
        {view.needs > 0 && <Shape tone={worst} size={18} />}
        {headline(view)}
      </h1>
      <p className="text-dim text-sm">
        {view.needs > 0 && `${targets.up} of ${targets.total} targets answer. `}
        {parts.length > 0 && `${parts.join(', ').replace(/^./, (c) => c.toUpperCase())}.`}
      </p>
    </header>
  )
}

function Pains({ view }: { view: OverviewView }) {
  const [scope] = useScope()
  const [held, setHeld] = useState(false)
  const shown = useRef<Pain[]>([])
  const list = useRef<HTMLUListElement>(null)
  useRowKeys(list)
  useOpenRemedy(list)
  const fresh = view.pains.filter(({ finding }) =>
    inScope(scope, [finding.summary, finding.rule, subjectText(finding.subject)], finding.subject),
  )
  const still = held && shown.current.length > 0 ? holdOrder(shown.current, fresh, (pain) => pain.finding.id) : null
  const rows = still?.rows ?? fresh
  shown.current = rows
  if (rows.length === 0) return null
  return (
    <Section
      flush
      title="What costs most now"
      note={still?.moved ? 'holding still while you are here' : undefined}
      actions={
        <Go href="/findings" className={cn(linkLook, 'text-sm')}>
          All findings
        </Go>
      }
    >
      <ul
        ref={list}
        className="border-line border-t"
        onPointerEnter={() => setHeld(true)}
        onPointerLeave={(event) => !event.currentTarget.contains(document.activeElement) && setHeld(false)}
        onFocus={() => setHeld(true)}
        onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && !event.currentTarget.matches(':hover') && setHeld(false)}
      >
        {rows.map((pain) => (
          <PainRow key={pain.finding.id} pain={pain} gone={still?.gone.has(pain.finding.id)} />
        ))}
      </ul>
    </Section>
  )
}

/** `a` opens the proposal of the row in focus, else of the first; Enter opens the row. Neither applies anything. */
function useOpenRemedy(list: RefObject<HTMLElement | null>) {
  const go = useGo()
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.metaKey || event.ctrlKey || event.altKey || typing(event)) return
      const row = document.activeElement?.closest<HTMLElement>('[data-row]') ?? null
      const mine = row && list.current?.contains(row) ? row : null
      const chosen =
        event.key === 'a'
          ? (mine ?? list.current?.querySelector<HTMLElement>('[data-row]'))
          : event.key === 'Enter' && document.activeElement === mine
            ? mine
            : null
      if (chosen?.dataset.row) go(path`/findings/${chosen.dataset.row}`)
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [list, go])
}

function PainRow({ pain: { finding, cost, spark, proposal }, gone }: { pain: Pain; gone?: boolean }) {
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
          <Shape tone={finding.severity} size={12} className="mt-1" />
          <span className="min-w-0">
            <Go href={path`/findings/${finding.id}`} className="font-medium hover:text-accent">
              {safe(finding.summary, 400)}
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
              {proposal.prediction ? predictionLine(proposal.prediction) : (proposal.unpredicted ?? 'no prediction')}
            </p>
          </>
        ) : (
          <p className="whitespace-pre-wrap text-dim text-sm">{finding.noRemedy ?? 'No setting here would mend it yet.'}</p>
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

function Watching({ changes }: { changes: ChangeView[] }) {
  const now = useClock() || Date.now()
  return (
    <Section title="Under watch">
      {changes.length === 0 && <p className="text-dim text-sm">No change is under watch.</p>}
      <ul className="flex flex-col gap-3">
        {changes.map((change) => {
          const until = change.watchUntil ? Date.parse(change.watchUntil) : null
          const part = watchProgress(change, now) ?? 0
          return (
            <li key={change.id} className="flex flex-col gap-1 text-sm">
              <div className="flex items-baseline gap-3">
                <Status tone="change">{stateWords(change)}</Status>
                <Go href={path`/changes/${change.id}`} className={cn(linkLook, 'min-w-0 truncate')}>
                  {stepsLine(change.steps)}
                </Go>
                <span className="ml-auto shrink-0 text-dim text-xs tabular" suppressHydrationWarning>
                  {until ? `${duration(Math.max(0, Math.round((until - now) / 1_000) * 1_000))} left` : ''}
                </span>
              </div>
              <div
                role="progressbar"
                aria-label="Watch"
                aria-valuenow={Math.round(part * 100)}
                className="h-1 overflow-hidden rounded-full bg-line"
                suppressHydrationWarning
              >
                <div className="h-full bg-change" style={{ width: `${part * 100}%` }} suppressHydrationWarning />
              </div>
            </li>
          )
        })}
      </ul>
    </Section>
  )
}

function Recent({ view }: { view: OverviewView }) {
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
              {change.outcome && <span className="line-clamp-2 text-dim text-xs">{safe(change.outcome, 300)}</span>}
            </span>
            <Ago at={change.endedAt ?? change.at} className="shrink-0 text-dim text-xs" />
          </li>
        ))}
      </ul>
    </Section>
  )
}
