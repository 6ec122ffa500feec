import { z } from 'zod'
import { DURATION_WORDS, durationMs } from '../model/durationInput.ts'
import { secret } from '../model/marks.ts'

const MINUTE_MS = 60_000
const [TIMEOUT_LEAST_MS, TIMEOUT_MOST_MS] = [100, 2 * MINUTE_MS]
const [AT_MOST_LEAST_MS, AT_MOST_MOST_MS] = [5_000, 60 * MINUTE_MS]
const BATCH_USUAL_MOST = 100

const duration = (minMs: number, maxMs: number, outside: string) =>
  z.union([z.string(), z.number()], { error: DURATION_WORDS }).transform(durationMs({ minMs, maxMs, outside }))

/** The key `warm` of a cache's configuration: a hook of the application that fetches keys again after the cache was emptied. */
export const warm = z
  .strictObject({
    http: z
      .strictObject({
        // The paths of many hooks hold a token.
        url: secret(z.url({ protocol: /^https?$/, error: 'an http(s) address' })).describe(
          'Where each batch of keys is posted, as JSON. Redirects are not followed',
        ),
        headers: z
          .record(z.string().regex(/^[\w-]+$/), secret(z.string().regex(/^[\t\x20-\x7e]*$/, 'one line of ASCII')))
          .optional()
          .describe('Headers that are added to each request; their values are secret'),
        secret: secret(z.string().min(1)).optional().describe('Key of the signature (HMAC-SHA256) in the header `X-Evenkeel-Signature`'),
      })
      .optional()
      .describe('The hook as an address of the application. One of `http` and `command` is required'),
    command: z
      .array(
        z
          .string()
          .min(1)
          .regex(/^[^\0]*$/, 'a word without NUL'),
      )
      .min(1)
      .max(100)
      .optional()
      .describe(
        'The hook as a program with its arguments (no shell). It runs once for each batch and reads it from its standard input, as JSON',
      ),
    environment: z
      .array(z.string().regex(/^[A-Za-z_]\w*$/, { error: 'the name of a variable' }))
      .max(50)
      .default([])
      .describe('Names of variables of Evenkeel that `command` gets besides `PATH` and `HOME`'),
    keys: z.int().min(1).max(10_000).default(1_000).describe('How many keys are replayed at the most, the hottest first'),
    perSecond: z
      .number()
      .min(0.1)
      .max(10_000)
      .describe('How many keys a second the hook is given at the most: what the origin bears beside its readers'),
    batch: z.int().min(1).max(1_000).optional().describe('How many keys one call gets. Default: those of half a second, 1 to 100'),
    timeout: duration(TIMEOUT_LEAST_MS, TIMEOUT_MOST_MS, 'a duration from 100ms to 2m')
      .prefault('10s')
      .meta({ 'x-range-ms': [TIMEOUT_LEAST_MS, TIMEOUT_MOST_MS], description: 'How long one call may take; then it has failed' }),
    atMost: duration(AT_MOST_LEAST_MS, AT_MOST_MOST_MS, 'a duration from 5s to 1h')
      .prefault('10m')
      .meta({ 'x-range-ms': [AT_MOST_LEAST_MS, AT_MOST_MOST_MS], description: 'How long a run lasts at the most, waiting included' }),
    failures: z.int().min(1).max(100).default(5).describe('After so many failed calls in a row the run ends'),
  })
  .superRefine(({ http, command }, context) => {
    if ((http === undefined) === (command === undefined))
      context.addIssue({ code: 'custom', path: [http ? 'command' : 'http'], message: 'one of http: { url } and command: [PROGRAM, …]' })
  })
  .transform(({ timeout, atMost, batch, ...rest }) => ({
    ...rest,
    batch: batch ?? Math.min(BATCH_USUAL_MOST, Math.max(1, Math.round(rest.perSecond / 2))),
    timeoutMs: timeout,
    atMostMs: atMost,
  }))
  .optional()
  .describe(
    'Cache warming: after a restart or a flush the keys that were read most are handed to a hook of the application, at a bounded rate. Their names come from the sampling of hot keys (`monitor`). Default: nothing is warmed',
  )

/** Why a store has no hook. */
export const WARM_IS_FOR_CACHES = 'warm is for a cache: what a store has lost is not at an origin'
