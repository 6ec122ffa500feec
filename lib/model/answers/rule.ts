import { z } from 'zod'
import { anything, noun } from './shape.ts'

export const ruleAnswer = noun('Rule', 'A detector with its thresholds and what it says now', {
  id: z.string(),
  title: z.string(),
  why: z.string(),
  needs: z.object({ spanMs: z.number(), metrics: z.array(z.string()) }).meta({ description: 'What it reads, and over how long' }),
  settings: anything,
  defaults: anything,
  enabled: z.boolean(),
  now: z.object({ found: z.number(), clear: z.number(), unjudged: z.number(), because: z.array(z.string()) }),
})
export type RuleView = z.infer<typeof ruleAnswer>
