import { z } from 'zod'
import { anything, page } from '../../model/answers/shape.ts'
import { silenceAnswer, silencePreviewAnswer } from '../../model/answers/silence.ts'
import type { Matcher } from '../../model/matcher.ts'
import { matcherInput } from '../../model/matcherInput.ts'
import { parseMatcher } from '../../model/matching.ts'
import type { Labels } from '../../model/series.ts'
import { id, paging, time, words } from '../http/inputs.ts'
import { operation } from '../http/operation.ts'
import type { Runtime } from '../runtime.ts'
import { touchedConditions } from '../teams/touched.ts'
import { ofSilence } from '../teams/touches.ts'
import { changeSilence, createSilence, deleteSilence, getSilence, listSilences, previewSilence } from './silences.ts'

const tag = 'Alerts'

/** The labels that must be equal: the older form of `matchers`. */
const match = z
  .record(z.string().min(1).max(100), z.string().max(1000))
  .refine((match) => Object.keys(match).length > 0, { error: 'expected at least one label: rule, severity, target, …' })
  .optional()
  .meta({ description: 'Labels that must be equal; the same as matchers with `=`' })

const matchers = z
  .array(matcherInput)
  .min(1)
  .max(20)
  .optional()
  .meta({ description: 'Conditions, all of which must hold: LABEL, one of = != =~ !~, and a value. Patterns are of RE2 and match whole', example: ['target=~"cache-.*"'] }) // biome-ignore format: one line

type Asked = { runtime: Runtime; body: { match?: Labels | undefined; matchers?: Matcher[] | undefined } }
const newConditions = ({ runtime, body: { match = {}, matchers = [] } }: Asked) => touchedConditions(runtime, { match, matchers })

export const silenceOperations = [
  operation({
    method: 'GET',
    path: 'silences',
    role: 'viewer',
    summary: 'Silences, newest first',
    tag,
    query: z.object(paging),
    answer: page(silenceAnswer),
    run: ({ runtime, query }) => listSilences(runtime, query),
  }),
  operation({
    method: 'POST',
    path: 'silences',
    role: 'operator',
    touches: newConditions,
    audit: { what: 'silence-made', body: ['match', 'reason'], answer: ['id', 'matchers', 'from', 'until'] },
    summary: 'Mutes the notices of findings whose labels match, now or ahead of time',
    tag,
    body: z
      .strictObject({ match, matchers, from: time.optional(), until: time, reason: words(2000).default('') })
      .refine(({ match, matchers }) => match !== undefined || matchers !== undefined, {
        path: ['matchers'],
        error: 'expected at least one condition: target="cache-a", rule=~"cache/.*", … (or match: {"target": "cache-a"})',
      }),
    answer: silenceAnswer,
    status: 201,
    problems: ['invalid'],
    run: ({ runtime, body: { match = {}, matchers = [], ...rest }, by }) => createSilence(runtime, { match, matchers, ...rest }, by),
  }),
  operation({
    method: 'GET',
    path: 'silences/preview',
    role: 'viewer',
    summary: 'What a silence would mute of what fires now',
    tag,
    query: z.object({
      matcher: z.string().optional().meta({ description: 'A condition, as in `matchers` of POST silences; it may be given several times' }),
    }),
    answer: silencePreviewAnswer,
    problems: ['invalid'],
    run: ({ runtime, search }) => previewSilence(runtime, search.getAll('matcher').slice(0, 20).map(parseMatcher)),
  }),
  operation({
    method: 'GET',
    path: 'silences/{id}',
    role: 'viewer',
    summary: 'One silence',
    tag,
    params: id,
    answer: silenceAnswer,
    problems: ['not_found'],
    run: ({ runtime, params }) => getSilence(runtime, params.id),
  }),
  operation({
    method: 'POST',
    path: 'silences/{id}',
    role: 'operator',
    touches: (call) => [...ofSilence(call), ...(call.body.match || call.body.matchers ? newConditions(call) : [])],
    audit: { what: 'silence-changed', body: ['match', 'reason'], answer: ['matchers', 'from', 'until'] },
    summary: 'Changes a silence',
    tag,
    params: id,
    body: z.strictObject({ match, matchers, from: time.optional(), until: time.optional(), reason: words(2000).optional() }),
    answer: silenceAnswer,
    problems: ['invalid', 'not_found'],
    run: ({ runtime, params, body, by }) => changeSilence(runtime, params.id, body, by),
  }),
  operation({
    method: 'DELETE',
    path: 'silences/{id}',
    role: 'operator',
    touches: ofSilence,
    audit: { what: 'silence-ended' },
    summary: 'Ends a silence',
    tag,
    params: id,
    answer: anything,
    status: 204,
    problems: ['not_found'],
    run: ({ runtime, params }) => deleteSilence(runtime, params.id),
  }),
]
