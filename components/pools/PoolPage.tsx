'use client'
import { BalanceStrip } from '@/components/charts/BalanceStrip.tsx'
import { Here } from '@/components/findings/Here.tsx'
import { Ago } from '@/components/frame/Ago.tsx'
import { path } from '@/components/frame/api.ts'
import { Go, linkLook } from '@/components/frame/Go.tsx'
import { useApi } from '@/components/frame/useApi.ts'
import { quotientPoints } from '@/components/series/ratio.ts'
import { SeriesChart } from '@/components/series/SeriesChart.tsx'
import { Badge } from '@/components/ui/badge.tsx'
import { Code } from '@/components/ui/code.tsx'
import { PageHead, Section } from '@/components/ui/page.tsx'
import { Readings } from '@/components/ui/readings.tsx'
import { Table } from '@/components/ui/table.tsx'
import { safe } from '@/lib/format/format.ts'
import { labAddress } from '@/lib/lab/address.ts'
import type { PoolView } from '@/lib/model/answers/pool.ts'
import { serverColumns } from './serverColumns.tsx'
import { useLastChange } from './useLastChange.ts'
import { poolParts } from './words.ts'

/** One pool: its strip, what is wrong here and what would mend it, its servers, and how they behave over time. */
export function PoolPage({ target, name, initialData }: { target: string; name: string; initialData: PoolView }) {
  const { data: pool = initialData } = useApi<PoolView>(['pools', target, name], path`pools/${target}/${name}`, {
    initialData,
    everyMs: 2_000,
  })
  const where = { target, pool: name }
  const changedAt = useLastChange(where)
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
        {changedAt !== null && (
          <p className="text-dim text-xs">
            Set anew <Ago at={new Date(changedAt).toISOString()} />: the shares seen are those of the last minute, so some of them are from
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
              <Go href={labAddress({ target, pool: name })} className={`${linkLook} ml-1`}>
                What would other weights move?
              </Go>
            )}
          </p>
        )}
      </div>
      {pool.unknown && (
        <div className="px-4 py-2 text-sm">
          <p>Not understood of this pool; no share, ring or advice rests on it:</p>
          <ul className="list-disc pl-5 text-dim">
            {pool.unknown.map((text) => (
              <li key={text}>{safe(text, 300)}</li>
            ))}
          </ul>
        </div>
      )}
      {pool.tunable && (
        <details className="px-4 py-2 text-sm">
          <summary className="w-fit cursor-pointer text-dim hover:text-text">What would let its weights be set at run time</summary>
          <p className="py-1 text-dim">In haproxy.cfg. {pool.tunable.moves}</p>
          <Code text={pool.tunable.lines} label="Lines of haproxy.cfg" />
        </details>
      )}
      <Here about={where} />
      <Section flush title="Servers">
        {pool.serversBecause && <p className="px-4 pb-1 text-dim text-xs">There may be others: {safe(pool.serversBecause, 300)}.</p>}
        <Table
          label="Servers"
          main
          hold
          sticky={false}
          columns={serverColumns(pool, changedAt !== null)}
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
