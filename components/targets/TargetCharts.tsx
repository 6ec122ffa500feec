'use client'
import { memo } from 'react'
import { errorText } from '@/components/frame/api.ts'
import { useApi } from '@/components/frame/useApi.ts'
import { usePages } from '@/components/frame/usePages.ts'
import { ratioPoints } from '@/components/series/ratio.ts'
import { SeriesChart } from '@/components/series/SeriesChart.tsx'
import { Empty, Failure } from '@/components/ui/empty.tsx'
import { capital, safe } from '@/lib/format/format.ts'
import { managedMetrics } from '@/lib/metrics/managed.ts'
import { metricOf } from '@/lib/metrics/registry.ts'
import type { PoolView } from '@/lib/model/answers/pool.ts'
import type { SeriesView } from '@/lib/model/answers/series.ts'

const grid = 'grid gap-x-6 gap-y-5 px-4 py-4 lg:grid-cols-2'

/** What a target does over time: a cache its own figures, a balancer its pools, anything else whatever series it has. */
export const TargetCharts = memo(function TargetCharts({ target, cache }: { target: string; cache: boolean }) {
  const where = { target }
  if (cache)
    return (
      <div className={grid}>
        <SeriesChart
          title="Hit ratio"
          unit="ratio"
          where={where}
          ask={[{ metric: 'cache_hits_total' }, { metric: 'cache_misses_total' }]}
          derive={([hits, misses]) => [{ name: target, points: ratioPoints(plain(hits)?.points, plain(misses)?.points) }]}
        />
        <SeriesChart
          title="Reads"
          unit="perSecond"
          where={where}
          ask={[{ metric: 'cache_hits_total' }, { metric: 'cache_misses_total' }]}
          derive={([hits, misses]) => [
            { name: 'hits', points: plain(hits)?.points ?? [] },
            { name: 'misses', points: plain(misses)?.points ?? [], colour: 'var(--series-2)' },
          ]}
        />
        <SeriesChart
          title="Memory"
          unit="bytes"
          where={where}
          ask={[{ metric: 'cache_memory_used_bytes' }, { metric: 'cache_memory_max_bytes' }]}
          derive={([used, max]) => [
            { name: 'used', points: used?.[0]?.points ?? [] },
            ...(max?.[0]?.points.some(([, value]) => value)
              ? [{ name: 'maximum', points: max[0].points, dashed: true, colour: 'var(--dim)' }]
              : []),
          ]}
        />
        <SeriesChart
          title="Keys that leave"
          unit="perSecond"
          where={where}
          ask={[{ metric: 'cache_evictions_total' }, { metric: 'cache_expirations_total' }]}
          derive={([evicted, expired]) => [
            { name: 'evicted', points: evicted?.[0]?.points ?? [], colour: 'var(--series-2)' },
            { name: 'expired', points: expired?.[0]?.points ?? [], colour: 'var(--series-1)' },
          ]}
        />
        <SeriesChart
          title="Commands, the busiest"
          ask="cache_commands_total"
          where={where}
          name={(labels) => labels.command ?? 'all'}
          most={6}
        />
        <SeriesChart title="Connections" ask="cache_connections" where={where} name={() => 'connected'} unit="count" />
        <SeriesChart title="Items" ask="cache_items" where={where} name={() => 'items'} unit="count" />
        <SeriesChart title="Writes" ask="cache_writes_total" where={where} name={() => 'writes'} />
        <OwnSeries target={target} />
      </div>
    )
  return <PoolCharts target={target} />
})

/** The row without a cache or pattern label: the whole server's. */
const plain = (series: SeriesView[] | undefined) => series?.find((one) => !one.labels.cache && !one.labels.pattern)

function PoolCharts({ target }: { target: string }) {
  const { items, known } = usePages<PoolView>(['pools', target], 'pools', { query: { target }, all: true })
  const pools = items.filter((pool) => pool.target === target)
  if (known && pools.length === 0) return <AnySeries target={target} />
  return (
    <div className={grid}>
      {pools.map((pool) => {
        const where = { target, pool: pool.name }
        return (
          <div key={pool.name} className="contents">
            <SeriesChart
              title={`${safe(pool.name, 60)}: mean response`}
              ask="pool_response_seconds"
              where={where}
              keep={(labels) => Boolean(labels.server)}
              name={(labels) => labels.server ?? ''}
            />
            <SeriesChart
              title={`${safe(pool.name, 60)}: requests`}
              ask="pool_requests_total"
              where={where}
              keep={(labels) => Boolean(labels.server)}
              name={(labels) => labels.server ?? ''}
            />
          </div>
        )
      })}
      <OwnSeries target={target} />
    </div>
  )
}

/** What a managed service tells beside what all caches and pools tell. */
function OwnSeries({ target }: { target: string }) {
  const { metrics } = useMetricsOf(target)
  return <Charts target={target} metrics={metrics.filter((metric) => OWN.has(metric))} />
}
const OWN: ReadonlySet<string> = new Set(managedMetrics.map(({ name }) => name))

/** A product without a notion of caches or pools: whatever series it has, by its metric's words. */
function AnySeries({ target }: { target: string }) {
  const { metrics, known, error } = useMetricsOf(target)
  if (error) return <Failure tried="The list of series could not be read." answer={errorText(error)} />
  if (known && metrics.length === 0) return <Empty title="Nothing has been measured here yet">Charts follow with the first answers.</Empty>
  return (
    <div className={grid}>
      <Charts target={target} metrics={metrics.slice(0, 16)} />
    </div>
  )
}

const Charts = ({ target, metrics }: { target: string; metrics: readonly string[] }) =>
  metrics.map((metric) => <SeriesChart key={metric} title={capital(metricOf(metric).words)} ask={metric} where={{ target }} height={140} />)

function useMetricsOf(target: string) {
  const { data, error } = useApi<{ items: { metric: string; labels: Record<string, string>[] }[] }>(['metrics'], 'metrics', {
    everyMs: 30_000,
  })
  const own = (data?.items ?? []).filter((one) => one.labels.some((labels) => labels.target === target))
  return { metrics: own.map(({ metric }) => metric), known: data !== undefined, error }
}
