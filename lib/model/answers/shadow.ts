import { z } from 'zod'
import { iso, open } from './shape.ts'

const rules = z.array(open({ rule: z.string(), count: z.number() })).meta({ description: 'The most frequent first' })

export const shadowAnswer = open({
  from: iso,
  to: iso,
  findings: z.number().meta({ description: 'How many fired, those of severity info included' }),
  receivers: z.array(
    open({
      receiver: z.string(),
      firing: z.number().meta({ description: 'Notices of what fires, digests and repeats included' }),
      resolved: z.number().meta({ description: 'Notices of what has ended' }),
      digests: z.number(),
      findings: z.number().meta({ description: 'Findings that it would have been told of' }),
      days: z
        .array(open({ from: iso, firing: z.number() }))
        .meta({ description: 'Notices of what fires, by day of the span, oldest first' }),
      rules,
    }),
  ),
  nobody: open({ findings: z.number(), rules }).meta({
    description: 'Of what nobody would have been told, those of severity info left out',
  }),
})
/** What the present routes would have sent. */
export type ShadowView = z.infer<typeof shadowAnswer>
