import { z } from 'zod'
import { drill, expectation } from './change.ts'
import { iso, noun, open } from './shape.ts'

const thing = z
  .string()
  .meta({ description: 'What is stopped: `node:RING/NODE`, `server:TARGET/POOL/SERVER`', example: 'node:products/cache-b' })

export const handPlanAnswer = open({
  thing,
  lastsMs: z.number(),
  expects: z.array(expectation).meta({ description: 'What comes is held against this, counted from the moment at which it went' }),
  risks: z.array(z.string()),
})
/** What is expected when a person stops something. */
export type HandPlanView = z.infer<typeof handPlanAnswer>

export const handDrillAnswer = noun('HandDrill', 'A drill that a person does by hand', {
  id: z.string(),
  thing,
  state: z
    .enum(['waiting', 'away', 'returned', 'called_off'])
    .meta({ description: '`waiting`: told, and still there. `called_off`: it did not go within 15 min, or somebody ended the wait' }),
  by: z.string(),
  at: iso,
  goneAt: iso.optional().meta({ description: 'When Evenkeel saw that it was gone' }),
  backAt: iso.optional(),
  drill,
  risks: z.array(z.string()),
})
/** A drill that a person does by hand. */
export type HandDrillView = z.infer<typeof handDrillAnswer>
