import type { FindingView } from '@/lib/model/answers/finding.ts'
import type { PoolView } from '@/lib/model/answers/pool.ts'
import type { ProposalView } from '@/lib/model/answers/proposal.ts'
import type { RingView } from '@/lib/model/answers/ring.ts'
import type { TargetView } from '@/lib/model/answers/target.ts'
import { path } from './api.ts'
import { matching } from './matching.ts'
import { usePages } from './usePages.ts'

export type Place = { kind: string; name: string; href: string }

/** The most places that are offered at once. */
const PLACES = 200
/** Names are enough. */
const BRIEF = { brief: 1 }

/** What the palette offers, filtered by what is typed; asked for when it opens. A list that cannot be read is left out. */
export function usePaletteThings(open: boolean, text: string): { findings: FindingView[]; proposals: ProposalView[]; places: Place[] } {
  const options = { enabled: open, everyMs: 10_000, all: true }
  const { items: findings } = usePages<FindingView>(['findings'], 'findings', { ...options, query: { state: 'firing' } })
  const { items: proposals } = usePages<ProposalView>(['proposals'], 'proposals', { ...options, query: { state: 'open' } })
  const { items: targets } = usePages<TargetView>(['targets'], 'targets', { ...options, query: BRIEF })
  const { items: pools } = usePages<PoolView>(['pools'], 'pools', { ...options, query: BRIEF })
  const { items: rings } = usePages<RingView>(['rings'], 'rings', options)
  return {
    findings: matching(text, findings, (finding) => `${finding.rule} ${finding.summary}`, 12),
    proposals: matching(text, proposals, (proposal) => proposal.because, 8),
    places: matching(
      text,
      [
        { kind: 'page', name: 'Ring lab', href: '/lab' },
        { kind: 'page', name: 'Memory and TTL lab', href: '/curves' },
        { kind: 'page', name: 'Load tests', href: '/runs' },
        { kind: 'form', name: 'Annotate', href: '/findings?annotate=' },
        ...targets.map((target) => ({ kind: target.title || target.kind, name: target.name, href: path`/targets/${target.name}` })),
        ...pools.map((pool) => ({ kind: 'pool', name: `${pool.target}/${pool.name}`, href: path`/pools/${pool.target}/${pool.name}` })),
        ...rings.map((ring) => ({ kind: 'ring', name: ring.name, href: path`/rings/${ring.name}` })),
      ],
      (place) => `${place.kind} ${place.name}`,
      PLACES,
    ),
  }
}
