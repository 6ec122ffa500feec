import { z } from 'zod'
import { anything, iso, noun } from './shape.ts'

const rule = {
  id: z.string(),
  title: z.string(),
  why: z.string().meta({ description: 'Why it matters' }),
  harmless: z.string().meta({ description: 'When such a finding needs nobody' }),
  needs: z.object({ spanMs: z.number(), metrics: z.array(z.string()) }).meta({ description: 'What it reads, and over how long' }),
  settings: anything,
  defaults: anything,
  enabled: z.boolean(),
  now: z.object({ found: z.number(), clear: z.number(), unjudged: z.number(), because: z.array(z.string()) }),
}
export const ruleAnswer = noun('Rule', 'A detector with its thresholds and what it says now', rule)
export type RuleView = z.infer<typeof ruleAnswer>

const threshold = z.object({
  name: z.string(),
  value: z.string().meta({ description: 'In force now, as the configuration writes it' }),
  default: z.string(),
  set: z.boolean().meta({ description: 'Whether the configuration sets another value than the default' }),
  why: z.string().meta({ description: 'The reason of the default' }),
})
export type ThresholdView = z.infer<typeof threshold>

const record = z.object({
  since: iso.nullable().meta({ description: 'The oldest finding of any rule that is remembered' }),
  fired: z.number(),
  firing: z.number(),
  notAProblem: z.number().meta({ description: 'How many of them people called no problem' }),
  acknowledged: z.number(),
  lastAt: iso.nullable(),
  toFireMs: z.number().nullable().meta({ description: 'Median time from the first verdict until it fired' }),
  lastedMs: z.number().nullable().meta({ description: 'Median time from firing until it resolved' }),
  changes: z.object({ applied: z.number(), improved: z.number() }).meta({ description: 'Changes that answered its findings' }),
  subjects: z.array(z.object({ name: z.string(), fired: z.number() })).meta({ description: 'What it fired of most often' }),
})
export type RuleRecord = z.infer<typeof record>

export const rulePageAnswer = noun('RulePage', 'A rule with the reasons of its thresholds and its record on this fleet', {
  ...rule,
  thresholds: z.array(threshold),
  learns: z.boolean().meta({ description: 'Whether it is silent for the learning time after a start' }),
  also: z.array(z.string()).meta({ description: 'Metrics that it reads where they are reported' }),
  remedies: z.array(z.object({ id: z.string(), title: z.string() })),
  works: z.array(z.object({ product: z.string(), here: z.boolean(), works: z.boolean(), text: z.string() })),
  costs: z.array(z.object({ what: z.string(), value: z.number() })).meta({ description: 'What its firing findings cost a second now' }),
  record,
})
export type RulePageView = z.infer<typeof rulePageAnswer>
