import { heartbeatAnswer } from '../../model/answers/heartbeat.ts'
import { operation } from '../http/operation.ts'
import { heartbeatView } from './heartbeat.ts'

export const heartbeatOperations = [
  operation({
    method: 'GET',
    path: 'heartbeat',
    role: 'viewer',
    summary: 'Whether the heartbeat of the configuration is sent and taken',
    tag: 'Alerts',
    answer: heartbeatAnswer,
    run: ({ runtime }) => heartbeatView(runtime),
  }),
]
