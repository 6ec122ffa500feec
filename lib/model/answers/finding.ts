import { z } from 'zod'
import { iso, labels, noun, open, severity, unit } from './shape.ts'

const evidence = open({
  metric: z.string(),
  where: labels,
  label: z.string(),
  value: z.number(),
  unit,
  low: z.number().optional(),
  high: z.number().optional(),
  baseline: z.number().optional().meta({ description: 'The same before, or elsewhere' }),
  threshold: z.number().optional(),
  from: z.number(),
  to: z.number(),
  method: z.string().optional(),
})

export const findingAnswer = noun('Finding', 'A problem that held', {
  id: z.string(),
  rule: z.string(),
  severity,
  state: z.enum(['pending', 'firing', 'resolved']),
  subject: labels,
  labels: labels.optional().meta({ description: "Those of its target's configuration; of a ring those that all its targets share" }),
  summary: z.string(),
  evidence: z.array(evidence),
  ttlMs: z.number().optional().meta({ description: 'Of keys that end together: how long they lived, where that was measured' }),
  since: iso,
  firingAt: iso.optional(),
  resolvedAt: iso.optional(),
  seenAt: iso.meta({ description: 'When it was last judged found' }),
  stale: z.string().optional().meta({ description: 'Why it cannot be judged now, while it stays firing' }),
  acknowledged: z.object({ by: z.string(), at: iso }).optional().meta({ description: 'Who looks after it: it is not sent again' }),
  comments: z
    .array(z.object({ by: z.string(), at: iso, text: z.string() }))
    .meta({ description: 'What people wrote about it, oldest first' }),
  feedback: z.object({ isProblem: z.boolean(), by: z.string(), at: iso }).optional().meta({ description: 'What a person said of it' }),
  title: z.string(),
  why: z.string(),
  harmless: z.string(),
  proposals: z.array(z.string()),
  noRemedy: z.string().optional().meta({ description: 'Why nothing is proposed, when an advisor said so' }),
  silencedBy: z.array(z.string()),
  heldBack: z
    .string()
    .optional()
    .meta({ description: 'Why it is not told though it fires: it follows from a target that is down, or it flaps' }),
})
export type FindingView = z.infer<typeof findingAnswer>
