import { z } from 'zod'
import { parseDuration } from '../model/duration.ts'
import { markOf, path, url } from '../model/marks.ts'
import { RING_ALGORITHMS } from '../model/ring.ts'
import { authSchema } from './auth.ts'
import { duration } from './duration.ts'
import { DEFAULT_LISTEN, listen, listenText } from './listen.ts'

/** What the rooms above know and the configuration needs: kind -> schema of a target or a channel, rule -> schema of its settings. */
export type Schemas = {
  targets: Readonly<Record<string, z.ZodType>>
  notifiers: Readonly<Record<string, z.ZodType>>
  rules: Readonly<Record<string, z.ZodType>>
}

/** Names stand in paths, labels and messages. */
const name = z
  .string()
  .regex(/^[^\s/\p{Cc}][^/\p{Cc}]{0,99}$/u, { error: 'a name of 1 to 100 characters without "/" or control characters' })
  .refine((text) => !/^(ring|ttl):/.test(text), { error: 'a name that does not begin with "ring:" or "ttl:"' })

const control = z.strictObject({ target: z.string(), key: z.string().min(1) })

const ringNode = z.strictObject({
  target: z.string().optional().meta({ description: 'The target that this node is' }),
  name: z.string().min(1).optional().meta({ description: "The node's name; default: its target's" }),
  address: z.string().min(1).optional().meta({ description: "The text that is hashed; default: host:port of the target's URL" }),
  label: z.string().min(1).optional(),
  id: z.int().min(0).optional(),
  points: z.int().min(0).max(100_000).optional(),
  weight: z.int().min(0).max(1_000_000).optional(),
  state: z.enum(['up', 'drain', 'maint', 'down']).optional(),
  slots: z.array(z.tuple([z.int().min(0).max(16383), z.int().min(0).max(16383)])).optional(),
})

const ring = z.strictObject({
  name,
  algorithm: z.enum(RING_ALGORITHMS).default('ketama'),
  nodes: z.array(ringNode).min(1).max(1000),
  options: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  control,
  followers: z.int().min(1).optional().meta({ description: 'How many applications should report that they follow' }),
})

const ttl = z.strictObject({
  name,
  match: z.string().min(1),
  ttl: duration(1),
  jitter: z.number().min(0).max(1).default(0),
  control,
  followers: z.int().min(1).optional(),
})

const END = /^(clients|(pool|ring|target|cache|store|application|origin):.+)$/
const end = z.string().regex(END, { error: 'clients, or pool:TARGET/POOL, ring:NAME, target:NAME, application:NAME, origin:NAME' })

const route = z.strictObject({
  match: z
    .record(z.string(), z.string())
    .default({})
    .meta({ description: 'Labels of the notice: severity, rule, target, …; {} matches every notice' }),
  to: z.array(z.string()).min(1),
  group: z.array(z.string()).default(['target']),
  wait: duration(0, 3_600_000).default(10_000),
  repeat: duration(1000).default(4 * 3_600_000),
})

const watch = z.strictObject({
  longest: duration(1000, 120_000).optional().meta({ description: 'Longest watch of a change to weights, rings or settings' }),
  before: duration(1000, 3_600_000).optional().meta({ description: 'History that the effect is held against' }),
  measure: duration(1000, 120_000).optional().meta({ description: 'Least time of settled traffic before a verdict' }),
  slowStart: duration(0, 60_000)
    .optional()
    .meta({ description: 'Over how long a server that comes back from maintenance or a drain gets its weight; 0s: at once' }),
})

const DAY_MS = 86_400_000
const retention = z.strictObject({
  raw: duration(12 * 3_600_000, 400 * DAY_MS)
    .optional()
    .meta({ description: 'Every sample' }),
  fine: duration(2 * DAY_MS, 400 * DAY_MS)
    .optional()
    .meta({ description: 'Stretches of 10 s' }),
  coarse: duration(2 * DAY_MS, 4_000 * DAY_MS)
    .optional()
    .meta({ description: 'Stretches of 5 min' }),
})

/** `role: cache` and so on are the products'; each target is one of the kinds on the shelf. */
function oneOf(kinds: Readonly<Record<string, z.ZodType>>): z.ZodType {
  const options = Object.entries(kinds)
    .filter(([kind]) => kind !== 'control')
    .map(([, schema]) => schema)
  if (options.length === 0) return z.looseObject({ kind: z.string(), name })
  return z.discriminatedUnion('kind', options as unknown as [z.core.$ZodTypeDiscriminable])
}

/** Rule settings say `for: 10s`; detectors count in ms. */
function rule(settings: z.ZodType): z.ZodType {
  const object = settings instanceof z.ZodObject ? z.strictObject({ ...settings.shape, enabled: z.boolean().default(true) }) : settings
  return z.preprocess(readDurations, object)
}
export function readDurations(value: unknown): unknown {
  if (typeof value === 'string' && /^\d+(\.\d+)?(ms|s|m|h|d)/.test(value)) return parseDuration(value) ?? value
  if (Array.isArray(value)) return value.map(readDurations)
  if (value && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, readDurations(inner)]))
  return value
}

/** The whole file. Also the source of its JSON Schema. */
export function configSchema(schemas: Schemas) {
  return z.strictObject({
    listen: listen
      .optional()
      .meta({ default: listenText(DEFAULT_LISTEN), description: 'Where it listens; elsewhere than loopback only with a login' }),
    url: url(
      z.url({ protocol: /^https?$/, error: 'the http(s) address that people use' }).refine(
        (text) => {
          const { username, password, search, hash } = URL.parse(text) ?? {}
          return !username && !password && !search && !hash
        },
        // It stands in alerts, links and cookies.
        { error: 'an address without user info, query and fragment' },
      ),
    )
      .optional()
      .meta({ description: 'Where people reach this server; stands in alerts' }),
    data: path('the path of a folder').default('./data').meta({ description: 'Folder of the embedded store; created when absent' }),
    mode: z
      .enum(['observe', 'tune'])
      .default('observe')
      .meta({ description: 'observe: nothing is ever written to a target, not even to roll a change back' }),
    auth: authSchema.optional(),
    poll: z.strictObject({ every: duration(100, 3_600_000).default(1000), timeout: duration(10, 600_000).default(900) }).prefault({}),
    learning: duration(0).default(60_000).meta({ description: 'How long after the start learned baselines stay silent' }),
    watch: watch.prefault({}).meta({ description: 'How long a change is watched' }),
    retention: retention.prefault({}).meta({ description: 'How long samples are kept on the disk, by fineness' }),
    targets: z.array(oneOf(schemas.targets)).default([]),
    rings: z.array(ring).default([]),
    ttls: z.array(ttl).default([]),
    edges: z.array(z.strictObject({ from: end, to: end })).default([]),
    receivers: z
      .array(
        z.strictObject({
          name,
          ...Object.fromEntries(Object.entries(schemas.notifiers).map(([kind, schema]) => [kind, schema.optional()])),
        }) as z.ZodType<{ name: string } & Record<string, unknown>>,
      )
      .default([]),
    routes: z.array(route).default([]),
    rules: z
      .strictObject(Object.fromEntries(Object.entries(schemas.rules).map(([id, settings]) => [id, rule(settings).optional()])))
      .prefault({}) as unknown as z.ZodType<Record<string, { enabled?: boolean } & Record<string, unknown>>>,
  })
}

/** JSON Schema of the file, for editors: every scalar may also be `${NAME}`, every key may also be written `…_file`. */
export function configJsonSchema(schemas: Schemas): Record<string, unknown> {
  const schema = z.toJSONSchema(configSchema(schemas), {
    io: 'input',
    unrepresentable: 'any',
    target: 'draft-2020-12',
    override({ zodSchema, jsonSchema }) {
      if (markOf(zodSchema) === 'secret') jsonSchema.writeOnly = true
    },
  }) as Record<string, unknown>
  return { ...schema, title: 'evenkeel.yaml', description: 'Configuration of Evenkeel' }
}
