import { clusterAnswer } from '../../model/answers/cluster.ts'
import { operation } from '../http/operation.ts'
import { getCluster } from './cluster.ts'

export const clusterOperations = [
  operation({
    method: 'GET',
    path: 'cluster',
    role: 'viewer',
    summary: 'The replicas that are one Evenkeel, and which of them polls which targets',
    tag: 'Evenkeel',
    answer: clusterAnswer,
    run: ({ runtime }) => getCluster(runtime),
  }),
]
