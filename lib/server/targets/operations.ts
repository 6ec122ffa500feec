import { z } from 'zod'
import { page, searchedPage } from '../../model/answers/shape.ts'
import { factAnswer, latencyAnswer, rawAnswer, targetAnswer } from '../../model/answers/target.ts'
import { TARGET_COLUMNS } from '../../model/listColumns.ts'
import { flag, name } from '../http/inputs.ts'
import { operation } from '../http/operation.ts'
import { onePage } from '../http/paging.ts'
import { search } from '../http/search.ts'
import { askedBy, sortingOfMine } from '../http/sorting.ts'
import { ofTarget } from '../teams/touches.ts'
import { allowMonitor } from './monitorConsent.ts'
import { getTarget, latencyEvents, listTargets, rawAnswers, targetFacts } from './targets.ts'

const tag = 'Observing'

export const targetOperations = [
  operation({
    method: 'GET',
    path: 'targets',
    role: 'viewer',
    shared: 'targets',
    summary: 'Targets, by name',
    tag,
    query: z.object({
      ...sortingOfMine(TARGET_COLUMNS),
      brief: flag.optional().meta({
        description: 'For long lists: without probes, and of the capabilities those alone that are not available, without the reason',
      }),
      caching: flag.optional().meta({ description: 'Only caches and stores' }),
      ...search('name, product, parent, role, address, state or error'),
    }),
    answer: searchedPage(targetAnswer),
    run: (call) => listTargets(call.runtime, askedBy(call)),
  }),
  operation({
    method: 'GET',
    path: 'targets/{name}',
    role: 'viewer',
    summary: 'One target',
    tag,
    params: name,
    answer: targetAnswer,
    problems: ['not_found'],
    run: ({ runtime, params }) => getTarget(runtime, params.name),
  }),
  operation({
    method: 'GET',
    path: 'targets/{name}/raw',
    role: 'viewer',
    summary: "The newest raw answers of a target's probes",
    tag,
    params: name,
    answer: page(rawAnswer),
    problems: ['not_found'],
    run: ({ runtime, params }) => onePage(rawAnswers(runtime, params.name)),
  }),
  operation({
    method: 'GET',
    path: 'targets/{name}/facts',
    role: 'viewer',
    summary: 'Named facts of a target: settings, versions',
    tag,
    params: name,
    answer: page(factAnswer),
    problems: ['not_found'],
    run: ({ runtime, params }) => onePage(targetFacts(runtime, params.name)),
  }),
  operation({
    method: 'GET',
    path: 'targets/{name}/latency',
    role: 'viewer',
    summary: "Spikes that the target's own latency monitor has kept",
    tag,
    params: name,
    answer: page(latencyAnswer),
    problems: ['not_found'],
    run: ({ runtime, params }) => onePage(latencyEvents(runtime, params.name)),
  }),
  operation({
    method: 'POST',
    path: 'targets/{name}/monitor',
    role: 'admin',
    touches: ofTarget,
    audit: { what: 'consent-set', body: ['allow'] },
    summary: 'Allows or forbids MONITOR bursts on a target',
    tag,
    params: name,
    body: z.strictObject({ allow: z.enum(['hour', 'always', 'no']) }),
    answer: targetAnswer,
    problems: ['not_found', 'not_allowed'],
    run: ({ runtime, params, body, by }) => allowMonitor(runtime, params.name, body.allow, by),
  }),
]
