import { z } from 'zod'
import { control, follower, followersExpected } from './follower.ts'
import { noun } from './shape.ts'

export const ttlAnswer = noun('TtlPolicy', 'How long keys live', {
  name: z.string(),
  match: z.string(),
  ttlMs: z.number(),
  jitter: z.number(),
  version: z.number(),
  control,
  followers: z.array(follower),
  followersExpected,
  error: z.string().optional().meta({ description: 'Why its document cannot be read now' }),
})
export type TtlPolicyView = z.infer<typeof ttlAnswer>
