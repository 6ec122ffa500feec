import { overviewAnswer } from '../../model/answers/overview.ts'
import { operation } from '../http/operation.ts'
import { getOverview } from './overview.ts'

const tag = 'Observing'

export const overviewOperations = [
  operation({
    method: 'GET',
    path: 'overview',
    role: 'viewer',
    shared: 'everything',
    summary: 'Everything that the first page shows',
    tag,
    answer: overviewAnswer,
    run: ({ runtime }) => getOverview(runtime),
  }),
]
