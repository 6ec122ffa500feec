import type { Bus } from '../model/events.ts'
import type { Proposal } from '../model/proposal.ts'
import type { Store } from '../model/store.ts'

/** The lifecycle of proposals in the store; each transition is announced on the bus. */
export interface OpenProposals {
  open(proposal: Proposal): void
  isOpen(id: string): boolean
  /** Withdraws an open proposal, or marks it superseded by the renewal that `replaced` it. One that was applied meanwhile stays applied. */
  close(id: string, replaced?: Proposal['replaced']): void
  /** An open proposal of an earlier run or of another replica, by finding and advisor. */
  takeEarlier(finding: string, advisor: string): Proposal | null
  /** Withdraws the proposals of an earlier run that nobody took because their findings fire no more. `isElsewhere`: another replica has its finding. */
  withdrawEarlier(isElsewhere: (finding: string) => boolean): void
}

export function createOpenProposals({ proposals }: Pick<Store, 'proposals'>, bus: Bus): OpenProposals {
  const keyOf = (finding: string, advisor: string) => `${finding} ${advisor}`
  const earlier = new Map(
    proposals.list(({ state }) => state === 'open').map((one): [string, Proposal] => [keyOf(one.finding, one.advisor), one]),
  )
  function put(proposal: Proposal): void {
    proposals.put(proposal)
    bus.emit({ type: 'proposal', proposal })
  }
  return {
    open: put,
    isOpen: (id) => proposals.get(id)?.state === 'open',
    close(id, replaced) {
      const stored = proposals.get(id)
      if (stored?.state === 'open') put(replaced ? { ...stored, state: 'superseded', replaced } : { ...stored, state: 'withdrawn' })
    },
    takeEarlier(finding, advisor) {
      earlier.delete(keyOf(finding, advisor))
      return proposals.list((one) => one.state === 'open' && one.finding === finding && one.advisor === advisor)[0] ?? null
    },
    withdrawEarlier(isElsewhere) {
      const left = [...earlier.values()]
      earlier.clear()
      for (const proposal of left) if (!isElsewhere(proposal.finding)) put({ ...proposal, state: 'withdrawn' })
    },
  }
}
