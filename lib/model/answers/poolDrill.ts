import { z } from 'zod'
import { expectation } from './change.ts'
import { open } from './shape.ts'

const knee = z.object({ value: z.number(), low: z.number(), high: z.number() })

export const poolDrillAnswer = open({
  target: z.string(),
  pool: z.string(),
  server: z.string(),
  way: z.enum(['drain', 'weight', 'hand']).meta({ description: 'How it is taken out; by hand nothing is written' }),
  lastsMs: z.number(),
  share: z.number().nullable().meta({ description: 'Its share of the requests now' }),
  others: z
    .array(z.object({ server: z.string(), before: z.number().nullable(), after: z.number().nullable() }))
    .meta({ description: 'Who takes over: shares of the requests now and then; null: not known' }),
  load: z.number().nullable().meta({ description: 'By what the load of the others grows' }),
  line: z
    .object({
      least: z.number(),
      most: z.number(),
      slices: z.number(),
      knee: knee
        .nullable()
        .meta({ description: 'The requests a second from which answers take longer; null: not reached by what was seen' }),
    })
    .nullable()
    .meta({ description: 'The load-latency line of the pool that the response is foreseen by: the rates that were seen, and its knee' }),
  expects: z.array(expectation).meta({ description: 'What the drill is held against' }),
  risks: z.array(z.string()),
  commands: z.array(z.string()).meta({ description: 'What is sent' }),
})
/** What is expected when a server takes no requests for a while. */
export type PoolDrillView = z.infer<typeof poolDrillAnswer>
