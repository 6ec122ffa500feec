import { z } from 'zod'
import { DURATION_WORDS, durationMs } from '../model/durationInput.ts'

const MINUTE_MS = 60_000
const [KEEP_LEAST_MS, KEEP_MOST_MS] = [10 * MINUTE_MS, 14 * 24 * 60 * MINUTE_MS]

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
    })
    .prefault({} as never)
    .describe(
      'References: which keys are read and written, as a sample by hash. They say what the cache would hit with another size, policy or TTL',
    )
