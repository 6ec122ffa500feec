import { z } from 'zod'
import { matcherInput } from '../model/matcherInput.ts'
import type { RateLimit } from '../model/notice.ts'
import { duration } from './duration.ts'
import { weeklyWindow } from './weeklyWindow.ts'

const COUNT_MAX = 1000
const RATE = `so many notices a minute or an hour, 1 to ${COUNT_MAX}: 5/m, 20/h`
/** A rate limit: `20/h`. */
const rateLimit = z.string({ error: RATE }).transform((text, context): RateLimit => {
  const [, count, per] = /^(\d{1,4})\/([mh])$/.exec(text) ?? []
  if (!(Number(count) >= 1 && Number(count) <= COUNT_MAX)) context.addIssue({ code: 'custom', message: RATE })
  return { count: Number(count), perMs: per === 'm' ? 60_000 : 3_600_000 }
})

const ANY = 'at least one label and its value'
const someLabels = z.record(z.string(), z.string()).refine((labels) => Object.keys(labels).length > 0, { error: ANY })

const inhibition = z.strictObject({
  by: someLabels.describe('Labels of a finding that holds others back while it fires, wherever it is sent'),
  mute: z.record(z.string(), z.string()).default({}).meta({ description: 'Labels of what is held back; `{}`: whatever this route takes' }),
  equal: z.array(z.string()).default([]).describe('Labels whose values must be the same on both'),
})

const quietHours = weeklyWindow.extend({ but: someLabels.optional().describe('Labels of what is told all the same') })

/** One of `routes`: which findings go to which receivers, and when they wait. */
export const route = z.strictObject({
  match: z
    .record(z.string(), z.string())
    .default({})
    .meta({ description: 'Labels of the finding (`severity`, `rule`, `target`, …) and their values; `{}` matches every finding' }),
  matchers: z
    .array(matcherInput)
    .max(20)
    .default([])
    .meta({ description: 'Conditions besides `match`, all of which must hold: a label, one of `=`, `!=`, `=~`, `!~`, and a value: `target=~"cache-.*"`. Patterns are of RE2 and match whole' }), // biome-ignore format: one line
  to: z.array(z.string()).min(1).describe('Names of receivers'),
  group: z
    .array(z.string())
    .default(['target'])
    .describe('Labels: findings whose values are equal go into one notice; `[]`: all that the route takes do'),
  wait: duration(0, 3_600_000)
    .prefault('10s')
    .meta({ description: 'How long each notice of a group is held back, to collect what belongs to it' }),
  repeat: duration(1000).prefault('4h').meta({ description: 'A notice whose findings still fire is sent again after this time' }),
  continue: z.boolean().default(false).describe('`true`: the routes below are asked too about what this one takes'),
  inhibit: z.array(inhibition).default([]).describe('Findings that are not told while others fire'),
  followers: z
    .enum(['mute', 'tell'])
    .default('mute')
    .describe('`mute`: what follows from a target that is down is told when it still fires a minute after that target answers again'),
  quiet: z.array(quietHours).default([]).describe('Quiet hours: what still fires at their end is told then'),
  limit: rateLimit.optional().meta({ description: 'At most so many notices: `20/h`, `5/m`. What is over it arrives as one digest' }),
})
