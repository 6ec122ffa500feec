import { useQuery } from '@tanstack/react-query'
import { get } from '@/components/frame/api.ts'
import type { ChangeView } from '@/lib/model/answers/change.ts'
import type { FindingView } from '@/lib/model/answers/finding.ts'
import type { ProposalView } from '@/lib/model/answers/proposal.ts'
import type { Page } from '@/lib/model/answers/shape.ts'

export type Remedies = { proposals: ProposalView[]; change: ChangeView | null }

/** The remedies of a finding: its open proposals, and the change that is in flight for it; while there is neither, its newest change. */
export function useRemedies(finding: FindingView | undefined): Remedies {
  const { data: open } = useQuery({
    queryKey: ['proposals', 'open', finding?.id],
    queryFn: ({ signal }) => get<Page<ProposalView>>('proposals', { state: 'open', finding: finding?.id }, signal),
    enabled: finding !== undefined,
    refetchInterval: 5_000,
  })
  const { data: changes } = useQuery({
    queryKey: ['changes', 'of', finding?.id],
    queryFn: ({ signal }) => get<Page<ChangeView>>('changes', { finding: finding?.id, limit: 1 }, signal),
    enabled: finding !== undefined,
    refetchInterval: 2_000,
  })
  // In the order in which the finding names them.
  const proposals = (finding?.proposals ?? []).flatMap((id) => open?.items.find((one) => one.id === id && one.state === 'open') ?? [])
  const change = changes?.items[0]
  const inFlight = change && (change.state === 'applying' || change.state === 'awaiting' || change.state === 'watching')
  return { proposals, change: change && (inFlight || proposals.length === 0) ? change : null }
}
