import { z } from 'zod'
import { iso } from './shape.ts'

/** An application that follows a control document. */
export const follower = z.object({ name: z.string(), version: z.number(), seenAt: iso, fresh: z.boolean() })
export type FollowerView = z.infer<typeof follower>
export const followersExpected = z.number().optional().meta({ description: 'How many should follow, from the configuration' })
export const control = z.object({ target: z.string(), key: z.string() }).meta({ description: 'Where the control document stands' })
