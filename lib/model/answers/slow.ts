import { z } from 'zod'
import { iso, noun } from './shape.ts'

export const slowAnswer = noun('SlowEntry', 'An entry of a slow log', {
  target: z.string(),
  id: z.string(),
  at: iso,
  durationUs: z.number(),
  command: z.array(z.string()),
  client: z.string().optional(),
  clientName: z.string().optional(),
})
export type SlowView = z.infer<typeof slowAnswer>

export const LOGS = ['slow', 'large-request', 'large-reply'] as const

export const fingerprintAnswer = noun('Fingerprint', 'Entries of the slow logs of one kind, without values', {
  log: z.enum(LOGS),
  fingerprint: z.string().meta({ description: 'The command, the pattern of its keys and the shape of its arguments' }),
  count: z.number().meta({ description: 'Entries of it among the newest 1,000 of each target and log, of 7 days' }),
  total: z.number().meta({ description: 'µs of the slow log, bytes of the others' }),
  max: z.number(),
  maxAt: z.object({ target: z.string(), at: iso, key: z.string().optional() }),
  firstAt: iso,
  lastAt: iso,
  trend: z.array(z.number()).meta({ description: 'Entries in each of the last 24 hours, the present hour last' }),
  targets: z.array(z.string()),
  clients: z.array(z.string()).meta({ description: 'Names of the commonest clients, or their hosts' }),
})
export type FingerprintView = z.infer<typeof fingerprintAnswer>
