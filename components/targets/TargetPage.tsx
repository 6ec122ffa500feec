'use client'
import { parseAsString, useQueryState } from 'nuqs'
import { Here } from '@/components/findings/Here.tsx'
import { Ago } from '@/components/frame/Ago.tsx'
import { path, sayError } from '@/components/frame/api.ts'
import { useApi } from '@/components/frame/useApi.ts'
import { usePages } from '@/components/frame/usePages.ts'
import { useRange } from '@/components/frame/useRange.ts'
import { ratioPoints } from '@/components/series/ratio.ts'
import { SeriesChart } from '@/components/series/SeriesChart.tsx'
import { useSeries } from '@/components/series/useSeries.ts'
import { Badge } from '@/components/ui/badge.tsx'
import { Code } from '@/components/ui/code.tsx'
import { Empty, Failure, Skeleton } from '@/components/ui/empty.tsx'
import { Figure } from '@/components/ui/figure.tsx'
import { More } from '@/components/ui/more.tsx'
import { PageHead, Section } from '@/components/ui/page.tsx'
import { Readings } from '@/components/ui/readings.tsx'
import { Status, type Tone } from '@/components/ui/status.tsx'
import { type Column, Table } from '@/components/ui/table.tsx'
import { Tabs } from '@/components/ui/tabs.tsx'
import { duration, safe } from '@/lib/format/format.ts'
import type { Page, PoolView, SeriesView, SlowView, TargetView } from '@/lib/model/views.ts'
import { type CommandRow, commandRows } from './commands.ts'
import { Took } from './Took.tsx'
import { figureBecause, figureValue, isCache, TARGET_TONE } from './words.ts'

/** One target: what it does over time, what it answers slowly, how it is set, what can be read on it and at what cost. */
export function TargetPage({ name, initialData }: { name: string; initialData: TargetView }) {
  const [tab, setTab] = useQueryState('tab', parseAsString.withDefault('charts').withOptions({ scroll: false }))
  const { data: target = initialData } = useApi<TargetView>(['targets', name], path`targets/${name}`, { initialData, everyMs: 2_000 })
  const cache = isCache(target)
  const redis = target.kind === 'redis'
  return (
    <>
      <PageHead
        title={safe(target.name, 120)}
        lead={
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <Status tone={TARGET_TONE[target.state]}>{target.state}</Status>
            <span>
              {target.title}
              {target.version ? ` ${safe(target.version, 40)}` : ''}
            </span>
            {target.role && <Badge title={target.role === 'cache' ? 'Full on purpose' : 'Must never evict'}>{target.role}</Badge>}
            <span className="font-mono text-xs">{safe(target.address, 100)}</span>
            <span>
              answered <Ago at={target.lastPollAt} /> in <Took ms={target.pollMs} />
            </span>
          </span>
        }
      >
        {target.figures && (
          <Readings
            readings={(
              [
                ['Hit ratio', target.figures.hitRatio, 'ratio'],
                ['Reads', target.figures.readsPerSecond, 'perSecond'],
                ['Evictions', target.figures.evictionsPerSecond, 'perSecond'],
                ['Memory', target.figures.memoryUsed, 'bytes'],
              ] as const
            ).map(([label, figure, unit]) => ({ label, value: figureValue(figure), because: figureBecause(figure), unit }))}
          />
        )}
      </PageHead>
      {target.state !== 'up' && (
        <Failure
          tried={
            target.state === 'down' ? `${safe(target.name, 60)} does not answer.` : `Nothing is known of ${safe(target.name, 60)} yet.`
          }
          answer={target.error ? safe(target.error, 400) : 'It has not been asked yet.'}
          todo={
            target.failures > 0 && (
              <>
                {target.failures} tries in a row failed{target.nextPollAt ? '; the next follows by itself' : ''}. Charts keep the gap.
              </>
            )
          }
        />
      )}
      <Here about={{ target: target.name }} />
      <Tabs
        label="Parts of the target"
        value={tab}
        onChange={(id) => void setTab(id === 'charts' ? null : id)}
        tabs={[
          { id: 'charts', label: 'Charts', content: <Charts target={target} cache={cache} /> },
          ...(redis || cache ? [{ id: 'commands', label: 'Commands', content: <Commands target={target} /> }] : []),
          ...(redis ? [{ id: 'slow', label: 'Slow log', content: <Slow target={target} /> }] : []),
          ...(redis ? [{ id: 'latency', label: 'Latency', content: <Latency target={target} /> }] : []),
          { id: 'config', label: 'Config', content: <FactsTable target={target} /> },
          { id: 'probes', label: 'Probes', content: <Probes target={target} /> },
          { id: 'capabilities', label: 'Capabilities', content: <Capabilities target={target} /> },
          { id: 'raw', label: 'Raw answer', content: <Raw target={target} /> },
        ]}
      />
    </>
  )
}

const grid = 'grid gap-x-6 gap-y-5 px-4 py-4 lg:grid-cols-2'

function Charts({ target, cache }: { target: TargetView; cache: boolean }) {
  const where = { target: target.name }
  if (cache)
    return (
      <div className={grid}>
        <SeriesChart
          title="Hit ratio"
          unit="ratio"
          where={where}
          ask={[{ metric: 'cache_hits_total' }, { metric: 'cache_misses_total' }]}
          derive={([hits, misses]) => [{ name: target.name, points: ratioPoints(plain(hits)?.points, plain(misses)?.points) }]}
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
      </div>
    )
  return <PoolCharts target={target} />
}

/** The row without a cache or pattern label: the whole server's. */
const plain = (series: SeriesView[] | undefined) => series?.find((one) => !one.labels.cache && !one.labels.pattern)

function PoolCharts({ target }: { target: TargetView }) {
  const { items, known } = usePages<PoolView>(['pools', target.name], 'pools', { query: { target: target.name }, all: true })
  const pools = items.filter((pool) => pool.target === target.name)
  if (known && pools.length === 0) return <AnySeries target={target} />
  return (
    <div className={grid}>
      {pools.map((pool) => {
        const where = { target: target.name, pool: pool.name }
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
    </div>
  )
}

/** A product without a notion of caches or pools: whatever series it has, by name. */
function AnySeries({ target }: { target: TargetView }) {
  const { data, error } = useApi<{ items: { metric: string; labels: Record<string, string>[] }[] }>(['metrics'], 'metrics', {
    everyMs: 30_000,
  })
  if (error) return <Failure tried="The list of series could not be read." answer={sayError(error)} />
  const metrics = (data?.items ?? []).filter((one) => one.labels.some((labels) => labels.target === target.name)).slice(0, 16)
  if (data && metrics.length === 0) return <Empty title="Nothing has been measured here yet">Charts follow with the first answers.</Empty>
  return (
    <div className={grid}>
      {metrics.map((one) => (
        <SeriesChart key={one.metric} title={one.metric} ask={one.metric} where={{ target: target.name }} height={140} />
      ))}
    </div>
  )
}

const COMMANDS: Column<CommandRow>[] = [
  {
    id: 'command',
    head: 'Command',
    sort: (r) => r.command,
    cell: (r) => <span className="font-mono">{safe(r.command, 60)}</span>,
    grow: true,
  },
  { id: 'rate', head: 'Calls', right: true, sort: (r) => r.perSecond, cell: (r) => <Figure value={r.perSecond} unit="perSecond" /> },
  {
    id: 'share',
    head: 'Of all calls',
    right: true,
    sort: (r) => r.share,
    cell: (r) => <Figure value={r.share} unit="ratio" />,
    from: 'sm',
  },
  { id: 'mean', head: 'Mean time', right: true, sort: (r) => r.meanSeconds, cell: (r) => <Figure value={r.meanSeconds} unit="seconds" /> },
  {
    id: 'busy',
    head: "Of the server's time",
    right: true,
    sort: (r) => r.busyShare,
    cell: (r) => <Figure value={r.busyShare} unit="ratio" />,
  },
]

function Commands({ target }: { target: TargetView }) {
  const { range } = useRange()
  const where = { target: target.name }
  const { series, pending, error } = useSeries(
    [
      { metric: 'cache_commands_total', where, rate: true },
      { metric: 'cache_command_seconds_total', where, rate: true },
    ],
    range,
  )
  const rows = commandRows(series[0] ?? [], series[1] ?? [])
  if (error && rows.length === 0) return <Failure tried="The commands could not be read." answer={sayError(error)} />
  return (
    <Table
      label="Commands"
      main
      sticky={false}
      columns={COMMANDS}
      rows={rows}
      rowKey={(r) => r.command}
      initialOrder={{ by: 'busy', down: true }}
      empty={
        pending ? (
          <Loading />
        ) : (
          <Empty title="No commands counted">
            The server does not tell its commands apart, or nothing has been called in this stretch of time.
          </Empty>
        )
      }
    />
  )
}

const SLOW: Column<SlowView>[] = [
  { id: 'at', head: 'When', sort: (r) => r.at, cell: (r) => <Ago at={r.at} className="text-dim" /> },
  { id: 'took', head: 'Took', right: true, sort: (r) => r.durationUs, cell: (r) => <Figure value={r.durationUs / 1e6} unit="seconds" /> },
  { id: 'command', head: 'Command', grow: true, cell: (r) => <span className="font-mono text-xs">{safe(r.command.join(' '), 300)}</span> },
  {
    id: 'client',
    head: 'Client',
    cell: (r) => <span className="font-mono text-dim text-xs">{safe(r.clientName || r.client || '', 60)}</span>,
    from: 'md',
  },
]

function Slow({ target }: { target: TargetView }) {
  const list = usePages<SlowView>(['slow', target.name], 'slowlog', { query: { target: target.name }, everyMs: 5_000 })
  const { error } = list
  if (error && !list.known) return <Failure tried="The slow log could not be read." answer={sayError(error)} />
  if (!list.known) return <Loading />
  return (
    <>
      <Table
        label="Slow log"
        main
        sticky={false}
        columns={SLOW}
        rows={list.items}
        rowKey={(r) => r.id}
        initialOrder={{ by: 'at', down: true }}
        empty={
          <Empty title="Nothing slow">
            Commands slower than the server's own slowlog-log-slower-than stand here, with their arguments cut and escaped.
          </Empty>
        }
      />
      <More list={list} />
    </>
  )
}

type LatencyView = { event: string; at: string; latestMs: number; maxMs: number; id: string }
const LATENCY: Column<LatencyView>[] = [
  { id: 'event', head: 'Event', grow: true, cell: (r) => <span className="font-mono">{safe(r.event, 60)}</span> },
  { id: 'at', head: 'Last seen', right: true, cell: (r) => <Ago at={r.at} className="text-dim" /> },
  { id: 'latest', head: 'Latest', right: true, cell: (r) => <Figure value={r.latestMs / 1_000} unit="seconds" /> },
  { id: 'max', head: 'Greatest', right: true, cell: (r) => <Figure value={r.maxMs / 1_000} unit="seconds" /> },
]
function Latency({ target }: { target: TargetView }) {
  const { data, error } = useApi<Page<LatencyView>>(['latency', target.name], path`targets/${target.name}/latency`, { everyMs: 5_000 })
  if (error && !data) return <Failure tried="The latency events could not be read." answer={sayError(error)} />
  if (!data) return <Loading />
  return (
    <Table
      label="Latency events"
      sticky={false}
      columns={LATENCY}
      rows={data.items}
      rowKey={(r) => r.id}
      empty={
        <Empty title="No latency event">
          The server's latency monitor has recorded nothing, or latency-monitor-threshold is 0, its default: then it records nothing.
        </Empty>
      }
    />
  )
}

type FactView = { id: string; value: string; at: string }
const FACTS: Column<FactView>[] = [
  { id: 'name', head: 'Name', sort: (r) => r.id, cell: (r) => <span className="font-mono text-xs">{safe(r.id, 80)}</span> },
  { id: 'value', head: 'Value', grow: true, cell: (r) => <span className="font-mono text-xs">{safe(r.value, 300)}</span> },
  { id: 'at', head: 'Read', right: true, cell: (r) => <Ago at={r.at} className="text-dim" />, from: 'sm' },
]
function FactsTable({ target }: { target: TargetView }) {
  const { data, error } = useApi<Page<FactView>>(['facts', target.name], path`targets/${target.name}/facts`, { everyMs: 10_000 })
  if (error && !data) return <Failure tried="The configuration values could not be read." answer={sayError(error)} />
  if (!data) return <Loading />
  return (
    <Table
      label="Configuration as the server tells it"
      sticky={false}
      columns={FACTS}
      rows={data.items}
      rowKey={(r) => r.id}
      initialOrder={{ by: 'name', down: false }}
      empty={<Empty title="Nothing is known of its configuration">The server does not tell, or may not: see Capabilities.</Empty>}
    />
  )
}

type Probe = TargetView['probes'][number]
const PROBE_TONE: Record<Probe['state'], Tone> = { ok: 'ok', gap: 'warning', resting: 'off', unavailable: 'info', waiting: 'off' }
const PROBES: Column<Probe>[] = [
  { id: 'feature', head: 'Reads', sort: (r) => r.feature, cell: (r) => <span className="font-medium">{r.feature}</span> },
  { id: 'state', head: 'State', cell: (r) => <Status tone={PROBE_TONE[r.state]}>{r.state}</Status> },
  { id: 'every', head: 'Every', right: true, sort: (r) => r.everyMs, cell: (r) => duration(r.everyMs) },
  {
    id: 'took',
    head: 'Took',
    right: true,
    sort: (r) => r.lastMs,
    cell: (r) => <Took ms={r.lastMs} />,
  },
  { id: 'last', head: 'Last', right: true, cell: (r) => <Ago at={r.lastAt} className="text-dim" />, from: 'sm' },
  {
    id: 'cost',
    head: 'What it costs the server',
    grow: true,
    cell: (r) => <span className="text-dim">{r.because ? safe(r.because, 200) : r.cost}</span>,
    from: 'md',
  },
]
const Probes = ({ target }: { target: TargetView }) => (
  <Table
    label="Probes"
    sticky={false}
    columns={PROBES}
    rows={target.probes}
    rowKey={(r) => r.id}
    empty={<Empty title="No probe has been started yet" />}
  />
)

const CAPABILITIES: Column<TargetView['capabilities'][number]>[] = [
  { id: 'feature', head: 'Feature', cell: (r) => <span className="font-medium">{safe(r.feature, 60)}</span> },
  {
    id: 'available',
    head: 'Here',
    cell: (r) => <Status tone={r.available ? 'ok' : 'info'}>{r.available ? 'available' : 'not available'}</Status>,
  },
  { id: 'because', head: 'Because', grow: true, cell: (r) => <span className="text-dim">{r.because ? safe(r.because, 300) : ''}</span> },
]
const Capabilities = ({ target }: { target: TargetView }) => (
  <Table
    label="Capabilities"
    sticky={false}
    columns={CAPABILITIES}
    rows={target.capabilities}
    rowKey={(r) => r.feature}
    empty={<Empty title="Not probed yet">What can be read and written here is tried once the target answers; nothing is assumed.</Empty>}
  />
)

type RawView = { id: string; at: string; text: string }
function Raw({ target }: { target: TargetView }) {
  const { data, error } = useApi<Page<RawView>>(['raw', target.name], path`targets/${target.name}/raw`, { everyMs: 5_000 })
  if (error && !data) return <Failure tried="The raw answers could not be read." answer={sayError(error)} />
  if (!data) return <Loading />
  if (data.items.length === 0)
    return <Empty title="No answer is kept yet">The newest answer of each probe, as it came, cut to 64 KiB.</Empty>
  return (
    <>
      {[...data.items]
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .map((raw) => (
          <Section key={raw.id} title={<span className="font-mono">{raw.id}</span>} note={<Ago at={raw.at} />}>
            <Code text={raw.text} label={`Raw answer of ${raw.id}`} />
          </Section>
        ))}
    </>
  )
}

const Loading = () => (
  <div className="p-4">
    <Skeleton className="h-40 w-full" />
  </div>
)
