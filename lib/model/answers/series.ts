import { z } from 'zod'
import { labels, page } from './shape.ts'

/** Points are shared with the store, which nobody may change: their type says so. */
const point = z
  .tuple([z.number(), z.number().nullable()])
  .readonly()
  .meta({ override: ({ jsonSchema }) => void delete jsonSchema.readOnly })

const history = z.object({
  metric: z.string(),
  labels,
  points: z.array(point).meta({ description: '[epoch ms, value]; a gap is null or no point' }),
})
export type SeriesView = z.infer<typeof history>
export const seriesAnswer = z.object({ series: z.array(history) })

const metricAnswer = z.object({ metric: z.string(), labels: z.array(labels) })
export const metricsAnswer = page(metricAnswer)
export type MetricsView = z.infer<typeof metricsAnswer>
