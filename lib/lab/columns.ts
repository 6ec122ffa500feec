import { z } from 'zod'
import { RING_ALGORITHMS, type RingNode, type RingSpec } from '../model/ring.ts'
import { NODES_MAX } from '../rings/nodesMax.ts'

const TEXT_MAX = 400

const column = <Of extends z.ZodType>(of: Of) =>
  z
    .array(z.union([of, z.null()]))
    .max(NODES_MAX)
    .optional()
const range = z.tuple([z.number(), z.number()])

/** A ring with a list for each field of its nodes: a changed weight is then a change of one list, and likes stand beside likes. */
export const columns = z.strictObject({
  algorithm: z.enum(RING_ALGORITHMS),
  options: z.record(z.string().max(40), z.union([z.string().max(40), z.number(), z.boolean()])).optional(),
  name: z.array(z.string().max(TEXT_MAX)).max(NODES_MAX),
  address: column(z.string().max(TEXT_MAX)),
  label: column(z.string().max(TEXT_MAX)),
  id: column(z.number()),
  weight: column(z.number()),
  points: column(z.number()),
  state: column(z.enum(['up', 'drain', 'maint', 'down'])),
  slots: column(z.array(range).max(16_384)),
})
export type Columns = z.infer<typeof columns>

const FIELDS = ['address', 'label', 'id', 'weight', 'points', 'state', 'slots'] as const

export function toColumns({ algorithm, nodes, options = {} }: RingSpec): Columns {
  const given = FIELDS.filter((field) => nodes.some((node) => node[field] !== undefined))
  return {
    algorithm,
    ...(Object.keys(options).length > 0 && { options: Object.fromEntries(Object.entries(options).sort()) }),
    name: nodes.map(({ name }) => name),
    ...Object.fromEntries(given.map((field) => [field, nodes.map((node) => node[field] ?? null)])),
  }
}

export function fromColumns({ algorithm, options, ...lists }: Columns): RingSpec {
  const nodes = lists.name.map((name, at): RingNode => {
    const given = FIELDS.map((field) => [field, lists[field]?.[at] ?? undefined] as const)
    return { name, ...Object.fromEntries(given.filter(([, value]) => value !== undefined)) }
  })
  return { algorithm, nodes, ...(options && { options: options as RingSpec['options'] }) }
}
