import { mapped } from '../../engine/slices.ts'
import type { AppliedView, ProposalView } from '../../model/answers/proposal.ts'
import type { Page } from '../../model/answers/shape.ts'
import { EvenkeelError } from '../../model/error.ts'
import { heldUntil, type Proposal, type ProposalState, type Step } from '../../model/proposal.ts'
import { labelsIn, sharedLabels } from '../../model/targetLabels.ts'
import type { Topology } from '../../model/topology.ts'
import { pendingApprovals } from '../approvals/approvals.ts'
import { iso } from '../http/iso.ts'
import { type Paging, pageNewest } from '../http/paging.ts'
import type { Runtime } from '../runtime.ts'
import { followersOf, sharesAfter } from './balance.ts'

export async function listProposals(
  runtime: Runtime,
  { state, finding, ...paging }: { state?: ProposalState; finding?: string } & Paging = {},
): Promise<Page<ProposalView>> {
  const found = runtime.store.proposals.list(
    (proposal) => (state === undefined || proposal.state === state) && (finding === undefined || proposal.finding === finding),
  )
  const { items, ...rest } = pageNewest(found, (proposal) => proposal.createdAt, paging)
  const topology = runtime.engine.topology()
  return { items: await mapped(items, (proposal) => proposalView(runtime, proposal, topology)), ...rest }
}

export function getProposal(runtime: Runtime, id: string): ProposalView {
  const proposal = runtime.store.proposals.get(id)
  if (!proposal) throw new EvenkeelError('not_found', 'There is no proposal of that id.')
  return proposalView(runtime, proposal, runtime.engine.topology())
}

/** All proposals about a finding: open ones first, then in the order of the registry of advisors, then the newest first. */
export function proposalsFor(runtime: Runtime, finding: string): Proposal[] {
  return runtime.store.proposals.list((proposal) => proposal.finding === finding).sort(byUse(runtime))
}

/** The same of every finding, by its id: a list of findings reads the proposals once. */
export function proposalsByFinding(runtime: Runtime): Map<string, Proposal[]> {
  return Map.groupBy(runtime.store.proposals.list().sort(byUse(runtime)), ({ finding }) => finding)
}

function byUse({ advisors }: Runtime): (a: Proposal, b: Proposal) => number {
  const rank = ({ advisor }: Proposal) => advisors.findIndex(({ id }) => id === advisor)
  return (a, b) => Number(b.state === 'open') - Number(a.state === 'open') || rank(a) - rank(b) || b.createdAt - a.createdAt
}

/** Writes it to the servers, after holding every step against the live value. `change` is null for a dry run. */
export async function applyProposal(
  runtime: Runtime,
  id: string,
  by: string,
  { group, ...options }: { dryRun?: boolean; group?: boolean } = {},
): Promise<AppliedView> {
  return group ? runtime.changes.applyToGroup(id, by, options) : runtime.changes.apply(id, by, options)
}

export function proposalView(runtime: Runtime, proposal: Proposal, topology: Topology): ProposalView {
  const followers = followersOf(topology, proposal.steps, runtime.now())
  const balance = sharesAfter(topology, proposal.steps)
  const held = heldOf(runtime, proposal)
  // Shows beforehand the reason with which applying would be refused.
  const refusal = runtime.changes.refusalOf(proposal)
  const because = refusal?.code === 'approval_needed' ? undefined : refusal?.message
  const asked = pendingApprovals(runtime).find(({ subject }) => 'proposal' in subject && subject.proposal === proposal.id)
  const group = runtime.changes.groupOf(proposal.steps)
  const autopilot = runtime.autopilot.decisionOf(proposal)
  const { replaced: _, ...shown } = proposal
  const labels = sharedLabels(proposal.steps.map(({ setting: { target } }) => labelsIn(topology)({ target })))
  const byFile = runtime.changes.isByFile(proposal.steps)
  return {
    ...shown,
    createdAt: iso(proposal.createdAt),
    ...(byFile && { owner: 'file' as const, commands: proposal.steps.map(inFile) }),
    subject: runtime.store.findings.get(proposal.finding)?.subject ?? {},
    ...(balance ? { balance } : {}),
    ...(held ? { heldUntil: iso(held) } : {}),
    ...(because ? { disabledBecause: because } : {}),
    ...(labels && { labels }),
    ...(autopilot ? { autopilot } : {}),
    ...(refusal?.code === 'approval_needed' && { approval: asked ? { id: asked.id, by: asked.by, until: iso(asked.until) } : null }),
    ...(group && { group }),
    reversal: reversalOf(runtime, proposal),
    ...(followers ? { followers } : {}),
  }
}

/** The commit's hash and branch are made when it is applied. */
const inFile = ({ setting, before, after }: Step) => `commit ${setting.name} of ${setting.target}: ${before} → ${after}`

/** Until when (epoch ms) a superseded proposal can still be applied, if it can now. */
function heldOf(runtime: Runtime, proposal: Proposal): number | null {
  const until = proposal.replaced ? heldUntil(proposal, runtime.store.proposals.get(proposal.replaced.by)) : null
  return until !== null && runtime.now() < until ? until : null
}

function reversalOf(runtime: Runtime, proposal: Proposal): ProposalView['reversal'] {
  try {
    return runtime.changes.describe(proposal.steps).reversal
  } catch {
    return 'none'
  }
}
