import { z } from 'zod'
import { events } from '../../events/response.ts'
import { getFrame } from '../../frame/frame.ts'
import { getOverview } from '../../overview/overview.ts'
import { listRules } from '../../rules/rules.ts'
import { listMetrics, querySeries } from '../../series/series.ts'
import { allowMonitor } from '../../targets/monitorConsent.ts'
import { getTarget, latencyEvents, listTargets, rawAnswers, targetFacts } from '../../targets/targets.ts'
import * as answers from '../answers.ts'
import { flag, name, paging, step, time } from '../inputs.ts'
import { operation } from '../operation.ts'

const seriesQuery = z.object({
  metric: z.string().min(1).max(300),
  from: time.optional(),
  to: time.optional(),
  step: step.optional(),
  rate: flag.optional(),
})
const NOT_LABELS = new Set(Object.keys(seriesQuery.shape))

const tag = 'Observing'
export const observing = [
  operation({
    method: 'GET',
    path: 'overview',
    role: 'viewer',
    summary: 'Everything that the first page shows',
    tag,
    answer: answers.overview,
    run: ({ runtime }) => getOverview(runtime),
  }),
  operation({
    method: 'GET',
    path: 'frame',
    role: 'viewer',
    summary: 'Mode, person and what else stands around every page',
    tag,
    answer: answers.frame,
    run: ({ runtime, person }) => getFrame(runtime, person),
  }),
  operation({
    method: 'GET',
    path: 'targets',
    role: 'viewer',
    summary: 'Targets, by name',
    tag,
    query: z.object(paging),
    answer: answers.page(answers.target),
    run: ({ runtime, query }) => listTargets(runtime, query),
  }),
  operation({
    method: 'GET',
    path: 'targets/{name}',
    role: 'viewer',
    summary: 'One target',
    tag,
    params: name,
    answer: answers.target,
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
    answer: answers.page(z.object({ id: z.string(), at: z.iso.datetime(), text: z.string() })),
    problems: ['not_found'],
    run: ({ runtime, params }) => ({ items: rawAnswers(runtime, params.name), next: null }),
  }),
  operation({
    method: 'GET',
    path: 'targets/{name}/facts',
    role: 'viewer',
    summary: 'Named facts of a target: settings, versions',
    tag,
    params: name,
    answer: answers.page(z.object({ id: z.string(), at: z.iso.datetime(), value: z.string() })),
    problems: ['not_found'],
    run: ({ runtime, params }) => ({ items: targetFacts(runtime, params.name), next: null }),
  }),
  operation({
    method: 'GET',
    path: 'targets/{name}/latency',
    role: 'viewer',
    summary: "Spikes that the target's own latency monitor has kept",
    tag,
    params: name,
    answer: answers.page(z.object({ id: z.string(), at: z.iso.datetime(), event: z.string(), latestMs: z.number(), maxMs: z.number() })),
    problems: ['not_found'],
    run: ({ runtime, params }) => ({ items: latencyEvents(runtime, params.name), next: null }),
  }),
  operation({
    method: 'POST',
    path: 'targets/{name}/monitor',
    role: 'admin',
    audit: { what: 'consent-set', body: ['allow'] },
    summary: 'Allows or forbids MONITOR bursts on a target',
    tag,
    params: name,
    body: z.strictObject({ allow: z.enum(['hour', 'always', 'no']) }),
    answer: answers.target,
    problems: ['not_found', 'not_allowed'],
    run: ({ runtime, params, body, by }) => allowMonitor(runtime, params.name, body.allow, by),
  }),
  operation({
    method: 'GET',
    path: 'series',
    role: 'viewer',
    summary: "One metric's history; any other query parameter is a label that must match",
    tag,
    query: seriesQuery.loose(),
    answer: answers.series,
    run: ({ runtime, query, search }) => {
      const labels = Object.fromEntries([...search].filter(([label]) => !NOT_LABELS.has(label)))
      const { metric, from, to, step: stepMs, rate } = query as z.output<typeof seriesQuery>
      return querySeries(runtime, { metric, labels, from, to, stepMs, rate })
    },
  }),
  operation({
    method: 'GET',
    path: 'metrics',
    role: 'viewer',
    summary: 'Metrics that have samples, with their labels',
    tag,
    answer: answers.metrics,
    run: ({ runtime }) => listMetrics(runtime),
  }),
  operation({
    method: 'GET',
    path: 'rules',
    role: 'viewer',
    summary: 'Rules, their settings and what they say now',
    tag,
    query: z.object(paging),
    answer: answers.page(answers.rule),
    run: ({ runtime, query }) => listRules(runtime, query),
  }),
  operation({
    method: 'GET',
    path: 'events',
    role: 'viewer',
    summary:
      'Server-sent events: finding, proposal, change, target, sample. `metric` (repeatable) sends its newest values with each sample; Last-Event-ID resumes',
    tag,
    query: z.object({ metric: z.string().max(300).optional() }),
    answer: z.string().meta({ description: 'Server-sent events' }),
    type: 'text/event-stream',
    run: ({ runtime, request, search, still }) => events(runtime, request, search.getAll('metric'), still),
  }),
]
