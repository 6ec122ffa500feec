import { z } from 'zod'
import { findingAnswer } from './finding.ts'
import { iso, noun, severity } from './shape.ts'

export const incidentAnswer = noun('Incident', 'Findings of one cause', {
  id: z.string(),
  state: z.enum(['firing', 'resolved']),
  since: iso,
  resolvedAt: iso.optional(),
  severity,
  title: z.string().meta({ description: 'In one line by its first cause: `cache-b: mass expiry, and 3 that follow`' }),
  summary: z.string().meta({ description: 'Of its worst finding' }),
  cause: z
    .object({
      is: z.enum(['known', 'several', 'unknown']).meta({ description: '`unknown`: what was seen first is no cause that explains it' }),
      name: z.string(),
      text: z.string().meta({ description: 'What is known of the cause, as sentences' }),
      findings: z.array(z.string()).meta({ description: 'Ids of the findings that are the cause, or were seen first' }),
      hosts: z.array(z.string()).meta({ description: 'Machines that took all their targets' }),
      follow: z.number().int().meta({ description: 'How many findings follow from it' }),
      beside: z.number().int().meta({ description: 'How many stand in the incident without a link to it' }),
    })
    .meta({ description: 'The first cause, as far as it is known' }),
  chain: z
    .array(
      z.object({
        from: z.string().meta({ description: 'Id of a finding, or `host:NAME`' }),
        to: z.string(),
        afterMs: z
          .number()
          .meta({ description: 'How much later the effect was found; negative: earlier, because rules see at different speeds' }),
        why: z.string(),
      }),
    )
    .meta({ description: 'What follows from what' }),
  findings: z.array(findingAnswer),
  changes: z.array(z.string()).meta({ description: 'Ids of changes that were made meanwhile on what it is about' }),
  timeline: z.array(z.object({ at: iso, what: z.string(), text: z.string() })),
})
export type IncidentView = z.infer<typeof incidentAnswer>
