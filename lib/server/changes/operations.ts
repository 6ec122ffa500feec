import { z } from 'zod'
import { changeAnswer } from '../../model/answers/change.ts'
import { codeAnswer } from '../../model/answers/code.ts'
import { appliedAnswer } from '../../model/answers/proposal.ts'
import { searchedPage } from '../../model/answers/shape.ts'
import { targetOfBody, targetOfChange } from '../cluster/runsAt.ts'
import { changeCode, stepsCode } from '../code/code.ts'
import { id, paging, setting, words } from '../http/inputs.ts'
import { operation } from '../http/operation.ts'
import { search } from '../http/search.ts'
import { touchedSettings, touchedTarget } from '../teams/touched.ts'
import { ofChange } from '../teams/touches.ts'
import { createChange, getChange, keepChange, listChanges, retimeChange, rollBackChange, settleChange } from './changes.ts'

const tag = 'The loop'
const dryRun = z.boolean().optional().meta({ description: 'Checks everything, writes nothing' })
const step = z.strictObject({ setting: setting, after: z.string().max(10_000) })
const steps = z.array(step).min(1, { error: 'expected at least one step' }).max(1000)
/** A new line would be a second command of an admin socket in what somebody copies. */
const oneLine = (name: string) => !/\p{Cc}/u.test(name)
const codeStep = step.refine(({ setting, after }) => [setting.target, setting.name, after].every(oneLine), {
  error: 'control characters in a setting or its value',
})
/** Where it writes, without what: the change itself has that. */
const settingsOf = (body: { steps: { setting: { target: string; name: string } }[] }) =>
  body.steps.map(({ setting }) => `${setting.target} ${setting.name}`).join(', ')

export const changeOperations = [
  operation({
    method: 'GET',
    path: 'changes',
    role: 'viewer',
    shared: 'everything',
    summary: 'Changes, newest first',
    tag,
    query: z.object({
      state: z.enum(['applying', 'awaiting', 'watching', 'kept', 'rolled_back', 'failed']).optional(),
      finding: z.string().optional(),
      ...search('reason, author, or a target, setting or value that it writes'),
      ...paging,
    }),
    answer: searchedPage(changeAnswer),
    run: ({ runtime, query }) => listChanges(runtime, query),
  }),
  operation({
    method: 'POST',
    path: 'changes',
    role: 'operator',
    touches: ({ runtime, body }) => touchedSettings(runtime, body.steps),
    audit: { what: 'change-asked', about: settingsOf, body: ['because', 'dryRun'], answer: ['change'] },
    summary: 'A change of your own',
    tag,
    body: z.strictObject({ steps, because: words(2000).default(''), dryRun }),
    answer: appliedAnswer,
    status: 202,
    problems: ['not_found', 'read_only', 'busy', 'drift', 'not_followed', 'approval_needed', 'not_allowed', 'invalid', 'unreachable'],
    runsAt: targetOfBody,
    run: ({ runtime, body: { dryRun: dry, ...own }, by }) => createChange(runtime, own, by, { dryRun: dry }),
  }),
  operation({
    method: 'GET',
    path: 'changes/{id}',
    role: 'viewer',
    summary: 'One change with its journal',
    tag,
    params: id,
    answer: changeAnswer,
    problems: ['not_found'],
    run: ({ runtime, params }) => getChange(runtime, params.id),
  }),
  operation({
    method: 'POST',
    path: 'changes/code',
    role: 'viewer',
    touches: 'nothing',
    audit: { none: 'computes only' },
    summary: 'What you have in mind as code, of settings too that Evenkeel itself does not write; nothing is asked of a server',
    tag,
    body: z.strictObject({ steps: z.array(codeStep).min(1, { error: 'expected at least one step' }).max(1000) }),
    answer: codeAnswer,
    problems: ['invalid'],
    run: ({ runtime, body }) => stepsCode(runtime, body.steps),
  }),
  operation({
    method: 'GET',
    path: 'changes/{id}/code',
    role: 'viewer',
    summary: 'It as code, so that the repository says the same as the servers',
    tag,
    params: id,
    answer: codeAnswer,
    problems: ['not_found'],
    run: ({ runtime, params }) => changeCode(runtime, params.id),
  }),
  operation({
    method: 'POST',
    path: 'changes/{id}/roll-back',
    role: 'operator',
    touches: ofChange,
    audit: { what: 'change-steered' },
    summary: 'Puts back what was there before',
    tag,
    params: id,
    answer: changeAnswer,
    status: 202,
    problems: ['not_found', 'read_only', 'not_allowed', 'busy', 'drift', 'unreachable'],
    runsAt: targetOfChange,
    run: ({ runtime, params, by }) => rollBackChange(runtime, params.id, by),
  }),
  operation({
    method: 'POST',
    path: 'changes/{id}/keep',
    role: 'operator',
    touches: ofChange,
    audit: { what: 'change-steered' },
    summary: 'Ends the watch and keeps it',
    tag,
    params: id,
    answer: changeAnswer,
    status: 202,
    problems: ['not_found', 'not_allowed', 'read_only', 'unreachable'],
    runsAt: targetOfChange,
    run: ({ runtime, params, by }) => keepChange(runtime, params.id, by),
  }),
  operation({
    method: 'POST',
    path: 'changes/{id}/retime',
    role: 'operator',
    touches: (call) => [...ofChange(call), ...touchedTarget(call.runtime, call.body.target)],
    audit: { what: 'change-asked', body: ['target', 'dryRun'], answer: ['change'] },
    summary: 'After a TTL became shorter, re-times the keys of one cache that were stored before: a job, as a change of its own',
    tag,
    params: id,
    body: z.strictObject({ target: z.string().max(300), dryRun }),
    answer: appliedAnswer,
    status: 202,
    problems: ['not_found', 'read_only', 'busy', 'drift', 'approval_needed', 'not_allowed', 'unreachable', 'unavailable'],
    runsAt: targetOfChange,
    run: ({ runtime, params, body: { target, dryRun: dry }, by }) => retimeChange(runtime, params.id, target, by, { dryRun: dry }),
  }),
  operation({
    method: 'POST',
    path: 'changes/{id}/settle',
    role: 'operator',
    touches: ofChange,
    audit: { what: 'change-steered' },
    summary: 'Says that a person has seen to what it left open: its settings are proposed for again',
    tag,
    params: id,
    answer: changeAnswer,
    problems: ['not_found', 'not_allowed'],
    runsAt: targetOfChange,
    run: ({ runtime, params, by }) => settleChange(runtime, params.id, by),
  }),
]
