import { configurationAnswer, reloadAnswer } from '../../model/answers/configuration.ts'
import { anything } from '../../model/answers/shape.ts'
import { operation } from '../http/operation.ts'
import { getConfig, getConfigSchema, reloadConfig } from './configuration.ts'

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
  operation({
    method: 'POST',
    path: 'config/reload',
    role: 'admin',
    touches: 'everything',
    audit: { what: 'configuration-reloaded', answer: ['changed'] },
    summary: 'Takes the changed configuration file; one that is unusable changes nothing and is explained',
    tag,
    answer: reloadAnswer,
    problems: ['invalid', 'unavailable'],
    run: ({ runtime }) => reloadConfig(runtime),
  }),
]
