import type { Annotation } from '@/components/charts/chart.ts'
import { LineChart } from '@/components/charts/LineChart.tsx'
import { Section } from '@/components/ui/page.tsx'
import { text } from '@/lib/format/format.ts'
import type { RunReport } from '@/lib/model/answers/run.ts'

/** The load over the run and the time before it, and the figures that left their range first. */
export function LoadCharts({ run }: { run: RunReport }) {
  const bounds = { from: Date.parse(run.before.from), to: Date.parse(run.until) }
  if (run.load.length === 0 && run.left.length === 0) return null
  const marks: Annotation[] = [
    { at: Date.parse(run.from), label: 'begins', external: true },
    ...(run.to === null ? [] : [{ at: Date.parse(run.to), label: 'ends', external: true }]),
    ...run.began.slice(0, 1).map(({ since }) => ({ at: Date.parse(since), label: 'first finding' })),
  ]
  const [first, second] = run.left
  const course = run.results.find(({ course }) => course.length > 0)?.course
  const sent = course?.map(({ at, perSecond }): [number, number | null] => [Date.parse(at), perSecond])
  return (
    <Section title="Under load">
      <div className="grid gap-x-8 gap-y-4 lg:grid-cols-2">
        <LineChart
          title="Requests a second"
          unit="perSecond"
          series={[...run.load, ...(sent ? [{ name: 'sent by the load generator', points: sent, dashed: true }] : [])]}
          {...bounds}
          annotations={marks}
          group="run"
        />
        {[first, second].map(
          (left) =>
            left && (
              <LineChart
                key={`${left.metric} ${left.name}`}
                title={`${left.name}: ${left.words}`}
                unit={left.unit}
                series={[{ name: left.name, points: left.points }]}
                {...bounds}
                threshold={{ value: left.limit, label: `its earlier range ends at ${text(left.limit, left.unit)}` }}
                annotations={[...marks, { at: Date.parse(left.at), label: 'gives way' }]}
                group="run"
              />
            ),
        )}
      </div>
    </Section>
  )
}
