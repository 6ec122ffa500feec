import { grafanaAnswer } from '../../model/answers/grafana.ts'
import { operation } from '../http/operation.ts'
import { grafanaView } from './grafana.ts'

export const grafanaOperations = [
  operation({
    method: 'GET',
    path: 'grafana',
    role: 'viewer',
    summary: 'Whether changes, incidents and annotations are pushed to Grafana, and taken',
    tag: 'Evenkeel',
    answer: grafanaAnswer,
    run: ({ runtime }) => grafanaView(runtime),
  }),
]
