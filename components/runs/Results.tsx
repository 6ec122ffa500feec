import { Go, linkLook } from '@/components/frame/Go.tsx'
import { Figure } from '@/components/ui/figure.tsx'
import { Section } from '@/components/ui/page.tsx'
import { Status } from '@/components/ui/status.tsx'
import { type Column, Table } from '@/components/ui/table.tsx'
import { count, safe } from '@/lib/format/format.ts'
import type { LoadResultView, RunReport } from '@/lib/model/answers/run.ts'
import { hrefOf } from './words.ts'

type Row = {
  key: string
  name: string
  note: string
  href: string | null
  perSecond: number | null
  mean: number | null
  p95: number | null
  errors: number | null
}

const COLUMNS: Column<Row>[] = [
  {
    id: 'by',
    head: 'By',
    grow: true,
    cell: ({ name, note, href }) => (
      <>
        {href ? (
          <Go href={href} className={linkLook}>
            {safe(name, 80)}
          </Go>
        ) : (
          <span className="font-medium">{name}</span>
        )}{' '}
        <span className="text-dim text-xs">{note}</span>
      </>
    ),
  },
  {
    id: 'rate',
    head: 'Requests',
    right: true,
    cell: ({ perSecond }) => <Figure value={perSecond} unit="perSecond" because="it does not tell" />,
  },
  { id: 'mean', head: 'Mean', right: true, cell: ({ mean }) => <Figure value={mean} unit="seconds" because="it does not tell" /> },
  { id: 'p95', head: 'p95', right: true, from: 'sm', cell: ({ p95 }) => <Figure value={p95} unit="seconds" because="it does not tell" /> },
  { id: 'errors', head: 'Errors', right: true, cell: ({ errors }) => <Figure value={errors} unit="ratio" because="it does not tell" /> },
]

/** What the load generator measured at its end, beside what the balancers measured at theirs. */
export function Results({ run }: { run: RunReport }) {
  if (run.results.length === 0)
    return (
      <Section title="By the load generator">
        <p className="max-w-prose text-dim">
          No result is attached. POST a summary of k6, a CSV of Locust or a log of Gatling to{' '}
          <code className="font-mono">/api/v1/runs/{run.id}/results</code>, and its figures stand here beside those of the balancers.
        </p>
      </Section>
    )
  return (
    <Section title="By the load generator, and by the balancers" flush>
      <Table
        label="Figures of the load generator beside those of the balancers"
        columns={COLUMNS}
        rows={[...run.results.map(toolRow), ...run.things.filter(({ kind }) => kind === 'pool').map(poolRow)]}
        rowKey={({ key }) => key}
        sticky={false}
      />
      {run.results.map((result) => (
        <Details key={`${result.tool} ${result.format}`} result={result} />
      ))}
    </Section>
  )
}

function toolRow({ tool, format, counts, all, usersMax }: LoadResultView): Row {
  const users = usersMax === null ? '' : `, up to ${count(usersMax)} users`
  return {
    key: `${tool} ${format}`,
    name: tool,
    note: `${format}: ${count(all.requests)} ${counts}${users}`,
    href: null,
    perSecond: all.perSecond,
    mean: all.times.mean,
    p95: all.times.p95,
    errors: all.failures === null || all.requests === 0 ? null : all.failures / all.requests,
  }
}

function poolRow({ name, kind, where, figures }: RunReport['things'][number]): Row {
  const of = (metric: string) => {
    const during = figures.find((figure) => figure.metric === metric)?.during
    return during && 'value' in during ? during.value : null
  }
  return {
    key: name,
    name,
    note: 'pool',
    href: hrefOf(kind, where),
    perSecond: of('pool_request_rate'),
    mean: of('pool_response_seconds'),
    p95: of('pool_response_seconds_p95'),
    errors: of('pool_error_ratio'),
  }
}

/** Checks, thresholds, and what was called most. */
function Details({ result: { tool, checks, thresholds, parts } }: { result: LoadResultView }) {
  return (
    <>
      {checks && (
        <p className="px-4 pt-2 text-sm">
          {tool}: {count(checks.passes)} checks passed, {count(checks.fails)} failed.
        </p>
      )}
      {thresholds.length > 0 && (
        <ul className="flex flex-col gap-1 px-4 pt-2 text-sm">
          {thresholds.map(({ metric, expression, passed }) => (
            <li key={`${metric} ${expression}`} className="flex flex-wrap items-baseline gap-x-2">
              <Status tone={passed ? 'ok' : 'warning'}>{passed ? 'kept' : 'crossed'}</Status>
              <code className="font-mono text-xs [overflow-wrap:anywhere]">
                {safe(metric, 80)}: {safe(expression, 80)}
              </code>
            </li>
          ))}
        </ul>
      )}
      {parts.length > 0 && (
        <details className="px-4 pt-2">
          <summary className="cursor-pointer text-sm">{tool}: by name</summary>
          <Table
            label={`Requests of ${tool} by name`}
            columns={PARTS}
            rows={parts}
            rowKey={({ name }) => name}
            sticky={false}
            className="-mx-4"
          />
        </details>
      )}
    </>
  )
}

type Part = LoadResultView['parts'][number]
const PARTS: Column<Part>[] = [
  { id: 'name', head: 'Name', grow: true, cell: ({ name }) => safe(name, 160) },
  { id: 'requests', head: 'Requests', right: true, sort: ({ requests }) => requests, cell: ({ requests }) => count(requests) },
  { id: 'mean', head: 'Mean', right: true, cell: ({ times }) => <Figure value={times.mean} unit="seconds" /> },
  { id: 'p95', head: 'p95', right: true, sort: ({ times }) => times.p95, cell: ({ times }) => <Figure value={times.p95} unit="seconds" /> },
  { id: 'failures', head: 'Failed', right: true, from: 'sm', cell: ({ failures }) => (failures === null ? '' : count(failures)) },
]
