import type { FindingView } from '@/lib/model/answers/finding.ts'
import type { PoolView } from '@/lib/model/answers/pool.ts'
import type { ProposalView } from '@/lib/model/answers/proposal.ts'
import type { RingView } from '@/lib/model/answers/ring.ts'
import type { TargetView } from '@/lib/model/answers/target.ts'
import { path } from './api.ts'
import { matching } from './matching.ts'
import { usePages } from './usePages.ts'

export type Place = { kind: string; name: string; href: string }

/** So many places are offered at once; with what is typed, of all that there are those whose words hold it. */
const PLACES = 200

/** Lists the palette offers; asked for when it opens, and what fails is simply not offered. */
export function usePaletteThings(open: boolean, text: string): { findings: FindingView[]; proposals: ProposalView[]; places: Place[] } {
  const options = { enabled: open, everyMs: 10_000, all: true }
  const { items: findings } = usePages<FindingView>(['findings'], 'findings', { ...options, query: { state: 'firing' } })
  const { items: proposals } = usePages<ProposalView>(['proposals'], 'proposals', { ...options, query: { state: 'open' } })
  const { items: targets } = usePages<TargetView>(['targets'], 'targets', options)
  const { items: pools } = usePages<PoolView>(['pools'], 'pools', options)
  const { items: rings } = usePages<RingView>(['rings'], 'rings', options)
  return {
    findings: matching(text, findings, (finding) => `${finding.rule} ${finding.summary}`, 12),
    proposals: matching(text, proposals, (proposal) => proposal.because, 8),
    places: matching(
      text,
      [
        { kind: 'page', name: 'Ring lab', href: '/lab' },
        ...targets.map((target) => ({ kind: target.title || target.kind, name: target.name, href: path`/targets/${target.name}` })),
        ...pools.map((pool) => ({ kind: 'pool', name: `${pool.target}/${pool.name}`, href: path`/pools/${pool.target}/${pool.name}` })),
        ...rings.map((ring) => ({ kind: 'ring', name: ring.name, href: path`/rings/${ring.name}` })),
      ],
      (place) => `${place.kind} ${place.name}`,
      PLACES,
    ),
  }
}
