import type { Runtime } from '../runtime.ts'
import { allApprovals, put } from './approvals.ts'
import { carriedOut, isDeciding } from './carriedOut.ts'

/**
 * Settles requests whose carrying out was cut off, by a crash or by the loss of a lease: approved where the journal has their change, else they wait
 * again. Done by whoever has their target now.
 */
export function settleApprovals(runtime: Runtime): void {
  const { cluster, engine } = runtime
  for (const approval of allApprovals(runtime)) {
    const target = approval.steps[0]?.setting.target
    if (approval.state !== 'applying' || isDeciding(runtime, approval.id) || target === undefined) continue
    if (!cluster.owns(engine.leaseOf(target))) continue
    const { decidedBy: _, decidedAt: __, ...waiting } = approval
    const found = carriedOut(runtime, approval.id)
    if (found?.state !== 'applying') put(runtime, found ? { ...approval, ...found } : { ...waiting, state: 'pending' })
  }
}
