'use client'
import { Moment } from '@/components/frame/Ago.tsx'
import { path } from '@/components/frame/api.ts'
import { Go, linkLook } from '@/components/frame/Go.tsx'
import { useApi } from '@/components/frame/useApi.ts'
import { Failure } from '@/components/ui/empty.tsx'
import { Figure } from '@/components/ui/figure.tsx'
import { PageHead, Section } from '@/components/ui/page.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import { Status } from '@/components/ui/status.tsx'
import { type Column, Table } from '@/components/ui/table.tsx'
import { interval, safe } from '@/lib/format/format.ts'
import type { RunReport } from '@/lib/model/answers/run.ts'
import { GaveWay } from './GaveWay.tsx'
import { LoadCharts } from './LoadCharts.tsx'
import { Results } from './Results.tsx'
import { type FigureRow, figureRows, hrefOf, lasted, MOVED, missing, STATE } from './words.ts'

const RUNNING_MS = 15_000

/** A load test: what gave way first, the load, the tool's figures beside the balancer's, and everything beside the time before. */
export function RunPage({ initialData }: { initialData: RunReport }) {
  const { id } = initialData
  const { data: run = initialData, error } = useApi<RunReport>(['runs', id], path`runs/${id}`, {
    initialData,
    everyMs: initialData.state === 'running' ? RUNNING_MS : false,
  })
  const { from, until, before } = run
  return (
    <>
      <PageHead title={safe(run.name, 200)} lead={<Lead run={run} />}>
        <Go href={`/explore?from=${Date.parse(before.from)}&to=${Date.parse(until)}`} className={linkLook}>
          Explore this time
        </Go>
        <Go href="/runs" className={linkLook}>
          All load tests
        </Go>
      </PageHead>
      {error && <Failure tried="The load test could not be refreshed." answer={error.message} />}
      {run.state === 'forgotten' && (
        <p className="px-4 pb-2 text-sm">
          Nobody has told its end: the day after its beginning stands for it. PATCH its annotation with timeEnd.
        </p>
      )}
      <GaveWay run={run} />
      <LoadCharts run={run} />
      <Results run={run} />
      <Section
        title="Beside the time before"
        note={
          <>
            {lasted(run)} of load from <Moment at={from} />, beside as long before it
          </>
        }
        flush
      >
        <Table
          main
          label="Figures of the run beside those before it"
          columns={COLUMNS}
          rows={figureRows(run.things)}
          rowKey={({ name, metric }) => `${name} ${metric}`}
          empty={<p className="px-4 py-4 text-dim">No pool, ring or cache was seen in this time.</p>}
        />
      </Section>
    </>
  )
}

function Lead({ run: { state, from, to, until, by, tags } }: { run: RunReport }) {
  return (
    <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <Status tone={STATE[state].tone}>{STATE[state].words}</Status>
      <span>
        <Moment at={from} /> to {to === null ? 'now' : <Moment at={to} />}, {lasted({ from, until })}, by {safe(by, 60)}
      </span>
      <span className="[overflow-wrap:anywhere]">{tags.map((tag) => safe(tag, 60)).join(', ')}</span>
    </span>
  )
}

const side = (figure: FigureRow['before'], unit: FigureRow['unit']) =>
  'because' in figure ? (
    <Figure value={null} unit={unit} because={figure.because} />
  ) : (
    <span className="whitespace-nowrap">
      <Figure value={figure.value} unit={unit} />
      {figure.low !== undefined && figure.high !== undefined && (
        <span className="ml-1 text-dim text-xs max-lg:hidden">({interval(figure.low, figure.high, unit)})</span>
      )}
    </span>
  )

const COLUMNS: Column<FigureRow>[] = [
  {
    id: 'figure',
    head: 'Of',
    grow: true,
    cell: (row) => (
      <>
        <Go href={hrefOf(row.kind, row.where)} className={linkLook}>
          {safe(row.name, 80)}
        </Go>{' '}
        {row.words}
        {missing(row) && (
          <span className="block text-dim text-xs">
            <Sentence text={missing(row)!} max={300} />
          </span>
        )}
      </>
    ),
  },
  { id: 'before', head: 'Before', right: true, cell: ({ before, unit }) => side(before, unit) },
  { id: 'during', head: 'In the run', right: true, cell: ({ during, unit }) => side(during, unit) },
  { id: 'moved', head: 'So', cell: ({ moved }) => <Status tone={MOVED[moved]}>{moved}</Status> },
]
