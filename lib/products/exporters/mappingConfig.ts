import { z } from 'zod'

const metric = z.string().regex(/^[a-zA-Z_:][a-zA-Z0-9_:]*$/, 'a metric name')
const label = z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'a label name')

/** A row of one's own beside the table of mapping.ts: the series `from` counts as the canonical `to`. */
const mapping = z.strictObject({
  from: metric.describe("The exporter's metric"),
  to: metric.describe('The metric of Evenkeel that it counts as'),
  where: z.record(label, z.string()).optional().describe('Only series with these labels'),
  labels: z.record(label, label).optional().describe("Evenkeel's label to the label of the series: `{ pool: upstream, server: backend }`"),
  per: z
    .number()
    .int()
    .min(1)
    .max(3_600)
    .optional()
    .describe('Seconds of which each value tells the sum, where the series is no counter: `60` for a sum of each minute'),
  scale: z.number().positive().optional().describe('Factor of each value: 0.001 for milliseconds as seconds'),
})

/** Rows of one's own in a target's configuration. */
export const mappings = z
  .array(mapping)
  .default([])
  .describe("Rows of your own beside the table of known exporters: which series counts as which of Evenkeel's")
/** What a cloud's exporters do not say of themselves. */
export const period = z
  .number()
  .int()
  .min(1)
  .max(3_600)
  .optional()
  .describe('Seconds of which yet-another-cloudwatch-exporter tells sums: `period` in its own configuration. No series says it')
export type Mapping = z.infer<typeof mapping>
