import { z } from 'zod'
import { getConfig, getConfigSchema } from '../../configuration/configuration.ts'
import { endDrill, listDrills, startDrill } from '../../drills/drills.ts'
import { setMode } from '../../mode/mode.ts'
import * as answers from '../answers.ts'
import { name } from '../inputs.ts'
import { operation } from '../operation.ts'

const tag = 'Evenkeel'
export const meta = [
  operation({
    method: 'GET',
    path: 'config',
    role: 'viewer',
    summary: 'The configuration as written, every secret redacted',
    tag,
    answer: z.object({ config: z.unknown(), warnings: z.array(z.string()) }),
    run: ({ runtime }) => getConfig(runtime),
  }),
  operation({
    method: 'GET',
    path: 'config/schema',
    role: 'viewer',
    summary: 'JSON Schema of evenkeel.yaml',
    tag,
    answer: answers.anything,
    run: () => getConfigSchema(),
  }),
  operation({
    method: 'POST',
    path: 'mode',
    role: 'operator',
    audit: { what: 'mode-set', about: ({ mode }: { mode: string }) => mode, body: ['inFlight'] },
    summary: 'Lowers the mode to observe, or raises it back to what the configuration allows',
    tag,
    body: z.strictObject({
      mode: z.enum(['observe', 'tune']),
      inFlight: z.enum(['keep', 'roll-back']).optional().meta({
        description: 'What becomes of the changes in flight before the mode is lowered; without it, and with one in flight: busy',
      }),
    }),
    answer: z.object({ mode: z.enum(['observe', 'tune']) }),
    problems: ['read_only', 'busy', 'drift', 'unreachable'],
    run: ({ runtime, body, by }) => setMode(runtime, body, by),
  }),
  operation({
    method: 'GET',
    path: 'drills',
    role: 'viewer',
    summary: 'Faults that the demo can inject into its own fleet',
    tag,
    answer: answers.page(answers.drill),
    run: ({ runtime }) => listDrills(runtime),
  }),
  operation({
    method: 'POST',
    path: 'drills/{name}',
    role: 'operator',
    audit: { what: 'drill-started' },
    summary: 'Injects a fault into the demo',
    tag,
    params: name,
    answer: answers.drill,
    status: 202,
    problems: ['not_found', 'unreachable'],
    run: ({ runtime, params }) => startDrill(runtime, params.name),
  }),
  operation({
    method: 'DELETE',
    path: 'drills/{name}',
    role: 'operator',
    audit: { what: 'drill-ended' },
    summary: 'Ends a fault of the demo early',
    tag,
    params: name,
    answer: answers.drill,
    status: 202,
    problems: ['not_found', 'unreachable'],
    run: ({ runtime, params }) => endDrill(runtime, params.name),
  }),
]
