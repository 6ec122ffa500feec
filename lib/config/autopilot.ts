import { z } from 'zod'
import { type AutopilotRule, ruleIdOf } from '../model/autopilot.ts'
import type { Checks } from './references.ts'
import type { FileData } from './schema.ts'
import { weeklyWindow } from './weeklyWindow.ts'

const max = z
  .strictObject({
    perHour: z.int().min(1).max(1_000).default(4).describe('So many steps at most within an hour; one is in flight at a time'),
    trafficShare: z
      .number()
      .gt(0)
      .max(1)
      .optional()
      .describe('The part of the traffic of one pool or ring, 0 to 1, that its steps may move within an hour. Default: no limit'),
  })
  .prefault({})
  .meta({ description: 'How much it may do; the brakes of `changes` hold beside it' })

const licence = z
  .strictObject({
    judged: z.int().min(5).max(10_000).default(20).describe('So many changes of this remedy must have been judged on this fleet'),
    inside: z
      .number()
      .min(0.5)
      .max(1)
      .default(0.9)
      .describe('The part of them whose measured effect lay inside the predicted band: of all, and of the newest `judged`'),
    withoutRegression: z.int().min(1).max(1_000).default(10).describe('None of so many newest ones may have regressed'),
  })
  .prefault({})
  .meta({ description: 'What the remedy must have shown before it is applied without a person; until then it is proposed as ever' })

/** `autopilot:` of the file. `unattended`: the remedies that say of themselves that they are fit for it. */
export const autopilotSchema = (unattended: readonly string[]) =>
  z
    .array(
      z.strictObject({
        advisor: z
          .string()
          .refine((id) => unattended.includes(id), { error: `a remedy that may be applied without a person: ${unattended.join(', ')}` })
          .describe(`The remedy: ${unattended.map((id) => `\`${id}\``).join(', ')}`),
        where: z
          .record(z.string().min(1).max(100), z.string().min(1).max(200))
          .default({})
          .describe('Labels of targets: it writes to those alone that have all of them. Default: every target'),
        max,
        hours: z
          .array(weeklyWindow)
          .max(50)
          .default([])
          .describe('It acts within one of these windows alone. None: at any time. What is in flight is judged at any time'),
        licence,
      }),
    )
    .max(100)
    .default([])
    .describe('Which remedies are applied without a click, where their own record on this fleet is good enough')

/** The policies of the file: each remedy once for the same labels. */
export const autopilotOf = (rules: FileData['autopilot'], { report }: Pick<Checks, 'report'>): AutopilotRule[] => {
  const seen = new Map<string, number>()
  return rules.map(({ max, ...rule }, index) => {
    const id = ruleIdOf(rule.advisor, rule.where)
    const first = seen.get(id)
    if (first !== undefined) report(['autopilot', index], `the same remedy and labels as autopilot[${first}]`, 'other labels, or one entry')
    seen.set(id, first ?? index)
    return { id, ...rule, max: { perHour: max.perHour, trafficShare: max.trafficShare ?? null } }
  })
}
