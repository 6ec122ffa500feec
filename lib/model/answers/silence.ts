import { z } from 'zod'
import { iso, labels, noun, open, severity } from './shape.ts'

export const silenceAnswer = noun('Silence', 'Muted by a person', {
  id: z.string(),
  match: labels.meta({ description: 'Labels that must be equal' }),
  matchers: z.array(z.string()).meta({ description: 'All its conditions', examples: [['target=~"cache-.*"', 'severity!="critical"']] }),
  from: iso,
  until: iso,
  by: z.string(),
  reason: z.string(),
  active: z.boolean().meta({ description: 'It has begun and has not ended' }),
})
export type SilenceView = z.infer<typeof silenceAnswer>

export const silencePreviewAnswer = open({
  matchers: z.array(z.string()),
  total: z.number().meta({ description: 'How many findings that fire it would mute' }),
  items: z.array(open({ id: z.string(), rule: z.string(), severity, subject: labels, summary: z.string() })),
})
export type SilencePreview = z.infer<typeof silencePreviewAnswer>
