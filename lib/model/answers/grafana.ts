import { z } from 'zod'
import { iso, open } from './shape.ts'

export const grafanaAnswer = open({
  configured: z.boolean(),
  pushedAt: iso.nullable().optional().meta({ description: 'When Grafana last took an annotation' }),
  failing: z
    .object({ since: iso, answer: z.string() })
    .nullable()
    .optional()
    .meta({ description: 'Since when it takes none, and what came back' }),
})
export type GrafanaView = z.infer<typeof grafanaAnswer>
