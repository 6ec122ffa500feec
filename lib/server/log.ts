import { pino } from 'pino'
import type { Log } from '../model/log.ts'

/** Lines of JSON on stderr: stdout belongs to what a person should read. Whatever is called like a secret is left out. */
export function createLog(level = process.env.EVENKEEL_LOG ?? 'info'): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: ['password', 'secret', 'token', 'url', 'config', '*.password', '*.secret', '*.token', '*.url', 'headers'],
        censor: '[redacted]',
      },
    },
    pino.destination({ dest: 2, sync: true }),
  ) as Log
}
