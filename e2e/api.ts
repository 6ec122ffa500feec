import type { ChangeView, FindingView, Page, ProposalView } from '../lib/model/views.ts'
import { ask } from '../test/servers.ts'
import { type TestHouse, until } from './house.ts'

/** The firing finding of a rule about a subject. */
export async function firing(house: TestHouse, rule: string, subject: Record<string, string> = {}): Promise<FindingView | undefined> {
  const { items } = await house.get<Page<FindingView>>('findings?state=firing')
  return items.find(
    (finding) => finding.rule === rule && Object.entries(subject).every(([label, value]) => finding.subject[label] === value),
  )
}

export const found = (house: TestHouse, rule: string, subject: Record<string, string>, withinSeconds: number) =>
  until(`${rule} of ${JSON.stringify(subject)} fires`, withinSeconds, () => firing(house, rule, subject))

/** The open proposal that answers a finding. */
export const proposed = (house: TestHouse, finding: FindingView, withinSeconds = 30) =>
  until(`a proposal for ${finding.rule}`, withinSeconds, async () => {
    const { items } = await house.get<Page<ProposalView>>('proposals')
    return items.find((proposal) => proposal.finding === finding.id && proposal.state === 'open')
  })

export const change = (house: TestHouse, id: string) => house.get<ChangeView>(`changes/${id}`)

/** The weight that HAProxy itself says a server has now. */
export async function weightAtHaproxy(house: TestHouse, pool: string, server: string): Promise<number> {
  const answer = await ask(house.fleet.haproxy.about.adminPort, `get weight ${pool}/${server}\n`)
  return Number.parseInt(answer, 10)
}
