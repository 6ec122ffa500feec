import { z } from 'zod'
import { metricsAnswer, seriesAnswer } from '../../model/answers/series.ts'
import { flag, step, time } from '../http/inputs.ts'
import { listed } from '../http/listed.ts'
import { operation } from '../http/operation.ts'
import { listMetrics, querySeries } from './series.ts'

const seriesQuery = z.object({
  metric: z.string().min(1).max(300),
  from: time.optional(),
  to: time.optional(),
  step: step.optional(),
  rate: flag.optional(),
})
const NOT_LABELS = new Set(Object.keys(seriesQuery.shape))
const tag = 'Observing'

export const seriesOperations = [
  operation({
    method: 'GET',
    path: 'series',
    role: 'viewer',
    summary: "One metric's history; any other query parameter is a label that must match",
    tag,
    query: seriesQuery.loose(),
    answer: seriesAnswer,
    run: ({ runtime, query, search }) => {
      const labels = Object.fromEntries([...search].filter(([label]) => !NOT_LABELS.has(label)))
      const { metric, from, to, step: stepMs, rate } = query as z.output<typeof seriesQuery>
      return listed('series', querySeries(runtime, { metric, labels, from, to, stepMs, rate }))
    },
  }),
  operation({
    method: 'GET',
    path: 'metrics',
    role: 'viewer',
    summary: 'Metrics that have samples, with their labels',
    tag,
    answer: metricsAnswer,
    run: ({ runtime }) => listMetrics(runtime),
  }),
]
