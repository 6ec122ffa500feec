import { drillAnswer } from '../../model/answers/drill.ts'
import { page } from '../../model/answers/shape.ts'
import { name } from '../http/inputs.ts'
import { operation } from '../http/operation.ts'
import { endDrill, listDrills, startDrill } from './drills.ts'

const tag = 'Evenkeel'

export const drillOperations = [
  operation({
    method: 'GET',
    path: 'drills',
    role: 'viewer',
    summary: 'Faults that the demo can inject into its own fleet',
    tag,
    answer: page(drillAnswer),
    run: ({ runtime }) => listDrills(runtime),
  }),
  operation({
    method: 'POST',
    path: 'drills/{name}',
    role: 'operator',
    touches: 'everything',
    audit: { what: 'drill-started' },
    summary: 'Injects a fault into the demo',
    tag,
    params: name,
    answer: drillAnswer,
    status: 202,
    problems: ['not_found', 'unreachable'],
    run: ({ runtime, params }) => startDrill(runtime, params.name),
  }),
  operation({
    method: 'DELETE',
    path: 'drills/{name}',
    role: 'operator',
    touches: 'everything',
    audit: { what: 'drill-ended' },
    summary: 'Ends a fault of the demo early',
    tag,
    params: name,
    answer: drillAnswer,
    status: 202,
    problems: ['not_found', 'unreachable'],
    run: ({ runtime, params }) => endDrill(runtime, params.name),
  }),
]
