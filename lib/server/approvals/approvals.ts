import { randomBytes } from 'node:crypto'
import type { Identity } from '../../auth/identity.ts'
import type { Applied, OwnChange } from '../../changes/changes.ts'
import type { ApprovalView } from '../../model/answers/approval.ts'
import type { Page } from '../../model/answers/shape.ts'
import { APPROVAL_PREFIX, type Approval, isPending } from '../../model/approval.ts'
import { EvenkeelError } from '../../model/error.ts'
import { iso } from '../http/iso.ts'
import { type Paging, pageNewest } from '../http/paging.ts'
import type { Runtime } from '../runtime.ts'
import { beginDeciding, carriedOut } from './carriedOut.ts'

export type Asked = { proposal: string; group?: boolean } | { steps: OwnChange['steps']; because: string }

/** So many wait at once, and so many are kept in all. */
const PENDING_MAX = 50
const KEPT_MAX = 200
/** What the servers or the proposal moved on from: nothing of it can be applied any more. */
const MOVED_ON = ['drift', 'stale', 'not_found', 'invalid']

export const allApprovals = ({ store }: Pick<Runtime, 'store'>): Approval[] =>
  store.memory.keys(APPROVAL_PREFIX).flatMap((key) => store.memory.get<Approval>(key) ?? [])

/** Those that wait for another person, the oldest first. */
export const pendingApprovals = (runtime: Pick<Runtime, 'store' | 'now'>): Approval[] =>
  allApprovals(runtime)
    .filter((approval) => isPending(approval, runtime.now()))
    .sort((a, b) => a.at - b.at)

export function listApprovals(runtime: Runtime, { state, ...paging }: { state?: 'pending' } & Paging = {}): Page<ApprovalView> {
  const found = state ? pendingApprovals(runtime) : allApprovals(runtime)
  const { items, ...rest } = pageNewest(found, ({ at }) => at, paging)
  return { items: items.map((approval) => approvalView(runtime, approval)), ...rest }
}

export const getApproval = (runtime: Runtime, id: string): ApprovalView => approvalView(runtime, known(runtime, id))

/**
 * Asks a second person. Everything is checked as for an apply, by a dry run, and the values that the servers hold are kept: with other values it
 * is not applied. Throws what the dry run throws, and `not_allowed` where nobody has to approve it.
 */
export async function askApproval(runtime: Runtime, asked: Asked, by: string, identity: Identity | null): Promise<ApprovalView> {
  const { changes, config, store, now } = runtime
  const settings = config.brakes.secondApprover
  const proposal = 'proposal' in asked ? store.proposals.get(asked.proposal) : null
  if ('proposal' in asked && !proposal) throw new EvenkeelError('not_found', `There is no proposal ${asked.proposal}.`)
  const plan: Applied = proposal
    ? await (isOfGroup(asked) ? changes.applyToGroup : changes.apply)(proposal.id, by, { dryRun: true })
    : await changes.create(asked as OwnChange, by, { dryRun: true })
  const { risk, because: riskBecause } = changes.riskOf(proposal ? { steps: plan.steps, proposal } : { steps: plan.steps })
  if (!settings || risk !== 'high') throw new EvenkeelError('not_allowed', 'Nobody has to approve this: apply it.')
  const byId = personOf(identity)
  const pending = pendingApprovals(runtime)
  const same = pending.find((one) => sameSteps(one, plan))
  if (same) throw new EvenkeelError('busy', `The same waits for its approval already: request ${same.id} of ${same.by}.`)
  if (pending.length >= PENDING_MAX) throw new EvenkeelError('busy', `${PENDING_MAX} requests wait already: decide some of them first.`)
  const at = now()
  const approval: Approval = {
    id: randomBytes(8).toString('hex'),
    state: 'pending',
    subject: proposal ? { proposal: proposal.id, ...(isOfGroup(asked) && { group: true }) } : { own: true },
    steps: plan.steps,
    because: proposal ? proposal.because : (asked as { because: string }).because,
    risk,
    riskBecause,
    commands: plan.commands,
    by,
    byId,
    at,
    until: at + settings.withinMs,
  }
  put(runtime, approval)
  await store.durable()
  dropOldest(runtime)
  return approvalView(runtime, approval)
}

/**
 * Approves and applies it, with the plan held against the servers once more. Throws `not_allowed` for whoever asked for it, for tokens and for
 * what does not wait any more, and what applying throws: then it waits on, unless the servers or the proposal have moved on.
 */
export async function approve(runtime: Runtime, id: string, by: string, identity: Identity | null): Promise<ApprovalView> {
  const approval = demandPending(runtime, id)
  if (identity?.kind !== 'person')
    throw new EvenkeelError('not_allowed', 'A person approves: not an API token, and nobody who has not signed in.')
  if (identity.id === approval.byId)
    throw new EvenkeelError('not_allowed', 'You have asked for it yourself, in person or by a token of yours: another person approves it.')
  const decided = { decidedBy: by, decidedAt: runtime.now() }
  const before = carriedOut(runtime, id)
  if (before) {
    put(runtime, { ...approval, ...before })
    throw new EvenkeelError('not_allowed', 'It was carried out already.')
  }
  const end = beginDeciding(runtime, id)
  put(runtime, { ...approval, state: 'applying', ...decided })
  try {
    const options = { approvedBy: by, approval: id }
    const { subject, steps, because } = approval
    const applied =
      'proposal' in subject
        ? await (subject.group ? runtime.changes.applyToGroup : runtime.changes.apply)(subject.proposal, approval.by, options)
        : await runtime.changes.create({ steps, because }, approval.by, options)
    put(runtime, { ...approval, state: 'approved', ...decided, change: applied.change! })
  } catch (error) {
    // Whoever has taken the target over meanwhile has settled it, or does so by what the journal says.
    if (known(runtime, id).state !== 'applying' || carriedOut(runtime, id)) throw error
    const movedOn = error instanceof EvenkeelError && MOVED_ON.includes(error.code)
    put(runtime, movedOn ? { ...approval, state: 'void', ...decided, reason: (error as EvenkeelError).message } : approval)
    throw error
  } finally {
    end()
  }
  return getApproval(runtime, id)
}

export function decline(runtime: Runtime, id: string, reason: string, by: string): ApprovalView {
  const approval = demandPending(runtime, id)
  put(runtime, { ...approval, state: 'declined', decidedBy: by, decidedAt: runtime.now(), ...(reason && { reason }) })
  return getApproval(runtime, id)
}

/** Takes one's own request back. */
export function withdraw(runtime: Runtime, id: string, by: string, identity: Identity | null): ApprovalView {
  const approval = demandPending(runtime, id)
  if (personOf(identity) !== approval.byId)
    throw new EvenkeelError('not_allowed', `${approval.by} has asked for it, and may withdraw it; you may decline it.`)
  put(runtime, { ...approval, state: 'withdrawn', decidedBy: by, decidedAt: runtime.now() })
  return getApproval(runtime, id)
}

export function approvalView({ store, now }: Pick<Runtime, 'store' | 'now'>, approval: Approval): ApprovalView {
  const { subject, byId: _, state, at, until, decidedAt, ...rest } = approval
  const proposal = 'proposal' in subject ? store.proposals.get(subject.proposal) : null
  const isOver = state === 'pending' && now() >= until
  return {
    ...rest,
    state: isOver ? 'expired' : state,
    ...('proposal' in subject && { proposal: subject.proposal }),
    ...('group' in subject && { group: true }),
    ...(proposal && { finding: proposal.finding }),
    at: iso(at),
    until: iso(until),
    ...(decidedAt !== undefined && { decidedAt: iso(decidedAt) }),
  }
}

function known({ store }: Runtime, id: string): Approval {
  const approval = store.memory.get<Approval>(`${APPROVAL_PREFIX}${id}`)
  if (!approval) throw new EvenkeelError('not_found', 'There is no request for an approval of that id.')
  return approval
}

function demandPending(runtime: Runtime, id: string): Approval {
  const approval = known(runtime, id)
  if (isPending(approval, runtime.now())) return approval
  const { state } = approvalView(runtime, approval)
  throw new EvenkeelError('not_allowed', `It does not wait for an approval any more: it is ${state}.`)
}

/** Who that is, be it through one of their tokens. */
function personOf(identity: Identity | null): string {
  if (identity?.kind === 'token' && identity.owner === null)
    throw new EvenkeelError(
      'not_allowed',
      'This token has no owner, so nobody could tell whether the second person is another one: make a new token.',
    )
  return identity?.kind === 'token' ? identity.owner! : (identity?.id ?? 'nobody')
}

export function put({ store, bus }: Runtime, approval: Approval): void {
  store.memory.put(`${APPROVAL_PREFIX}${approval.id}`, approval)
  bus.emit({ type: 'approval', approval })
}

function dropOldest(runtime: Runtime): void {
  const over = allApprovals(runtime)
    .filter((approval) => !isPending(approval, runtime.now()))
    .sort((a, b) => b.at - a.at)
    .slice(KEPT_MAX)
  for (const { id } of over) runtime.store.memory.delete(`${APPROVAL_PREFIX}${id}`)
}

const isOfGroup = (asked: Asked) => 'proposal' in asked && asked.group === true

const sameSteps = (one: Pick<Approval, 'steps'>, other: Applied) => JSON.stringify(one.steps) === JSON.stringify(other.steps)
