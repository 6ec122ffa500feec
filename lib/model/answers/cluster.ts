import { z } from 'zod'
import { iso, noun, open } from './shape.ts'

const replica = open({
  name: z.string(),
  seenAt: iso,
  cells: z.number().meta({ description: 'How many cells it has' }),
  targets: z.number().meta({ description: 'How many targets these hold' }),
})

const cell = open({
  targets: z.array(z.string()),
  replica: z
    .string()
    .nullable()
    .meta({ description: 'The replica that polls and judges them; null for a moment until another has taken them over' }),
  term: z.number().meta({ description: 'Raised each time another replica takes them' }),
})

export const clusterAnswer = noun('Cluster', 'The replicas that are one Evenkeel, and which of them has which targets', {
  replica: z.string().meta({ description: 'The replica that answers' }),
  replicas: z.array(replica),
  cells: z.array(cell),
})
export type ClusterView = z.infer<typeof clusterAnswer>
