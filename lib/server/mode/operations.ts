import { z } from 'zod'
import { modeAnswer } from '../../model/answers/configuration.ts'
import { operation } from '../http/operation.ts'
import { setMode } from './mode.ts'

const tag = 'Evenkeel'

export const modeOperations = [
  operation({
    method: 'POST',
    path: 'mode',
    role: 'operator',
    touches: 'everything',
    audit: { what: 'mode-set', about: ({ mode }: { mode: string }) => mode, body: ['inFlight'] },
    summary: 'Lowers the mode to observe, or raises it back to what the configuration allows',
    tag,
    body: z.strictObject({
      mode: z.enum(['observe', 'tune']),
      inFlight: z.enum(['keep', 'roll-back']).optional().meta({
        description: 'What becomes of the changes in flight before the mode is lowered; without it, and with one in flight: busy',
      }),
    }),
    answer: modeAnswer,
    problems: ['read_only', 'busy', 'drift', 'unreachable'],
    run: ({ runtime, body, by }) => setMode(runtime, body, by),
  }),
]
