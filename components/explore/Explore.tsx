'use client'
import { parseAsString, useQueryStates } from 'nuqs'
import { useMemo } from 'react'
import { errorText } from '@/components/frame/api.ts'
import { useApi } from '@/components/frame/useApi.ts'
import { SeriesChart } from '@/components/series/SeriesChart.tsx'
import { Failure } from '@/components/ui/empty.tsx'
import { Field, Select } from '@/components/ui/field.tsx'
import { PageHead } from '@/components/ui/page.tsx'
import { Segmented } from '@/components/ui/segmented.tsx'
import { safe } from '@/lib/format/format.ts'
import { metricOf } from '@/lib/metrics/registry.ts'
import type { Labels } from '@/lib/model/series.ts'
import { MetricField, MetricList } from './metricChoice.tsx'
import { labelChoices, readWhere, writeWhere } from './where.ts'

export type Catalog = { items: { metric: string; labels: Labels[] }[] }

/** Any series by metric and labels; the whole question is the URL. */
export function Explore({ initialData }: { initialData: Catalog }) {
  const [question, ask] = useQueryStates(
    { metric: parseAsString.withDefault(''), where: parseAsString.withDefault(''), as: parseAsString.withDefault('rate') },
    { scroll: false },
  )
  const { data: catalog = initialData, error } = useApi<Catalog>(['metrics'], 'metrics', { initialData, everyMs: 30_000 })
  const metrics = useMemo(() => [...catalog.items].sort((a, b) => (a.metric < b.metric ? -1 : 1)), [catalog])
  const chosen = metrics.find((one) => one.metric === question.metric)
  const where = readWhere(question.where)
  const choices = labelChoices(chosen?.labels ?? [], where)
  const matching = chosen?.labels.filter((labels) => Object.entries(where).every(([name, value]) => labels[name] === value)).length ?? 0
  return (
    <>
      <PageHead
        title="Explore"
        lead={`${metrics.length} metrics, ${metrics.reduce((sum, one) => sum + one.labels.length, 0)} series in the last minutes`}
      />
      {error && metrics.length === 0 && <Failure tried="The list of metrics could not be read." answer={errorText(error)} />}
      <div className="flex flex-wrap items-end gap-3 px-4 pb-4">
        <MetricField metrics={metrics} value={question.metric} onChange={(metric) => void ask({ metric: metric || null, where: null })} />
        {Object.entries(choices).map(([name, values]) => (
          <Field key={name} label={name}>
            {(props) => (
              <Select
                {...props}
                value={where[name] ?? ''}
                onChange={(event) => void ask({ where: writeWhere({ ...where, [name]: event.target.value }) || null })}
                options={[{ value: '', label: `any of ${values.length}` }, ...values.map((value) => ({ value, label: safe(value, 40) }))]}
                className="max-w-52"
              />
            )}
          </Field>
        ))}
        {metricOf(question.metric).kind === 'counter' && (
          <div className="pb-5">
            <Segmented
              label="Counter as"
              value={question.as}
              onChange={(as) => void ask({ as })}
              options={[
                { value: 'rate', label: 'Per second' },
                { value: 'total', label: 'As counted' },
              ]}
            />
          </div>
        )}
      </div>
      {chosen ? (
        <div className="px-4">
          <SeriesChart
            key={`${question.metric}${question.where}${question.as}`}
            title={chosen.metric}
            note={`${matching} series`}
            ask={[{ metric: chosen.metric, where, rate: metricOf(chosen.metric).kind === 'counter' && question.as !== 'total' }]}
            where={where}
            unit={metricOf(chosen.metric).kind === 'counter' && question.as === 'total' ? 'count' : metricOf(chosen.metric).unit}
            height={360}
            most={8}
          />
        </div>
      ) : (
        <MetricList metrics={metrics} typed={question.metric} onPick={(metric) => void ask({ metric, where: null })} />
      )}
    </>
  )
}
