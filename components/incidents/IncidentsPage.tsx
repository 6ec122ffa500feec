'use client'
import { Annotate } from '@/components/annotations/Annotate.tsx'
import { stateWords } from '@/components/changes/words.ts'
import { Comments } from '@/components/findings/Comments.tsx'
import { Moment, Since } from '@/components/frame/Ago.tsx'
import { errorText, path } from '@/components/frame/api.ts'
import { FilterNote, isNarrowed, NoneMatch } from '@/components/frame/FilterNote.tsx'
import { Go, linkLook, useGo } from '@/components/frame/Go.tsx'
import { useApi } from '@/components/frame/useApi.ts'
import { type First, useFiltered } from '@/components/frame/useFiltered.ts'
import { stepsLine } from '@/components/proposals/words.ts'
import { buttonLook } from '@/components/ui/button.tsx'
import { Empty, Failure, Skeleton } from '@/components/ui/empty.tsx'
import { More } from '@/components/ui/more.tsx'
import { PageHead } from '@/components/ui/page.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import { Sheet } from '@/components/ui/sheet.tsx'
import { Status } from '@/components/ui/status.tsx'
import { type Column, Table } from '@/components/ui/table.tsx'
import { duration, safe } from '@/lib/format/format.ts'
import type { ChangeView } from '@/lib/model/answers/change.ts'
import type { IncidentView } from '@/lib/model/answers/incident.ts'
import type { Page } from '@/lib/model/answers/shape.ts'
import { AcknowledgeIncident, incidentLabels } from './AcknowledgeIncident.tsx'
import { Chain } from './Chain.tsx'
import { FirstCause } from './FirstCause.tsx'

const INCIDENT_WORDS = ['incident', 'incidents'] as const
type Props = { first: First<IncidentView>; firing: number; open: string | null; initialOpen: IncidentView | null }

const lasted = (incident: IncidentView) =>
  incident.resolvedAt ? duration(Date.parse(incident.resolvedAt) - Date.parse(incident.since)) : null

const COLUMNS: Column<IncidentView>[] = [
  {
    id: 'state',
    head: 'State',
    cell: (i) => <Status tone={i.state === 'firing' ? i.severity : 'ok'}>{i.state === 'firing' ? i.severity : 'over'}</Status>,
  },
  {
    id: 'summary',
    head: 'What happened',
    grow: true,
    cell: (i) => (
      <Go href={path`/incidents/${i.id}`} className="font-medium group-hover:text-accent">
        <Sentence text={i.title} max={300} />
      </Go>
    ),
  },
  { id: 'findings', head: 'Findings', right: true, sort: (i) => i.findings.length, cell: (i) => i.findings.length, from: 'sm' },
  { id: 'changes', head: 'Changes', right: true, sort: (i) => i.changes.length, cell: (i) => i.changes.length || '', from: 'md' },
  { id: 'since', head: 'Began', right: true, sort: (i) => i.since, cell: (i) => <Moment at={i.since} className="text-dim" />, from: 'sm' },
  { id: 'lasted', head: 'Lasts', right: true, cell: (i) => lasted(i) ?? <Since at={i.since} /> },
]

/** Findings of one cause together, newest first; one incident opens in a sheet with its timeline. */
export function IncidentsPage({ first, firing: firingAtFirst, open, initialOpen }: Props) {
  const go = useGo()
  const list = useFiltered<IncidentView>(['incidents'], 'incidents', { first, everyMs: 5_000 })
  const { error } = list
  const { data: now } = useApi<Page<IncidentView>>(['incidents'], 'incidents', { query: { state: 'firing', limit: 1 }, everyMs: 5_000 })
  const firing = now?.total ?? firingAtFirst
  return (
    <>
      <PageHead title="Incidents" lead={firing === 0 ? 'None now.' : `${firing} now.`}>
        <Go href="/findings" className={linkLook}>
          Findings one by one
        </Go>
        <Annotate />
      </PageHead>
      {error && <Failure tried="The list of incidents could not be refreshed." answer={errorText(error)} />}
      <FilterNote lists={[list]} noun={INCIDENT_WORDS} />
      <Table
        main
        hold
        question={list.question}
        label="Incidents"
        columns={COLUMNS}
        rows={list.items}
        rowKey={(i) => i.id}
        selected={open}
        onOpen={(i) => go(path`/incidents/${i.id}`)}
        empty={
          isNarrowed([list]) ? (
            <NoneMatch lists={[list]} noun={INCIDENT_WORDS} />
          ) : (
            <Empty title="No incident is remembered">
              Findings of one cause stand here as one, with what follows from what and what was done meanwhile.
            </Empty>
          )
        }
      />
      <More list={list} />
      {open && <IncidentSheet id={open} initial={initialOpen} onClose={() => go('/incidents')} />}
    </>
  )
}

function IncidentSheet({ id, initial, onClose }: { id: string; initial: IncidentView | null; onClose: () => void }) {
  const { data: incident, error } = useApi<IncidentView>(['incidents', id], path`incidents/${id}`, {
    initialData: initial?.id === id ? initial : undefined,
    everyMs: 5_000,
  })
  return (
    <Sheet
      onClose={onClose}
      title={incident ? <Sentence text={incident.title} max={300} /> : error ? 'No such incident' : 'Incident'}
      lead={
        incident && (
          <span className="inline-flex flex-wrap items-center gap-x-3">
            <Status tone={incident.state === 'firing' ? incident.severity : 'ok'}>
              {incident.state === 'firing' ? incident.severity : 'over'}
            </Status>
            <span>
              began <Moment at={incident.since} />, {lasted(incident) ? `lasted ${lasted(incident)}` : <Since at={incident.since} />}
            </span>
          </span>
        )
      }
      foot={
        incident && (
          <>
            <AcknowledgeIncident incident={incident} />
            <a className={buttonLook()} href={path`/api/v1/incidents/${incident.id}/post-mortem`} download="post-mortem.md">
              Post-mortem as Markdown
            </a>
          </>
        )
      }
    >
      {error && <Failure tried={`Incident ${safe(id, 60)} could not be read.`} answer={errorText(error)} />}
      {!incident && !error && <Skeleton className="h-40 w-full" />}
      {incident && (
        <div className="flex flex-col gap-6">
          <FirstCause incident={incident} />
          <section>
            <h3 className="mb-2 font-medium text-base">{incident.chain.length > 0 ? 'What followed from what' : 'What was found'}</h3>
            <Chain incident={incident} />
          </section>
          {incident.changes.length > 0 && (
            <section>
              <h3 className="mb-2 font-medium text-base">What was done</h3>
              <ul className="border-line border-t">
                {incident.changes.map((id) => (
                  <Done key={id} id={id} />
                ))}
              </ul>
            </section>
          )}
          <Comments comments={commentsIn(incident)} of={path`incidents/${incident.id}`} labels={incidentLabels(incident)} />
          <section>
            <h3 className="mb-2 font-medium text-base">In order</h3>
            <ol className="flex flex-col gap-2 border-line-strong border-l pl-4">
              {incident.timeline.map((entry, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: entries have no names and never move
                <li key={at} className="text-sm">
                  <span className="mr-2 text-dim text-xs tabular">
                    <Moment at={entry.at} />
                  </span>
                  <span className="mr-2 text-dim">{entry.what}</span>
                  <Sentence text={entry.text} max={300} />
                </li>
              ))}
            </ol>
          </section>
        </div>
      )}
    </Sheet>
  )
}

const commentsIn = ({ findings }: IncidentView) =>
  findings.flatMap(({ comments }) => comments).sort((a, b) => Date.parse(a.at) - Date.parse(b.at))

/** A change that was made meanwhile, asked for by itself: no list need hold it. */
function Done({ id }: { id: string }) {
  const { data: change } = useApi<ChangeView>(['changes', id], path`changes/${id}`, { everyMs: 10_000 })
  return (
    <li className="flex items-baseline gap-3 border-line border-b py-2 text-sm">
      <Status tone="change" className="w-24 shrink-0">
        {change ? stateWords(change) : 'change'}
      </Status>
      <Go href={path`/changes/${id}`} className="min-w-0 flex-1 hover:text-accent">
        {change ? stepsLine(change.steps) : id}
      </Go>
    </li>
  )
}
