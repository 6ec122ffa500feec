import { z } from 'zod'
import * as answers from '../http/answers.ts'
import { operation } from '../http/operation.ts'
import { getConfig, getConfigSchema } from './configuration.ts'

const tag = 'Evenkeel'

export const configurationOperations = [
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
]
