import { z } from 'zod'
import { expectation } from './change.ts'
import { open } from './shape.ts'

const interval = z.object({ value: z.number(), low: z.number(), high: z.number() })

export const ringDrillAnswer = open({
  ring: z.string(),
  node: z.string(),
  lastsMs: z.number(),
  owned: z.number().meta({ description: 'Share of the keys that the node owns, exact' }),
  originPerSecond: interval.nullable().meta({ description: 'Reads of the origin a second beyond those of now, in the first moment' }),
  heirs: z
    .array(z.object({ node: z.string(), share: z.number(), readsPerSecond: z.number().nullable() }))
    .meta({ description: 'Who takes over its keys, with the share of all keys, exact, and what they are read more' }),
  warmMs: interval.nullable().meta({ description: 'How long until a tenth of what it hit still misses' }),
  expects: z.array(expectation).meta({ description: 'What the drill is held against' }),
  risks: z.array(z.string()),
  wait: z.string().nullable().meta({ description: 'Why it may not begin now: the ring still warms, and its misses fall by themselves' }),
  commands: z.array(z.string()).meta({ description: 'What is sent' }),
})
/** What is expected when a node leaves its ring for a while. */
export type RingDrillView = z.infer<typeof ringDrillAnswer>
