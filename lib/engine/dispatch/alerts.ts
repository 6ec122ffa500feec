import { APPROVAL_PREFIX, type Approval, approvalAlert, approvalOf, isPending } from '../../model/approval.ts'
import { alertBy, alertOf, changeOf, idOf, isOpen, isStepOfAutopilot, stepAlertOf } from '../../model/changeAlert.ts'
import type { Finding } from '../../model/finding.ts'
import type { Store } from '../../model/store.ts'

/** Marks, in a store that an earlier version has written, the changes whose failure was announced then; that version knew no end of them. */
const ANNOUNCED_BEFORE = 'told/'

/** The alerts that fire, the oldest first: findings, and changes that failed or wait for a person's decision until somebody has seen to them, and requests for an approval. */
export function firingAlerts({ findings, changes, memory }: Pick<Store, 'findings' | 'changes' | 'memory'>, at: number): Finding[] {
  const open = changes.list((change) => isOpen(change) && !memory.get(`${ANNOUNCED_BEFORE}${change.id}`))
  const fires = findings.list(({ state }) => state === 'firing')
  const asked = memory
    .keys(APPROVAL_PREFIX)
    .flatMap((key) => memory.get<Approval>(key) ?? [])
    .filter((approval) => isPending(approval, at))
  const steps = changes.list(isStepOfAutopilot)
  return [
    ...fires.toReversed(),
    ...open.toReversed().map((change) => alertOf(change, idOf(change), at)),
    ...steps.toReversed().map((change) => stepAlertOf(change, at)),
    ...asked.map((approval) => approvalAlert(approval, at)),
  ]
}

/** An alert by its id as it is now, firing or resolved; null when nothing is known of it any more. */
export function alertById(
  { findings, changes, memory }: Pick<Store, 'findings' | 'changes' | 'memory'>,
  id: string,
  at: number,
): Finding | null {
  const asked = approvalOf(id)
  if (asked !== null) {
    const approval = memory.get<Approval>(`${APPROVAL_PREFIX}${asked}`)
    return approval && approvalAlert(approval, at)
  }
  const change = changeOf(id)
  if (change === null) return findings.get(id)
  const found = changes.get(change)
  return found && alertBy(found, id, at)
}
