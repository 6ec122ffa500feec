'use client'
import { BalanceStrip } from '@/components/charts/BalanceStrip.tsx'
import { Here } from '@/components/findings/Here.tsx'
import { Ago } from '@/components/frame/Ago.tsx'
import { path } from '@/components/frame/api.ts'
import { Go, linkLook } from '@/components/frame/Go.tsx'
import { useClock } from '@/components/frame/live.tsx'
import { useApi } from '@/components/frame/useApi.ts'
import { quotientPoints } from '@/components/series/ratio.ts'
import { SeriesChart } from '@/components/series/SeriesChart.tsx'
import { touches } from '@/components/series/useAnnotations.ts'
import { Badge } from '@/components/ui/badge.tsx'
import { Code } from '@/components/ui/code.tsx'
import { Figure } from '@/components/ui/figure.tsx'
import { PageHead, Section } from '@/components/ui/page.tsx'
import { Readings } from '@/components/ui/readings.tsx'
import { Status } from '@/components/ui/status.tsx'
import { type Column, Table } from '@/components/ui/table.tsx'
import { safe, text } from '@/lib/format/format.ts'
import { labHref } from '@/lib/lab/link.ts'
import type { ChangeView } from '@/lib/model/answers/change.ts'
import type { PoolServerView, PoolView } from '@/lib/model/answers/pool.ts'
import type { Page } from '@/lib/model/answers/shape.ts'
import { isOut, ReturnButton } from './ReturnButton.tsx'
import { againstOthers, dueBand, FIGURE_SECONDS, isHeavy, poolParts, SERVER_TONE } from './words.ts'

/** One pool: its strip, what is wrong here and what would mend it, its servers, and how they behave over time. */
export function PoolPage({ target, name, initialData }: { target: string; name: string; initialData: PoolView }) {
  const { data: pool = initialData } = useApi<PoolView>(['pools', target, name], path`pools/${target}/${name}`, {
    initialData,
    everyMs: 2_000,
  })
  const where = { target, pool: name }
  const turned = useTurned(where)
  const servers = {
    where,
    keep: (labels: Record<string, string>) => Boolean(labels.server),
    name: (labels: Record<string, string>) => labels.server ?? '',
  }
  return (
    <>
      <PageHead
        title={
          <>
            <Go href={path`/targets/${target}`} className="text-dim hover:text-accent">
              {safe(target, 60)}/
            </Go>
            {safe(name, 80)}
          </>
        }
        lead={
          <span className="flex flex-wrap items-center gap-x-3">
            <Badge>{safe(pool.algorithm, 60)}</Badge>
            <span>{pool.can.weight === true ? 'takes weights live' : `takes no weights live: ${safe(pool.can.weight.because, 200)}`}</span>
          </span>
        }
      >
        <Readings
          readings={[
            { label: 'Requests', value: pool.requestsPerSecond, unit: 'perSecond' },
            { label: 'Mean response', value: pool.responseSeconds, unit: 'seconds' },
            { label: 'Errors', value: pool.errorRatio, unit: 'ratio' },
          ]}
        />
      </PageHead>
      <div className="px-4 py-2">
        <BalanceStrip parts={poolParts(pool)} width={360} thick={10} label={`Balance of ${safe(name, 60)}`} className="max-w-full" />
        {turned !== null && (
          <p className="text-dim text-xs">
            Set anew <Ago at={new Date(turned).toISOString()} />: the shares seen are those of the last minute, so some of them are from
            before.
          </p>
        )}
        {pool.balances !== 'weight' && (
          <p className="text-dim text-xs">
            {pool.balances === 'load'
              ? 'Shares follow the load, not the weights: nothing is expected of them.'
              : pool.balances === 'hash'
                ? 'Shares follow a hash of the request: by keys they come near the weights, by traffic not always.'
                : ''}
            {pool.ringBecause && ` Which key goes where is not known exactly: ${safe(pool.ringBecause, 300)}.`}
            {pool.ring && (
              <Go href={labHref({ target, pool: name })} className={`${linkLook} ml-1`}>
                What would other weights move?
              </Go>
            )}
          </p>
        )}
      </div>
      {pool.tunable && (
        <details className="px-4 py-2 text-sm">
          <summary className="w-fit cursor-pointer text-dim hover:text-text">What would let its weights be set at run time</summary>
          <p className="py-1 text-dim">In haproxy.cfg. {pool.tunable.moves}</p>
          <Code text={pool.tunable.lines} label="Lines of haproxy.cfg" />
        </details>
      )}
      <Here about={where} />
      <Section flush title="Servers">
        <Table
          label="Servers"
          main
          hold
          sticky={false}
          columns={columns(pool, turned !== null)}
          rows={pool.servers}
          rowKey={(s) => s.name}
        />
      </Section>
      <div className="grid gap-x-6 gap-y-5 px-4 py-4 lg:grid-cols-2">
        <SeriesChart title="Mean response by server" ask="pool_response_seconds" unit="seconds" {...servers} />
        <SeriesChart
          title="Mean response of the pool"
          ask="pool_response_seconds"
          unit="seconds"
          where={where}
          keep={(labels) => !labels.server}
          name={() => 'the whole pool'}
        />
        <SeriesChart title="Requests by server" ask="pool_requests_total" unit="perSecond" {...servers} />
        <SeriesChart
          title="Errors by server"
          unit="ratio"
          where={where}
          ask={[{ metric: 'pool_errors_total' }, { metric: 'pool_requests_total' }]}
          derive={([errors = [], requests = []]) =>
            errors
              .filter((one) => one.labels.server)
              .map((one) => ({
                name: one.labels.server!,
                points: quotientPoints(one.points, requests.find((other) => other.labels.server === one.labels.server)?.points),
              }))
          }
        />
        <SeriesChart title="Weight in force" ask="pool_weight_effective" unit="count" {...servers} />
        <SeriesChart title="Sessions" ask="pool_sessions" unit="count" {...servers} />
      </div>
    </>
  )
}

/** When the weights or states of this pool were last written, while the figures still reach back before it. */
function useTurned(where: { target: string; pool: string }): number | null {
  const now = useClock(5_000)
  const { data } = useApi<Page<ChangeView>>(['changes'], 'changes', { everyMs: 10_000 })
  const moments = (data?.items ?? [])
    .filter((change) => touches(change, where))
    .flatMap(({ at, state, endedAt }) => [Date.parse(at), ...(state === 'rolled_back' && endedAt ? [Date.parse(endedAt)] : [])])
  const last = Math.max(...moments)
  return now && now - last < FIGURE_SECONDS * 1_000 ? last : null
}

/** `turned`: shares of the last minute are those of two settings, so that none is out of line. */
function columns(pool: PoolView, turned: boolean): Column<PoolServerView>[] {
  return [
    {
      id: 'name',
      head: 'Server',
      sort: (s) => s.name,
      cell: (s) => (
        <span>
          <span className="font-medium">{safe(s.name, 60)}</span>
          {s.backup && <Badge className="ml-2">backup</Badge>}
        </span>
      ),
    },
    {
      id: 'state',
      head: 'State',
      sort: (s) => s.state,
      cell: (s) => (
        <span className="flex items-center gap-2">
          <Status tone={SERVER_TONE[s.state]}>{s.state}</Status>
          {isOut(s) && <ReturnButton pool={pool} server={s} />}
        </span>
      ),
    },
    {
      id: 'set',
      head: 'Weight set',
      right: true,
      sort: (s) => s.weightSet,
      cell: (s) => (
        <span title={s.weightFile !== undefined && s.weightFile !== s.weightSet ? `The file says ${s.weightFile}` : undefined}>
          {s.weightSet}
          {s.weightFile !== undefined && s.weightFile !== s.weightSet && (
            <span className="ml-1 text-warning-text">≠ {s.weightFile} in file</span>
          )}
        </span>
      ),
    },
    {
      id: 'effective',
      head: 'In force',
      right: true,
      sort: (s) => s.weightEffective,
      cell: (s) => (
        <span className={s.weightEffective !== s.weightSet ? 'text-warning-text' : undefined}>
          {s.weightEffective}
          {s.otherWriter && (
            <span className="block max-w-32 truncate text-dim text-xs" title={s.otherWriter}>{`by ${safe(s.otherWriter, 60)}`}</span>
          )}
        </span>
      ),
      from: 'sm',
    },
    {
      id: 'expected',
      head: 'Share due',
      right: true,
      sort: (s) => s.shareExpected,
      cell: (s) => {
        const band = dueBand(s, pool)
        return (
          <>
            <Figure value={s.shareExpected} because="the algorithm promises no shares" unit="ratio" />
            {band && (
              <span className="ml-1 text-[0.85em] text-dim tabular max-lg:hidden" title="What chance alone makes of it in a minute">
                ± {text(band.high - (s.shareExpected ?? 0), 'ratio')}
              </span>
            )}
          </>
        )
      },
      from: 'sm',
    },
    {
      id: 'seen',
      head: 'Share seen',
      right: true,
      sort: (s) => s.shareSeen,
      cell: (s) => <Figure value={s.shareSeen} unit="ratio" tone={!turned && isHeavy(s, pool) ? 'warning' : undefined} />,
    },
    {
      id: 'requests',
      head: 'Requests',
      right: true,
      sort: (s) => s.requestsPerSecond,
      cell: (s) => <Figure value={s.requestsPerSecond} unit="perSecond" />,
      from: 'md',
    },
    {
      id: 'response',
      head: 'Mean response',
      right: true,
      sort: (s) => s.responseSeconds,
      cell: (s) => {
        const times = againstOthers(s, pool)
        return (
          <Figure
            value={s.responseSeconds}
            unit="seconds"
            tone={times !== null && times >= 3 ? 'critical' : times !== null && times >= 2 ? 'warning' : undefined}
          />
        )
      },
    },
    {
      id: 'errors',
      head: 'Errors',
      right: true,
      sort: (s) => s.errorRatio,
      cell: (s) => (
        <Figure
          value={s.errorRatio}
          unit="ratio"
          tone={s.errorRatio && s.errorRatio > 0.05 ? 'critical' : s.errorRatio && s.errorRatio > 0.01 ? 'warning' : undefined}
        />
      ),
    },
    {
      id: 'sessions',
      head: 'Sessions',
      right: true,
      sort: (s) => s.sessions,
      cell: (s) => <Figure value={s.sessions} unit="count" />,
      from: 'lg',
    },
    {
      id: 'queue',
      head: 'Queue',
      right: true,
      sort: (s) => s.queue,
      cell: (s) => <Figure value={s.queue} unit="count" tone={s.queue ? 'warning' : undefined} />,
      from: 'lg',
    },
    {
      id: 'address',
      head: 'Address',
      grow: true,
      cell: (s) => <span className="font-mono text-dim text-xs">{safe(s.address, 60)}</span>,
      from: 'xl',
    },
  ]
}
