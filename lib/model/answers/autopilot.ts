import { z } from 'zod'
import { iso, labels, noun, open, unit } from './shape.ts'

/** A policy of the autopilot with its record, its licence and what it has done. */
export const autopilotRuleAnswer = noun('AutopilotPolicy', 'A remedy that is applied without a click, where its record is good enough', {
  id: z.string(),
  advisor: z.string(),
  title: z.string(),
  fitBecause: z.string().meta({ description: 'Why this remedy may be applied without a person at all' }),
  where: labels.meta({ description: 'Labels of the targets that it may write to; none: every target' }),
  max: z.object({ perHour: z.number(), trafficShare: z.number().nullable() }),
  hours: z
    .array(z.object({ days: z.array(z.string()), from: z.number(), to: z.number(), zone: z.string() }))
    .meta({ description: 'It acts within one of these alone; `from` and `to` are minutes of the day. None: at any time' }),
  licence: z
    .object({ judged: z.number(), inside: z.number(), withoutRegression: z.number() })
    .meta({ description: 'What a licence takes' }),
  licensed: z.boolean(),
  missing: z.array(z.string()).meta({ description: 'What its record lacks: "12 of 20 judged changes"' }),
  judged: z.number(),
  inside: z.number().meta({ description: 'Of the judged ones, those whose effect lay inside the predicted band' }),
  acts: z.boolean().meta({ description: 'It would apply a proposal just now' }),
  because: z.string().meta({ description: 'Why it would, or why not' }),
  acted: z.number().meta({ description: 'Steps within the last hour' }),
  changes: z.array(z.string()).meta({ description: 'Ids of its newest changes, the newest first; twenty at most' }),
  revoked: open({ at: iso, change: z.string(), by: z.string().meta({ description: 'Who made the change: the autopilot itself' }) })
    .nullable()
    .meta({ description: 'Its own change that regressed and took the licence away, until a person returns it' }),
  returned: z.object({ at: iso, by: z.string() }).nullable().meta({ description: 'The last return by a person' }),
})
export type AutopilotRuleView = z.infer<typeof autopilotRuleAnswer>

const made = open({
  change: z.string(),
  rule: z.string(),
  at: iso,
  target: z.string(),
  what: z.string().meta({ description: 'Its steps, in words' }),
  state: z.enum(['applying', 'awaiting', 'watching', 'kept', 'rolled_back', 'failed']),
  verdict: z.enum(['improved', 'no_effect', 'regressed', 'unjudged']).nullable(),
})
/** A step that the autopilot has made. */
export type MadeView = z.infer<typeof made>

export const autopilotAnswer = noun('Autopilot', 'What is applied without a click', {
  items: z.array(autopilotRuleAnswer),
  made: z.array(made).meta({ description: 'Its newest steps, newest first; fifty at most' }),
  held: z.string().nullable().meta({ description: 'Why nothing is applied at all just now: the mode, a freeze' }),
  fit: z
    .array(z.object({ advisor: z.string(), title: z.string(), because: z.string() }))
    .meta({ description: 'The remedies that may be applied without a person' }),
})
export type AutopilotView = z.infer<typeof autopilotAnswer>

/** What the autopilot makes of an open proposal. */
export const decision = z.object({
  rule: z.string(),
  acts: z.boolean(),
  because: z.string().meta({ description: 'Why it applies it, or what is missing' }),
})

const simulatedStep = open({
  proposal: z.string(),
  finding: z.string(),
  at: iso.meta({ description: 'When it would have been applied; of one that would not, when it was made' }),
  acts: z.boolean(),
  because: z.string(),
  what: z.string().meta({ description: 'Its steps, in words' }),
  target: z.string(),
  predicted: z
    .object({ metric: z.string(), unit, before: z.number(), after: z.number(), low: z.number(), high: z.number() })
    .nullable()
    .meta({ description: 'The predicted effect, with its band' }),
  outcome: open({
    change: z.string(),
    by: z.string(),
    at: iso,
    verdict: z.enum(['improved', 'no_effect', 'regressed', 'unjudged']).nullable(),
    measured: z.number().nullable(),
    inside: z.boolean().nullable().meta({ description: 'The measured effect lay inside the band; null: not judged' }),
  })
    .nullable()
    .meta({ description: 'What came of it, where somebody applied the same proposal' }),
})
export type SimulatedStepView = z.infer<typeof simulatedStep>

export const simulationAnswer = noun('AutopilotSimulation', 'What a policy would have done with the proposals that are stored', {
  rule: z.string(),
  from: iso,
  to: iso,
  licence: z.enum(['earned', 'given']),
  considered: z.number().meta({ description: 'Problems for which the remedy had a proposal that the policy covers' }),
  acted: z.number(),
  tried: z.number().meta({ description: 'Of those, applied by somebody too, and judged' }),
  confirmed: z.number().meta({ description: 'Of those, with an effect inside the band' }),
  regressed: z.number(),
  unanswered: z.number().meta({ description: 'Steps that it would have made of proposals that nobody applied' }),
  steps: z.array(simulatedStep).meta({ description: 'The newest thousand, newest first' }),
  unknown: z.array(z.string()).meta({ description: 'What this cannot know, as sentences' }),
})
export type SimulationView = z.infer<typeof simulationAnswer>
