import { z } from 'zod'
import { findingAnswer } from './finding.ts'
import { iso, noun, severity } from './shape.ts'

export const incidentAnswer = noun('Incident', 'Findings of one cause', {
  id: z.string(),
  state: z.enum(['firing', 'resolved']),
  since: iso,
  resolvedAt: iso.optional(),
  severity,
  summary: z.string(),
  findings: z.array(findingAnswer),
  changes: z.array(z.string()).meta({ description: 'Ids of changes that were made meanwhile on what it is about' }),
  timeline: z.array(z.object({ at: iso, what: z.string(), text: z.string() })),
})
export type IncidentView = z.infer<typeof incidentAnswer>
