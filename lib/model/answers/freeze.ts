import { z } from 'zod'
import { iso } from './shape.ts'

export const freeze = z.object({ by: z.string(), reason: z.string(), at: iso, until: iso })
export const freezeAnswer = z.object({ freeze: freeze.nullable().meta({ description: 'Null: new changes are not held back by a person' }) })
export type FreezeView = z.infer<typeof freezeAnswer>

export const liftedAnswer = z.object({ freeze: z.null() })
export type LiftedView = z.infer<typeof liftedAnswer>
