import { z } from 'zod'
import { iso, labels, open } from './shape.ts'

export const alertRouteAnswer = open({
  at: iso,
  labels: labels.meta({ description: 'Of the finding that was asked for' }),
  items: z.array(
    open({
      receiver: z.string(),
      channels: z.array(z.string()),
      route: z.number().int().meta({ description: 'The place of the route in the configuration, from 0' }),
      group: labels.meta({ description: 'Labels that it shares with all of its notice' }),
      told: z.boolean().meta({ description: 'Whether it would be told now, after the wait of the route' }),
      when: iso
        .optional()
        .meta({ description: 'When it would be told if nothing changes; absent while that hangs on another finding, or never' }),
      why: z
        .enum(['inhibit', 'follows', 'flaps', 'silence', 'quiet', 'limit'])
        .optional()
        .meta({ description: 'What it waits for, where it would not be told now' }),
      because: z.string(),
    }),
  ),
  notes: z.array(z.string()).meta({ description: 'Why nobody would be told, or why it cannot fire' }),
})
export type AlertRouteView = z.infer<typeof alertRouteAnswer>
