'use client'
import { SeriesChart } from '@/components/series/SeriesChart.tsx'
import { Figure } from '@/components/ui/figure.tsx'
import { capital, labelsText, safe, text } from '@/lib/format/format.ts'
import { metricOf } from '@/lib/metrics/registry.ts'
import { chartThreshold } from '@/lib/metrics/threshold.ts'
import type { Evidence } from '@/lib/model/finding.ts'
import type { Labels } from '@/lib/model/series.ts'

/** The most charts of a finding: each costs a query and a redraw a second. */
const CHARTS = 2

/** Every number of a finding beside what it is held against, and the metrics' own history under them. */
export function EvidenceList({ evidence }: { evidence: Evidence[] }) {
  const charted = evidence.filter((one, at) => evidence.findIndex((other) => sameSeries(one, other)) === at).slice(0, CHARTS)
  return (
    <div className="flex flex-col gap-4">
      <ul className="divide-y divide-line rounded border border-line">
        {evidence.map((one, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: evidence is an ordered list without names
          <li key={index} className="flex flex-wrap items-baseline gap-x-4 gap-y-0.5 px-3 py-2 text-sm">
            <span className="min-w-0 flex-1 basis-56 [overflow-wrap:anywhere]">{safe(one.label, 200)}</span>
            <Figure value={one.value} unit={one.unit} low={one.low} high={one.high} className="font-medium" />
            {one.baseline !== undefined && (
              <span className="text-dim">
                against <Figure value={one.baseline} unit={one.unit} />
              </span>
            )}
            {one.threshold !== undefined && (
              <span className="text-dim">
                threshold <Figure value={one.threshold} unit={one.unit} />
              </span>
            )}
            <span className="w-full text-dim text-xs">
              <code className="font-mono">{one.metric}</code> of {labelsText(one.where)}
              {one.method ? `, ${one.method}` : ''}
            </span>
          </li>
        ))}
      </ul>
      {charted.map((one) => (
        <SeriesChart
          key={`${one.metric} ${labelsText(one.where)}`}
          title={capital(safe(one.label, 100))}
          name={nameOf}
          ask={one.metric}
          where={withoutServer(one)}
          unit={metricOf(one.metric).unit === one.unit ? one.unit : undefined}
          threshold={lineOf(one)}
          height={160}
        />
      ))}
    </div>
  )
}

function lineOf(one: Evidence) {
  const value = chartThreshold(one)
  return value === undefined ? undefined : { value, label: `threshold ${text(value, one.unit)}` }
}

/** The series that the finding is about; one without a name of its own is that of all. */
const nameOf = ({ server, node, key, pool, ring, target }: Labels, metric: string) =>
  server ??
  node ??
  key ??
  (pool !== undefined ? 'the whole pool' : ring !== undefined ? 'the whole ring' : (target ?? metricOf(metric).words))

const sameSeries = (a: Evidence, b: Evidence) =>
  a.metric === b.metric && JSON.stringify(withoutServer(a)) === JSON.stringify(withoutServer(b))

/** A server is drawn among its neighbours: that it differs from them is the finding. */
function withoutServer({ where }: Evidence): Evidence['where'] {
  const { server: _, ...rest } = where
  return rest
}
