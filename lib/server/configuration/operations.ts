import { configurationAnswer } from '../../model/answers/configuration.ts'
import { anything } from '../../model/answers/shape.ts'
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
    answer: configurationAnswer,
    run: ({ runtime }) => getConfig(runtime),
  }),
  operation({
    method: 'GET',
    path: 'config/schema',
    role: 'viewer',
    summary: 'JSON Schema of evenkeel.yaml',
    tag,
    answer: anything,
    run: () => getConfigSchema(),
  }),
]
