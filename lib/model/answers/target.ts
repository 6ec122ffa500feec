import { z } from 'zod'
import { figure, iso, labels, noun, open } from './shape.ts'

const probe = open({
  id: z.string(),
  feature: z.string(),
  everyMs: z.number(),
  cost: z.string(),
  lastAt: iso.nullable(),
  lastMs: z.number().nullable().meta({ description: 'How long the newest read took' }),
  state: z.enum(['ok', 'gap', 'resting', 'unavailable', 'waiting']),
  because: z.string().optional(),
})

const cacheFigures = open({
  hitRatio: figure,
  readsPerSecond: figure,
  evictionsPerSecond: figure,
  memoryUsed: figure,
  memoryMax: figure,
  items: figure,
})

export const targetAnswer = noun('Target', 'A configured or discovered server', {
  name: z.string(),
  kind: z.string(),
  role: z.enum(['cache', 'store']).optional(),
  labels: labels
    .optional()
    .meta({ description: 'Those of its configuration; a discovered one has those of the target that it was found through' }),
  title: z.string(),
  address: z.string(),
  through: z.string().optional().meta({ description: 'Of a discovered one: the target that it was found through' }),
  found: z.array(z.string()).optional().meta({ description: 'The targets that were found through it, 200 at most' }),
  state: z.enum(['up', 'down', 'unknown']),
  since: z.number().optional().meta({ description: 'Epoch ms since when it is in that state' }),
  error: z.string().optional(),
  lastPollAt: iso.nullable(),
  pollMs: z.number().nullable().meta({ description: 'How long the newest vital poll took' }),
  failures: z.number().meta({ description: 'Consecutive ones' }),
  nextPollAt: iso.optional().meta({ description: 'When the next try is, while it is down' }),
  version: z.string().optional(),
  runId: z.string().optional().meta({ description: 'Changes when the server restarted' }),
  capabilities: z.array(z.object({ feature: z.string(), available: z.boolean(), because: z.string().optional() })),
  probes: z.array(probe),
  can: z
    .object({
      memory: z.object({ setting: z.string(), unitBytes: z.number(), leastBytes: z.number() }).optional(),
      eviction: z.object({ policy: z.string(), samples: z.string() }).optional(),
    })
    .optional()
    .meta({ description: 'Of caches and stores: the settings by which its memory limit and its rule of eviction can be changed' }),
  monitor: z.enum(['ask', 'bursts', 'never']).optional().meta({ description: 'What the configuration says of MONITOR' }),
  listening: z
    .string()
    .optional()
    .meta({ description: 'While `monitor` is `ask`: what would be listened to, and what that costs the server' }),
  references: z
    .enum(['off', 'monitor', 'report', 'log'])
    .optional()
    .meta({ description: 'Of caches: where the configuration says that references come from, which curves need' }),
  figures: cacheFigures.optional().meta({ description: 'Of caches and stores: the newest figures that a list shows' }),
})
export type TargetView = z.infer<typeof targetAnswer>

export const rawAnswer = z.object({ id: z.string(), at: iso, text: z.string() })
export type RawView = z.infer<typeof rawAnswer>
export const factAnswer = z.object({ id: z.string(), at: iso, value: z.string() })
export type FactView = z.infer<typeof factAnswer>
export const latencyAnswer = z.object({ id: z.string(), at: iso, event: z.string(), latestMs: z.number(), maxMs: z.number() })
export type LatencyView = z.infer<typeof latencyAnswer>
