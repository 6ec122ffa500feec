import { z } from 'zod'
import { isDocumentName, NO_DOCUMENT_NAME } from '../model/documentName.ts'
import { durationText, parseDuration } from '../model/duration.ts'
import { path, url } from '../model/marks.ts'
import { RING_ALGORITHMS } from '../model/ring.ts'
import { VERDICT_DUE_MS, WATCH_MAX_MS } from '../model/watch.ts'
import { auditSchema } from './audit.ts'
import { authSchema } from './auth.ts'
import { autopilotSchema } from './autopilot.ts'
import { changesSchema } from './changes.ts'
import { control } from './controlSchema.ts'
import { detectionSchema } from './detection.ts'
import { duration } from './duration.ts'
import { grafanaSchema } from './grafana.ts'
import { groupSchema } from './groups.ts'
import { heartbeatSchema } from './heartbeat.ts'
import { DEFAULT_LISTEN, listen, listenText } from './listen.ts'
import { pricesSchema } from './prices.ts'
import { route } from './routeSchema.ts'
import { seriesSchema } from './series.ts'
import { replicaSchema, stateSchema } from './state.ts'

/** Schemas of the plug-ins that a configuration may name: kind of a target or channel -> its schema, id of a rule -> its settings. */
export type Schemas = {
  targets: Readonly<Record<string, z.ZodType>>
  /** Kinds of targets on which control documents can live. */
  documents: readonly string[]
  notifiers: Readonly<Record<string, z.ZodType>>
  rules: Readonly<Record<string, z.ZodType>>
  /** Ids of the remedies that may be applied without a person. */
  unattended?: readonly string[]
}

/** Names stand in paths, labels and messages. */
const name = z
  .string()
  .regex(/^[^\s/\p{Cc}][^/\p{Cc}]{0,99}$/u, { error: 'a name of 1 to 100 characters without "/" or control characters' })
  .refine((text) => !isDocumentName(text), { error: NO_DOCUMENT_NAME })
  .describe('Its name; each name once')

const ringNode = z.strictObject({
  target: z.string().optional().meta({ description: 'The target that this node is' }),
  name: z.string().min(1).optional().meta({ description: "The node's name; default: its target's" }),
  address: z.string().min(1).optional().meta({ description: "The text that is hashed; default: host:port of the target's URL" }),
  label: z.string().min(1).optional().describe('Text that is hashed instead of the address, where the program has such a setting'),
  id: z.int().min(0).optional().describe("HAProxy's server id; default: its place in the list, from 1"),
  points: z.int().min(0).max(100_000).optional().describe('`ketama` only: exactly this many points on the ring'),
  weight: z.int().min(0).max(1_000_000).optional().describe('Its weight; default 1'),
  state: z.enum(['up', 'drain', 'maint', 'down']).optional().describe('Only a node that is `up` takes new keys; default `up`'),
  slots: z
    .array(z.tuple([z.int().min(0).max(16383), z.int().min(0).max(16383)]))
    .optional()
    .describe('`redis-cluster` only: its slots, as ranges `[first, last]`'),
})

const ring = z.strictObject({
  name,
  algorithm: z.enum(RING_ALGORITHMS).default('ketama').describe('How keys are placed'),
  nodes: z.array(ringNode).min(1).max(1000).describe("The servers, in the order of the application's configuration"),
  options: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .optional()
    .describe('Options of the algorithm, as in `POST rings/evaluate`'),
  control,
  followers: z.int().min(1).optional().describe('How many applications should report that they follow; with fewer a change is refused'),
})

const ttl = z.strictObject({
  name,
  match: z.string().min(1).describe('Glob of the keys that it covers, as in `SCAN … MATCH`'),
  ttl: duration(1).meta({ description: 'How long a key lives' }),
  jitter: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe("Share of the TTL: a key's TTL is drawn evenly from `ttl·(1 − jitter)` to `ttl·(1 + jitter)`"),
  control,
  followers: z.int().min(1).optional().describe('How many applications should report that they follow; with fewer a change is refused'),
})

const END = /^(clients|(pool|ring|target|cache|store|application|origin):.+)$/
const end = z.string().regex(END, { error: 'clients, or pool:TARGET/POOL, ring:NAME, target:NAME, application:NAME, origin:NAME' })

const watch = z.strictObject({
  longest: duration(1000, VERDICT_DUE_MS)
    .optional()
    .meta({
      'x-default': durationText(WATCH_MAX_MS),
      description: `A change is judged within this time (${WATCH_MAX_MS / 1000} s at most), or says why it could not be; a change of a TTL waits for the TTL`,
    }),
  before: duration(1000, 3_600_000)
    .optional()
    .meta({ 'x-default': '60s', description: 'How much history before the change its effect is compared with' }),
  measure: duration(1000, 120_000)
    .optional()
    .meta({ 'x-default': '20s', description: 'The least time of settled traffic that a verdict needs' }),
  slowStart: duration(0, 60_000).optional().meta({
    'x-default': '30s',
    description: 'Over how long a server that comes back from maintenance or a drain gets its weight; `0s`: at once',
  }),
})

const DAY_MS = 86_400_000
const retention = z.strictObject({
  raw: duration(12 * 3_600_000, 400 * DAY_MS)
    .optional()
    .meta({ 'x-default': '3d', description: 'How long every sample is kept' }),
  fine: duration(2 * DAY_MS, 400 * DAY_MS)
    .optional()
    .meta({ 'x-default': '14d', description: 'How long summaries of 10 s are kept' }),
  coarse: duration(2 * DAY_MS, 4_000 * DAY_MS)
    .optional()
    .meta({ 'x-default': '400d', description: 'How long summaries of 5 min are kept' }),
})

/** A target is one of the registered kinds; each product has its own schema. */
function oneOf(kinds: Readonly<Record<string, z.ZodType>>): z.ZodType {
  const options = Object.entries(kinds)
    .filter(([kind]) => kind !== 'control')
    .map(([, schema]) => schema)
  if (options.length === 0) return z.looseObject({ kind: z.string(), name })
  return z.discriminatedUnion('kind', options as unknown as [z.core.$ZodTypeDiscriminable])
}

/** Rule settings say `for: 10s`; detectors count in ms. */
function rule(settings: z.ZodType): z.ZodType {
  const object =
    settings instanceof z.ZodObject
      ? z.strictObject({ ...settings.shape, enabled: z.boolean().default(true).describe('`false` switches the rule off') })
      : settings
  return z.preprocess(readDurations, object)
}
function readDurations(value: unknown): unknown {
  if (typeof value === 'string' && /^\d+(\.\d+)?(ms|s|m|h|d)/.test(value)) return parseDuration(value) ?? value
  if (Array.isArray(value)) return value.map(readDurations)
  if (value && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, readDurations(inner)]))
  return value
}

/** The file as its schema parsed it. */
export type FileData = z.output<ReturnType<typeof configSchema>>

/** The whole file. Also the source of its JSON Schema. */
export function configSchema(schemas: Schemas) {
  return z.strictObject({
    listen: listen.optional().meta({
      'x-default': listenText(DEFAULT_LISTEN),
      description: 'Address and port that the web server binds, `HOST:PORT`. Other addresses than loopback need a sign-in (`auth`)',
    }),
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
      .meta({
        description: 'The address that people type. It stands in alerts, and decides on https cookies. Default: made from `listen`',
      }),
    data: path('the path of a folder').default('./data').meta({ description: 'Folder of the embedded store; created when it is absent' }),
    state: stateSchema.optional(),
    replica: replicaSchema.optional(),
    mode: z.enum(['observe', 'tune']).default('observe').meta({
      description:
        '`observe`: nothing is ever written to a target, not even to roll a change back. `tune`: changes that a person approves are written',
    }),
    auth: authSchema.optional().describe('Who may sign in. Default: `none` while `listen` is loopback, else `local`'),
    audit: auditSchema.optional(),
    poll: z
      .strictObject({
        every: duration(100, 3_600_000)
          .prefault('1s')
          .meta({ description: 'The shortest time between two reads of one probe; a probe with a slower rhythm of its own keeps it' }),
        timeout: duration(10, 600_000).prefault('900ms').meta({ description: 'How long one read may take' }),
      })
      .prefault({})
      .describe('How often targets are read'),
    learning: duration(0)
      .prefault('60s')
      .meta({ description: 'How long after the start rules that compare with a learned normal stay silent' }),
    detection: detectionSchema,
    changes: changesSchema,
    autopilot: autopilotSchema(schemas.unattended ?? []),
    watch: watch.prefault({}).meta({ description: 'How long a change is watched, and against what it is judged' }),
    retention: retention.prefault({}).meta({ description: 'How long samples are kept on the disk, by resolution' }),
    series: seriesSchema.optional(),
    targets: z.array(oneOf(schemas.targets)).default([]).describe('The servers that are watched'),
    rings: z.array(ring).default([]).describe('Hash rings that applications hold themselves and follow through a control document'),
    ttls: z.array(ttl).default([]).describe('TTL policies that applications follow through a control document'),
    edges: z
      .array(
        z.strictObject({
          from: end.describe(
            'Who calls: `clients`, `pool:TARGET/POOL`, `ring:NAME`, `target:NAME`, `cache:TARGET:CACHE` of a cache that is found through a target, `application:NAME`',
          ),
          to: end.describe('Who is called: the same forms, or `origin:NAME`'),
        }),
      )
      .default([])
      .describe('Who calls whom, for the picture of the tiers and for causes across tiers'),
    groups: z
      .array(groupSchema)
      .max(1000)
      .default([])
      .describe('Groups of identical balancers: a change is tried on the canary, then made on the others one after another'),
    prices: pricesSchema.prefault({}).meta({
      description:
        'What memory and reads of the origin cost: remedies of caches then say what they save and cost a month. Without a price nothing is said of money',
    }),
    receivers: z
      .array(
        z.strictObject({
          name,
          ...Object.fromEntries(Object.entries(schemas.notifiers).map(([kind, schema]) => [kind, schema.optional()])),
        }) as z.ZodType<{ name: string } & Record<string, unknown>>,
      )
      .default([])
      .describe('Named groups of channels that notices are sent to'),
    routes: z
      .array(route)
      .default([])
      .describe(
        'Which findings go to which receivers: the first that matches sends, the next ones only where it says `continue`. Findings of severity `info` go only where `match` has `severity: info`',
      ),
    heartbeat: heartbeatSchema.optional(),
    grafana: grafanaSchema.optional(),
    rules: z
      .strictObject(Object.fromEntries(Object.entries(schemas.rules).map(([id, settings]) => [id, rule(settings).optional()])))
      .prefault({})
      .describe('Settings of rules, by the id of the rule') as unknown as z.ZodType<
      Record<string, { enabled?: boolean } & Record<string, unknown>>
    >,
  })
}
