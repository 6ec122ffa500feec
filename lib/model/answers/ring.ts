import { z } from 'zod'
import { RING_ALGORITHMS, type RingAnswer, type RingSpec } from '../ring.ts'
import { control, follower, followersExpected } from './follower.ts'
import { labels, measured, noun, open, share } from './shape.ts'

const ringNode = open({
  name: z.string(),
  address: z.string().optional(),
  label: z.string().optional(),
  id: z.number().optional(),
  weight: z.number().optional(),
  points: z.number().optional(),
  state: z.enum(['up', 'drain', 'maint', 'down']).optional(),
  slots: z.array(z.tuple([z.number(), z.number()])).optional(),
})
/** Each algorithm has its own: openapi.json says no more than that there are some. */
const ringOptions = z
  .custom<NonNullable<RingSpec['options']>>()
  .meta({ override: { type: 'object', propertyNames: { type: 'string' }, additionalProperties: {} } })
export const ringSpec = open({ algorithm: z.enum(RING_ALGORITHMS), nodes: z.array(ringNode), options: ringOptions.optional() }).meta({
  id: 'RingSpec',
  description: "A ring as its program's configuration describes it",
}) satisfies z.ZodType<RingSpec>
export const describedAnswer = z.object({ spec: ringSpec })

const node = open({
  name: z.string(),
  target: z.string().optional(),
  address: z.string(),
  points: z.number().nullable(),
  weight: z.number().nullable(),
  shareOwned: z.number(),
  shareSeen: share,
})

export const ringAnswer = noun('Ring', 'A hash ring that applications hold', {
  name: z.string(),
  labels: labels.optional().meta({ description: 'Those that all its targets share' }),
  algorithm: z.enum(RING_ALGORITHMS),
  version: z.number(),
  control: control.nullable(),
  nodes: z.array(node),
  imbalance: measured.meta({ description: 'max over mean of the share seen' }),
  imbalanceOwned: z.number(),
  followers: z.array(follower),
  followersExpected,
  spec: ringSpec,
  readsPerSecond: measured.meta({ description: 'Over all nodes' }),
  hitRatio: measured.meta({ description: 'Over all nodes' }),
  error: z.string().optional().meta({ description: 'Why its document cannot be read now' }),
})
export type RingView = z.infer<typeof ringAnswer>

const byNode = z.record(z.string(), z.number())
const bounded = z.object({ factor: z.number(), most: byNode, shares: byNode, spilled: z.number() }).meta({
  description: 'Of a ring with bounded load: the largest share of each node, and the shares once what is beyond has gone on to others',
})
const shares = z.object({ shares: byNode, bounded: bounded.optional() })
const orders = z.array(z.array(z.string()))
const owners = z.array(z.string().nullable())
export const ringEvaluation = noun('RingAnswer', 'Exact shares, and which keys change hands', {
  before: shares,
  after: shares.optional(),
  moved: z.number().optional(),
  movedBetween: z.array(z.object({ from: z.string().nullable(), to: z.string().nullable(), share: z.number() })).optional(),
  owners: z
    .object({
      before: owners,
      after: owners.optional(),
      spill: z
        .object({ before: orders.optional(), after: orders.optional() })
        .optional()
        .meta({ description: 'Of rings with bounded load: the nodes that each key goes on to while its own is at its bound' }),
    })
    .optional(),
}) satisfies z.ZodType<RingAnswer>

const where = { product: z.string(), title: z.string() }
const productText = z
  .union([open({ ...where, text: z.string() }), open({ ...where, because: z.string() })])
  .meta({ id: 'ProductText', description: 'A piece of configuration, where it belongs; or why it cannot be written' })
export type ProductTextView = z.infer<typeof productText>
export const ringTextsAnswer = z.object({ texts: z.array(productText) })
