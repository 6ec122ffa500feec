import { type DestinationStream, pino } from 'pino'
import type { Log } from '../model/log.ts'
import { publicText } from '../model/publicUrl.ts'

/**
 * Lines of JSON on stderr: stdout belongs to what a person should read. Whatever is called like a secret is left out; of errors no more is
 * written than what they say themselves: libraries hang commands, headers and configurations on theirs, and on the causes of ours.
 */
export function createLog(
  level = process.env.EVENKEEL_LOG ?? 'info',
  to: DestinationStream = pino.destination({ dest: 2, sync: true }),
): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { log: (fields) => Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, written(value)])) },
      // pino's own would rename what has been written already.
      serializers: { err: (error: unknown) => error },
      redact: {
        paths: ['password', 'secret', 'token', 'url', 'config', '*.password', '*.secret', '*.token', '*.url', 'headers'],
        censor: '[redacted]',
      },
    },
    to,
  ) as Log
}

function written(value: unknown): unknown {
  if (typeof value === 'string') return publicText(value)
  if (!(value instanceof Error)) return value
  const { name, message, stack, cause } = value
  const { code } = value as { code?: unknown }
  const because = (cause as { code?: unknown } | undefined)?.code
  return {
    type: name,
    message: publicText(message),
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof because === 'string' ? { because } : {}),
    stack: publicText(stack ?? ''),
  }
}
