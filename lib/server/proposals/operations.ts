import { z } from 'zod'
import { codeAnswer } from '../../model/answers/code.ts'
import { appliedAnswer, proposalAnswer } from '../../model/answers/proposal.ts'
import { page } from '../../model/answers/shape.ts'
import { canaryOfProposal, targetOfProposal } from '../cluster/runsAt.ts'
import { proposalCode } from '../code/code.ts'
import { id, paging } from '../http/inputs.ts'
import { operation } from '../http/operation.ts'
import { ofProposal, ofProposalOnGroup } from '../teams/touches.ts'
import { applyProposal, getProposal, listProposals } from './proposals.ts'

const tag = 'The loop'
const dryRun = z.boolean().optional().meta({ description: 'Checks everything, writes nothing' })

export const proposalOperations = [
  operation({
    method: 'GET',
    path: 'proposals',
    role: 'viewer',
    shared: 'everything',
    summary: 'Proposals, newest first',
    tag,
    query: z.object({
      state: z.enum(['open', 'superseded', 'applied', 'withdrawn']).optional(),
      finding: z.string().optional(),
      ...paging,
    }),
    answer: page(proposalAnswer),
    run: ({ runtime, query }) => listProposals(runtime, query),
  }),
  operation({
    method: 'GET',
    path: 'proposals/{id}',
    role: 'viewer',
    summary: 'One proposal',
    tag,
    params: id,
    answer: proposalAnswer,
    problems: ['not_found'],
    run: ({ runtime, params }) => getProposal(runtime, params.id),
  }),
  operation({
    method: 'GET',
    path: 'proposals/{id}/code',
    role: 'viewer',
    summary: 'It as code: Ansible, Terraform, Helm values, kubectl or the command of a provider, whatever makes sense for its targets',
    tag,
    params: id,
    answer: codeAnswer,
    problems: ['not_found'],
    run: ({ runtime, params }) => proposalCode(runtime, params.id),
  }),
  operation({
    method: 'POST',
    path: 'proposals/{id}/apply',
    role: 'operator',
    touches: (call) => (call.body.group ? ofProposalOnGroup(call) : ofProposal(call)),
    audit: { what: 'change-asked', body: ['dryRun', 'group'], answer: ['change', 'course'] },
    summary: 'Writes it to the servers and watches the effect',
    tag,
    params: id,
    body: z.strictObject({
      dryRun,
      group: z.boolean().optional().meta({ description: 'On every balancer of its group: the canary now, the others after its verdict' }),
    }),
    answer: appliedAnswer,
    status: 202,
    problems: [
      'not_found',
      'read_only',
      'busy',
      'drift',
      'stale',
      'not_followed',
      'approval_needed',
      'not_allowed',
      'invalid',
      'unreachable',
    ],
    runsAt: (call) => (call.body.group ? canaryOfProposal(call) : targetOfProposal(call)),
    run: ({ runtime, params, body, by }) => applyProposal(runtime, params.id, by, body),
  }),
]
