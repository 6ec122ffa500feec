import { z } from 'zod'
import { approvalAnswer } from '../../model/answers/approval.ts'
import { page } from '../../model/answers/shape.ts'
import { APPROVAL_PREFIX, type Approval } from '../../model/approval.ts'
import { canaryOfProposal, known, targetOfBody, targetOfProposal } from '../cluster/runsAt.ts'
import { id, paging, setting, words } from '../http/inputs.ts'
import { operation } from '../http/operation.ts'
import type { Runtime } from '../runtime.ts'
import { touchedSettings } from '../teams/touched.ts'
import { ofApproval, ofProposal, ofProposalOnGroup } from '../teams/touches.ts'
import { approve, askApproval, decline, getApproval, listApprovals, withdraw } from './approvals.ts'

const tag = 'The loop'
const steps = z
  .array(z.strictObject({ setting, after: z.string().max(10_000) }))
  .min(1, { error: 'expected at least one step' })
  .max(1000)
const body = z.union(
  [
    z.strictObject({ proposal: z.string().max(100), group: z.boolean().optional() }),
    z.strictObject({ steps, because: words(2000).default('') }),
  ],
  {
    error: 'expected {"proposal": ID}, or {"steps": […], "because": TEXT}',
  },
)
type Body = z.output<typeof body>

const targetOfApproval = ({ runtime, params }: { runtime: Runtime; params: { id: string } }) =>
  known(runtime, runtime.store.memory.get<Approval>(`${APPROVAL_PREFIX}${params.id}`)?.steps[0]?.setting.target ?? null)

export const approvalOperations = [
  operation({
    method: 'GET',
    path: 'approvals',
    role: 'viewer',
    summary: 'Requests that a second person approves a change of high risk, newest first',
    tag,
    query: z.object({ state: z.literal('pending').optional(), ...paging }),
    answer: page(approvalAnswer),
    run: ({ runtime, query }) => listApprovals(runtime, query),
  }),
  operation({
    method: 'POST',
    path: 'approvals',
    role: 'operator',
    touches: ({ runtime, body: asked }) => {
      if (!('proposal' in asked)) return touchedSettings(runtime, asked.steps)
      return (asked.group ? ofProposalOnGroup : ofProposal)({ runtime, params: { id: asked.proposal } })
    },
    audit: {
      what: 'approval-asked',
      about: (asked: Body) =>
        'proposal' in asked ? asked.proposal : asked.steps.map((one) => `${one.setting.target} ${one.setting.name}`).join(', '),
      answer: ['id', 'until'],
    },
    summary:
      'Asks a second person to approve a proposal, or a change of your own: with `changes.secondApprover` what is of high risk needs that',
    tag,
    body,
    answer: approvalAnswer,
    status: 201,
    problems: ['not_found', 'read_only', 'busy', 'drift', 'stale', 'not_followed', 'not_allowed', 'invalid', 'unreachable', 'unavailable'],
    runsAt({ runtime, body: asked }) {
      if (!('proposal' in asked)) return targetOfBody({ runtime, body: asked })
      return (asked.group ? canaryOfProposal : targetOfProposal)({ runtime, params: { id: asked.proposal } })
    },
    run: ({ runtime, body: asked, by, identity }) => askApproval(runtime, asked, by, identity),
  }),
  operation({
    method: 'GET',
    path: 'approvals/{id}',
    role: 'viewer',
    summary: 'One request for an approval',
    tag,
    params: id,
    answer: approvalAnswer,
    problems: ['not_found'],
    run: ({ runtime, params }) => getApproval(runtime, params.id),
  }),
  operation({
    method: 'POST',
    path: 'approvals/{id}/approve',
    role: 'operator',
    touches: ofApproval,
    audit: { what: 'approval-given', answer: ['by', 'change'] },
    summary: 'Approves it, as another person than who asked, and applies it: every step is held against the live value once more',
    tag,
    params: id,
    answer: approvalAnswer,
    status: 202,
    problems: ['not_found', 'read_only', 'busy', 'drift', 'stale', 'not_followed', 'not_allowed', 'invalid', 'unreachable', 'unavailable'],
    runsAt: targetOfApproval,
    run: ({ runtime, params, by, identity }) => approve(runtime, params.id, by, identity),
  }),
  operation({
    method: 'POST',
    path: 'approvals/{id}/decline',
    role: 'operator',
    touches: ofApproval,
    audit: { what: 'approval-declined', body: ['reason'], answer: ['by'] },
    summary: 'Declines it',
    tag,
    params: id,
    body: z.strictObject({ reason: words(500).default('') }),
    answer: approvalAnswer,
    problems: ['not_found', 'not_allowed'],
    runsAt: targetOfApproval,
    run: ({ runtime, params, body: { reason }, by }) => decline(runtime, params.id, reason, by),
  }),
  operation({
    method: 'DELETE',
    path: 'approvals/{id}',
    role: 'operator',
    touches: ofApproval,
    audit: { what: 'approval-withdrawn' },
    summary: 'Withdraws your own request',
    tag,
    params: id,
    answer: approvalAnswer,
    problems: ['not_found', 'not_allowed'],
    runsAt: targetOfApproval,
    run: ({ runtime, params, by, identity }) => withdraw(runtime, params.id, by, identity),
  }),
]
