import { isPending } from '../../model/approval.ts'
import type { Runtime } from '../runtime.ts'
import { allApprovals, put } from './approvals.ts'
import { carriedOut, isDeciding } from './carriedOut.ts'

/**
 * Settles requests whose carrying out was cut off, by a crash or by the loss of a lease: approved where the journal has their change, else they wait
 * again. Done by whoever has their target now. One that waits although its change is there was overwritten by a replica that had been cut off.
 */
export function settleApprovals(runtime: Runtime): void {
  const { cluster, engine, now } = runtime
  for (const approval of allApprovals(runtime)) {
    if (approval.state !== 'applying' && !isPending(approval, now())) continue
    const target = approval.steps[0]?.setting.target
    if (target === undefined || isDeciding(runtime, approval.id) || !cluster.owns(engine.leaseOf(target))) continue
    const found = carriedOut(runtime, approval.id)
    if (found?.state === 'applying') continue
    const { decidedBy: _, decidedAt: __, ...waiting } = approval
    if (found) put(runtime, { ...approval, ...found })
    else if (approval.state === 'applying') put(runtime, { ...waiting, state: 'pending' })
  }
}
