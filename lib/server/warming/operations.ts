import { warmingAnswer, warmRunAnswer } from '../../model/answers/warming.ts'
import { known } from '../cluster/runsAt.ts'
import { name } from '../http/inputs.ts'
import { operation } from '../http/operation.ts'
import type { Runtime } from '../runtime.ts'
import { knownTarget } from '../targets/knownTarget.ts'
import { ofTarget } from '../teams/touches.ts'
import { getWarming, warmRunView } from './views.ts'

const tag = 'The loop'
/** The replica that polls the cache runs its hook. */
const runsAt = ({ runtime, params }: { runtime: Runtime; params: { name: string } }) => known(runtime, params.name)

export const warmingOperations = [
  operation({
    method: 'GET',
    path: 'targets/{name}/warming',
    role: 'viewer',
    summary: 'The hook that warms a cache after it was emptied: its runs, what each was to take and what it took',
    tag,
    params: name,
    answer: warmingAnswer,
    problems: ['not_found'],
    run: ({ runtime, params }) => getWarming(runtime, params.name),
  }),
  operation({
    method: 'POST',
    path: 'targets/{name}/warming',
    role: 'operator',
    touches: ofTarget,
    audit: { what: 'warming-started' },
    summary: 'Begins a run of the hook now: the keys that are remembered as the hottest are sent to the application',
    tag,
    params: name,
    answer: warmRunAnswer,
    status: 202,
    problems: ['not_found', 'not_allowed', 'busy'],
    runsAt,
    run({ runtime, params, by }) {
      knownTarget(runtime, params.name)
      return warmRunView(runtime.warming.start(params.name, by))
    },
  }),
  operation({
    method: 'POST',
    path: 'targets/{name}/warming/stop',
    role: 'operator',
    touches: ofTarget,
    audit: { what: 'warming-stopped' },
    summary: 'Ends the run of the hook that goes on',
    tag,
    params: name,
    answer: warmRunAnswer,
    status: 202,
    problems: ['not_found', 'not_allowed'],
    runsAt,
    async run({ runtime, params, by }) {
      knownTarget(runtime, params.name)
      return warmRunView(await runtime.warming.end(params.name, by))
    },
  }),
]
