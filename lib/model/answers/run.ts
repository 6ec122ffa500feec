import { z } from 'zod'
import { figure, iso, labels, measured, noun, severity, unit } from './shape.ts'

const run = {
  id: z.string().meta({ description: 'Of its annotation' }),
  name: z.string(),
  tags: z.array(z.string()),
  by: z.string(),
  from: iso,
  to: iso.nullable().meta({ description: 'Null while nobody has told its end' }),
  until: iso.meta({ description: 'Up to where it is compared: its end, now, or a day after its beginning' }),
  state: z.enum(['planned', 'running', 'ended', 'forgotten']).meta({ description: '`forgotten`: a day has passed without an end' }),
  tools: z.array(z.string()).meta({ description: 'Load generators whose result is attached' }),
}
export const runListed = noun('LoadTest', 'An annotation with the tag `load-test`', run)
export type RunListed = z.infer<typeof runListed>

const loadFigures = {
  requests: z.number(),
  failures: measured,
  perSecond: measured,
  times: z
    .object({ mean: measured, p50: measured, p90: measured, p95: measured, p99: measured, max: measured })
    .meta({ description: 'Seconds; null where the tool does not tell' }),
}
export const loadResultAnswer = noun('LoadResult', 'What a load generator says of its run', {
  tool: z.enum(['k6', 'locust', 'gatling']),
  format: z.string().meta({ description: "Which of the tool's outputs it was read from" }),
  counts: z.enum(['requests', 'iterations']),
  from: iso.nullable(),
  to: iso.nullable(),
  seconds: measured,
  usersMax: measured,
  all: z.object(loadFigures),
  checks: z.object({ passes: z.number(), fails: z.number() }).nullable(),
  thresholds: z.array(z.object({ metric: z.string(), expression: z.string(), passed: z.boolean() })),
  parts: z.array(z.object({ name: z.string(), ...loadFigures })).meta({ description: 'The most called names' }),
  course: z
    .array(z.object({ at: iso, users: measured, perSecond: measured, failuresPerSecond: measured, p95: measured }))
    .meta({ description: 'Where the output has one' }),
  attachedAt: iso,
  by: z.string(),
})
export type LoadResultView = z.infer<typeof loadResultAnswer>

const comparedFigure = z.object({
  metric: z.string(),
  words: z.string(),
  unit,
  before: figure,
  during: figure,
  moved: z.enum(['worse', 'better', 'higher', 'lower', 'same', 'unjudged']).meta({
    description:
      '`same`: two stretches of the time before differ as much, or the difference does not matter; `higher`, `lower`: of load itself',
  }),
})
const comparedThing = z.object({
  kind: z.enum(['pool', 'ring', 'cache']),
  name: z.string(),
  where: labels,
  figures: z.array(comparedFigure),
})

const began = z.object({
  id: z.string(),
  rule: z.string(),
  severity,
  summary: z.string(),
  since: iso,
  afterMs: z.number().meta({ description: 'After the beginning of the run' }),
  incident: z
    .object({ id: z.string(), title: z.string(), cause: z.string() })
    .nullable()
    .meta({ description: 'The incident that it belongs to, and its first cause' }),
})
const left = z.object({
  metric: z.string(),
  words: z.string(),
  unit,
  name: z.string(),
  where: labels,
  at: iso,
  afterMs: z.number(),
  value: z.number(),
  limit: z.number().meta({ description: 'Where its earlier range, made wider by half of itself, ends' }),
  range: z.object({ low: z.number(), high: z.number() }),
  load: z
    .array(z.object({ words: z.string(), value: z.number(), unit }))
    .meta({ description: 'The load at that moment, as far as it is known' }),
  points: z.array(z.tuple([z.number(), z.number().nullable()])).meta({ description: 'Its course from before the run: epoch ms and value' }),
})

export const runAnswer = noun('LoadTestReport', 'A load test beside the time before it', {
  ...run,
  before: z.object({ from: iso, to: iso }).meta({ description: 'As long as the run, right before it' }),
  first: z.object({
    is: z
      .enum(['finding', 'figure', 'nothing', 'unjudged'])
      .meta({ description: 'What gave way first: the first of `began`, else the first of `left`' }),
    text: z.string(),
  }),
  began: z.array(began).meta({ description: 'Findings that began in the run, the first first' }),
  left: z.array(left).meta({ description: 'Figures that left their earlier range, the first first' }),
  things: z.array(comparedThing),
  load: z
    .array(z.object({ name: z.string(), points: z.array(z.tuple([z.number(), z.number().nullable()])) }))
    .meta({ description: 'Requests a second of each pool, from before the run; of a fleet without pools, reads a second of its caches' }),
  results: z.array(loadResultAnswer),
})
export type RunReport = z.infer<typeof runAnswer>
