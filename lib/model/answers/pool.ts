import { z } from 'zod'
import { ringSpec } from './ring.ts'
import { labels, measured, noun, open, share } from './shape.ts'

const can = z.union([
  z.literal(true),
  z.object({
    because: z.string(),
    asCode: z.literal(true).optional().meta({ description: 'Not done by Evenkeel, but `POST changes/code` gives the code that does it' }),
  }),
])

const fileLine = z
  .object({ where: z.string(), now: z.string(), wanted: z.string().optional(), notes: z.array(z.string()) })
  .meta({ description: 'Where the configuration file says otherwise than what runs: the line as it stands, and as it would have to be' })

const poolServer = open({
  name: z.string(),
  address: z.string(),
  id: z.number().meta({ description: 'The number that a ring may hash' }),
  weightSet: z.number(),
  weightEffective: z.number(),
  state: z.enum(['up', 'down', 'drain', 'maint']),
  backup: z.boolean().optional().meta({ description: 'Takes no traffic while another server is up' }),
  weightFile: z.number().optional().meta({ description: 'Weight in the configuration file, where it could be read' }),
  weightInitial: z.number().optional().meta({ description: 'What the running product started it with' }),
  fileLine: fileLine.optional(),
  slowstart: z.boolean().optional().meta({ description: 'The product itself raises its weight slowly when it comes up' }),
  detectMs: z
    .number()
    .nullable()
    .optional()
    .meta({ description: 'How long its health check takes at most to take it out once it refuses connections; null: it has none' }),
  downBecause: z.string().optional().meta({ description: 'Why the product itself has taken it out' }),
  returns: z
    .object({ setting: z.string(), after: z.string(), words: z.string() })
    .optional()
    .meta({ description: 'Of one that somebody took out: the setting that brings it back, where that is not its state in the pool' }),
  otherWriter: z.string().optional().meta({ description: 'Who besides Evenkeel moves this weight' }),
  shareExpected: share,
  shareSeen: share,
  sessions: measured,
  queue: measured,
  requestsPerSecond: measured,
  errorRatio: measured,
  responseSeconds: measured,
})
export type PoolServerView = z.infer<typeof poolServer>

export const poolAnswer = noun('Pool', 'Servers that share the requests', {
  target: z.string(),
  labels: labels.optional().meta({ description: 'Those of its target' }),
  name: z.string(),
  algorithm: z.string(),
  balances: z.enum(['weight', 'load', 'hash', 'unknown']).meta({ description: 'What shares follow' }),
  liveWeights: z.boolean().meta({ description: 'The same as `can.weight`' }),
  because: z.string().optional().meta({ description: 'Why it takes no weights at run time' }),
  fixedWeights: z.boolean().optional().meta({ description: 'At run time each server takes its weight from the file, or 0' }),
  can: z.object({ weight: can, state: can, slowStart: can, limit: can.optional() }).meta({
    description:
      'What can be done with its servers at run time: give one another weight, take one out and back, let one that returns start slowly, limit its requests at once',
  }),
  firstBackupOnly: z.boolean().optional().meta({ description: 'Of several backups only the first one serves' }),
  ttlMs: z.number().optional().meta({ description: 'The servers are the addresses of a name, which clients may keep for so long' }),
  weightMax: z.number(),
  sticky: z.string().optional().meta({ description: 'Why shares do not follow the algorithm alone' }),
  ring: ringSpec.optional(),
  ringBecause: z.string().optional().meta({ description: 'Why no ring tells where its keys go, though it hashes' }),
  unknown: z.array(z.string()).optional().meta({
    description: 'Statements of its configuration that are not understood or not certain, and rows that could not be read, a sentence each',
  }),
  reload: z
    .object({ keeps: z.boolean(), text: z.string(), command: z.string().optional() })
    .optional()
    .meta({ description: 'What a reload does to weights and states set at run time' }),
  tunable: z
    .object({ lines: z.string(), moves: z.string() })
    .optional()
    .meta({ description: 'Of one pool alone: the lines that would let its weights be set at run time' }),
  admission: z
    .object({
      limits: z.array(z.object({ text: z.string(), nominal: z.string().optional() })).meta({
        description: 'Limits of rate, of concurrency and circuit breakers; `nominal`: why that one is a limit in name only',
      }),
      because: z.string().optional().meta({ description: 'Why there may be others' }),
      wanted: z
        .object({ where: z.string(), line: z.string() })
        .optional()
        .meta({ description: 'The configuration that sets one, LIMIT in the place of the number' }),
    })
    .optional()
    .meta({ description: 'Admission control: what limits the requests before its servers get them. Absent: its product does not tell' }),
  spills: z.array(z.string()).optional().meta({
    description: 'Of a ring with bounded load: what goes on to other servers, foreseen and at this moment, a sentence each',
  }),
  retries: z
    .object({
      more: z.number().nullable().meta({ description: 'Times beside the first in which a server may work on one request; null: not told' }),
      atOnce: z.number().optional().meta({ description: 'Requests that may be tried again at once' }),
      budget: z.number().optional().meta({ description: 'Part of the requests under way that may be tries again' }),
      text: z.string().meta({ description: 'The statements that say so, or why it is not told' }),
    })
    .optional()
    .meta({ description: 'How often the balancer sends a request again that was not answered. Absent: its product does not tell' }),
  passiveChecks: z.array(z.string()).optional().meta({
    description: 'How servers are taken out by the answers that they give (outlier detection), and what was taken out; a sentence each',
  }),
  serversLeft: z
    .number()
    .optional()
    .meta({ description: 'Servers that are there but not read: their rows cannot be, or they are beyond what is read of one target' }),
  serversBecause: z.string().optional().meta({ description: 'Why there may be servers besides these' }),
  servers: z.array(poolServer),
  requestsPerSecond: measured,
  responseSeconds: measured,
  errorRatio: measured,
  imbalance: measured.meta({ description: 'max over mean of share seen against share expected' }),
})
export type PoolView = z.infer<typeof poolAnswer>
