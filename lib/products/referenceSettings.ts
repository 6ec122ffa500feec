import { z } from 'zod'
import { DURATION_WORDS, durationMs } from '../model/durationInput.ts'

const MINUTE_MS = 60_000
const [KEEP_LEAST_MS, KEEP_MOST_MS] = [10 * MINUTE_MS, 14 * 24 * 60 * MINUTE_MS]
const [TTL_LEAST_MS, TTL_MOST_MS] = [1_000, 366 * 24 * 60 * MINUTE_MS]

export const FROM_LOG = '`log`: the access log of a proxy before the application, see `log`'

const log = z.strictObject({
  targets: z
    .array(z.string())
    .min(1)
    .describe('Targets whose `accessLog` has a line for each request that reads this cache: all the proxies through which it is read'),
  key: z.string().min(1).max(100).default('key').describe("The field of a line that holds the cache's key, as the application writes it"),
  pool: z.string().optional().describe('Only lines of this upstream or backend. Default: of any'),
  ttl: z
    .union([z.string(), z.number()], { error: DURATION_WORDS })
    .transform(durationMs({ minMs: TTL_LEAST_MS, maxMs: TTL_MOST_MS, outside: 'a duration from 1s to 366d' }))
    .optional()
    .meta({
      'x-range-ms': [TTL_LEAST_MS, TTL_MOST_MS],
      description: 'What the application gives a key when it fills it, where a line has no field `ttl` (in seconds)',
    }),
})

/** The key `references` of a cache's configuration. `from`: off, and the sources that this product has. */
export const references = <From extends z.ZodType>(from: From) =>
  z
    .strictObject({
      from,
      keep: z
        .union([z.string(), z.number()], { error: DURATION_WORDS })
        .transform(durationMs({ minMs: KEEP_LEAST_MS, maxMs: KEEP_MOST_MS, outside: 'a duration from 10m to 14d' }))
        .prefault('6h')
        .meta({
          'x-range-ms': [KEEP_LEAST_MS, KEEP_MOST_MS],
          description: 'How long they are kept. Longer than keys live in the cache, or no curve can be told',
        }),
      log: log.optional().describe('With `from: log`: where the lines are, and what in them is the key'),
    })
    .superRefine((config: { from?: unknown; log?: unknown }, context) => {
      const issue = (message: string) => context.addIssue({ code: 'custom', path: ['log'], message })
      if (config.from === 'log' && config.log === undefined)
        issue('log: { targets: [NAME], key: FIELD }: the access logs that have the key')
      if (config.from !== 'log' && config.log !== undefined) issue('log is for `from: log`')
    })
    .prefault({} as never)
    .describe(
      'References: which keys are read and written, as a sample by hash. They say what the cache would hit with another size, policy or TTL',
    )
