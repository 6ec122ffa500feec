import { z } from 'zod'
import { iso, noun, open, severity, unit } from './shape.ts'

const measured = z
  .union([
    open({ value: z.number(), unit, low: z.number().optional(), high: z.number().optional() }),
    open({ words: z.string().meta({ description: 'What is measured or configured and is no number' }) }),
    open({ because: z.string().meta({ description: 'Why it is not measured' }) }),
  ])
  .meta({ description: 'What was measured, with its 95 % interval where there is one, or why it was not' })

const change = open({
  text: z.string(),
  href: z.string().nullable().meta({ description: 'The page of Evenkeel where it is made; null: it is made elsewhere' }),
}).meta({ description: 'The next step: an open proposal, the page where the change is made, or what to do in words' })

const row = open({
  id: z.string().meta({ description: 'Stays the same from review to review' }),
  about: z.string().meta({ description: 'The cache, pool, ring or part of the fleet' }),
  href: z.string().nullable(),
  what: z.string(),
  is: z.enum(['act', 'watch', 'well', 'gap']).meta({
    description: '`act`: something is to be done; `watch`: a risk that is known; `well`: nothing to do; `gap`: not measured',
  }),
  measured,
  window: z
    .object({ from: iso, to: iso })
    .nullable()
    .meta({ description: 'The time that the measurement is of; null: it is as it is now' }),
  follows: z.string().meta({ description: 'What follows from it' }),
  change: change.nullable(),
})
/** One line of a review. */
export type ReviewRow = z.infer<typeof row>

const part = open({
  id: z.string(),
  title: z.string(),
  question: z.string(),
  rows: z.array(row).meta({ description: 'What is to be done first, then what is not measured' }),
  left: z.number().int().meta({ description: 'Rows beyond those listed, of which nothing is to be done or less' }),
})
/** A step of the guide's process, or a row of its decision checklist. */
export type ReviewPart = z.infer<typeof part>

const pain = open({
  id: z.string(),
  title: z.string(),
  text: z.string(),
  about: z.string(),
  href: z.string(),
  severity: severity.nullable().meta({ description: 'Of the finding; null: a standing measurement that no rule finds' }),
  cost: z.object({ value: z.number(), what: z.string() }).nullable(),
  money: z
    .object({ perMonth: z.number(), currency: z.string() })
    .nullable()
    .meta({ description: 'What that costs a month; null where no price is configured, or it costs no reads of the origin' }),
  window: z.object({ from: iso, to: iso }).nullable(),
  change,
})
export type ReviewPain = z.infer<typeof pain>

export const reviewAnswer = noun('Review', "The guide's process and its decision checklist, filled in by measurement", {
  at: iso,
  window: z.object({ from: iso, to: iso }).meta({ description: 'The time that is measured where a row says nothing else' }),
  lead: z.string().meta({ description: 'The outcome in one sentence' }),
  counts: z.object({ act: z.number().int(), watch: z.number().int(), gap: z.number().int(), well: z.number().int() }),
  pains: z.array(pain).meta({ description: 'The three that cost most, the first one first: one improvement at a time' }),
  painsLeft: z.number().int(),
  steps: z.array(part),
  checklist: z.array(part),
})
export type ReviewView = z.infer<typeof reviewAnswer>
