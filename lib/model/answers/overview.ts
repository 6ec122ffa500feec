import { z } from 'zod'
import { changeAnswer } from './change.ts'
import { findingAnswer } from './finding.ts'
import { proposalAnswer } from './proposal.ts'
import { iso, labels, measured, mode, open, severity, unit } from './shape.ts'

const tier = open({
  id: z.string(),
  kind: z.enum(['clients', 'pool', 'application', 'ring', 'cache', 'store', 'origin']),
  name: z.string(),
  href: z.string().nullable(),
  requestsPerSecond: measured,
  responseSeconds: measured,
  errorRatio: measured,
  hitRatio: measured,
  balance: z.array(z.object({ name: z.string(), seen: measured, expected: measured, state: z.string().optional() })),
  severity: severity.nullable().meta({ description: 'The worst firing one about it' }),
  state: z.enum(['ok', 'down', 'unknown']),
})
export type TierView = z.infer<typeof tier>

const spark = z.object({
  metric: z.string(),
  where: labels,
  points: z.array(z.number().nullable()),
  from: iso,
  stepMs: z.number(),
  threshold: z.number().optional(),
  unit,
})
const topFinding = open({
  finding: findingAnswer,
  cost: z.object({ value: z.number(), what: z.string() }).nullable().meta({ description: 'What it costs now' }),
  spark: spark.nullable().meta({ description: "The last minutes of its first evidence's metric" }),
  proposal: proposalAnswer.nullable(),
})
export type TopFindingView = z.infer<typeof topFinding>

export const overviewAnswer = open({
  at: iso,
  mode,
  targets: z.object({ total: z.number(), up: z.number(), down: z.number(), unknown: z.number() }),
  needs: z.number().meta({ description: 'Firing findings that need a person: not info, not silenced' }),
  learning: z.boolean(),
  tiers: z.array(tier),
  edges: z.array(z.object({ from: z.string(), to: z.string(), perSecond: measured })),
  poolsLeft: z.number().meta({ description: 'Pools that are not among the tiers because there are very many' }),
  pains: z.array(topFinding).meta({ description: 'Firing findings that need a person, the most costly first' }),
  watching: z.array(changeAnswer),
  recent: z.array(changeAnswer),
  score: z.object({ inside: z.number(), judged: z.number() }).meta({ description: 'Predictions whose interval held what was measured' }),
}).meta({ id: 'Overview' })
/** Everything the first page shows, in one answer. */
export type OverviewView = z.infer<typeof overviewAnswer>
