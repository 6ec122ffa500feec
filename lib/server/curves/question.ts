import { z } from 'zod'
import { type PartOfKeys, POLICIES, type Question, type Sizes, type Ttl } from '../../curves/question.ts'

/** What Redis takes as `maxmemory-samples` and more than which changes nothing. */
const SAMPLES_MAX = 64
const TTL_MS_MAX = 10_000_000_000_000
const SIZES_MAX = 200
const BYTES_MAX = 2 ** 50
const KEYS_MAX = 1e12
const PROCESSES_MAX = 64
const PARTS_MAX = 20

const sizes = <T extends z.ZodType>(item: T) => z.array(item).min(1).max(SIZES_MAX)

const match = z.string().min(1).max(1_000).meta({ description: 'A glob of keys' })
const ttl = z
  .strictObject({
    ms: z.number().min(1).max(TTL_MS_MAX),
    jitter: z.number().min(0).max(1).optional(),
    refreshOnRead: z.boolean().optional(),
  })
  .nullable()
  .optional()

/** `CurvesRequest` of the API. */
export const curvesRequest = z.strictObject({
  source: z.union([
    z.strictObject({ trace: z.string().max(100) }),
    z.strictObject({
      target: z.string().max(300),
      match: match.optional(),
    }),
  ]),
  policy: z.enum(POLICIES).optional().meta({ description: "Default: the target's present one; for a trace allkeys-lru" }),
  samples: z
    .number()
    .int()
    .min(1)
    .max(SAMPLES_MAX)
    .optional()
    .meta({ description: 'maxmemory-samples; default 5, or what the target has' }),
  ttl: ttl.meta({ description: 'What each key is given when it is filled; null: none. Default: as the source has it' }),
  parts: z
    .array(z.strictObject({ match, ttl: ttl.meta({ description: 'Of these keys alone; null: none. Default: as all other keys' }) }))
    .min(1)
    .max(PARTS_MAX)
    .optional()
    .meta({
      description:
        'Parts of the keys that share the whole cache: each is answered by itself, and given its own TTL where there is one. A key is in the first part whose `match` its pattern matches',
    }),
  local: z
    .strictObject({
      keys: z.number().int().min(1).max(KEYS_MAX).meta({ description: 'Entries of each' }),
      ttlMs: z.number().min(1).max(TTL_MS_MAX).meta({ description: 'How long an entry is used' }),
      processes: z.number().int().min(1).max(PROCESSES_MAX).optional().meta({ description: 'Processes of the application; default 1' }),
    })
    .optional()
    .meta({ description: 'A cache inside the application before this one: ratios are then of both together' }),
  sizes: z.union([
    z.strictObject({ keys: sizes(z.number().int().min(1).max(KEYS_MAX)) }),
    z.strictObject({ bytes: sizes(z.number().int().min(1).max(BYTES_MAX)).meta({ description: 'maxmemory' }) }),
  ]),
})
export type CurvesRequest = z.output<typeof curvesRequest>

/** What is asked of a trace. */
export const questionOf = ({ policy = 'allkeys-lru', samples, ttl, parts, local, sizes }: CurvesRequest): Question => ({
  policy,
  sizes: sizes as Sizes,
  ...(samples !== undefined && { samples }),
  ...(ttl !== undefined && { ttl }),
  ...(parts && { parts: parts.map(partOf) }),
  ...(local && { local }),
})

/** What is left out stays out. */
export const partOf = ({ match, ttl }: { match: string; ttl?: Ttl | null | undefined }): PartOfKeys => ({
  match,
  ...(ttl !== undefined && { ttl }),
})
